import { Box, Boxes, FolderGit2, FolderPlus, GitBranch, Server, SquareDashed } from 'lucide-react';

const ICONS: Readonly<Record<string, typeof Box>> = {
  box: Box,
  boxes: Boxes,
  container: Box,
  'folder-git': FolderGit2,
  'folder-plus': FolderPlus,
  'git-branch': GitBranch,
  server: Server,
};

/** The icon that a template names; ours, when the window does not know it. */
export function TemplateIcon({ name }: { readonly name: string | undefined }) {
  const Icon = ICONS[name ?? ''] ?? SquareDashed;
  return <Icon className="i" aria-hidden="true" />;
}
