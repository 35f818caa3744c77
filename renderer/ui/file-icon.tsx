import {
  Braces,
  File,
  FileCode,
  FileImage,
  FileTerminal,
  FileText,
  Folder,
  FolderOpen,
  Lock,
} from 'lucide-react';

const KINDS: readonly (readonly [RegExp, typeof File])[] = [
  [/\.(?:png|jpe?g|gif|webp|svg|ico|bmp|avif)$/i, FileImage],
  [/\.(?:md|markdown|txt|pdf|rst|adoc|log|csv|tsv)$|^(?:readme|license|notice|changelog)/i, FileText],
  [/\.(?:json|jsonc|ya?ml|toml|ini|conf|xml|plist|properties)$|^\.[a-z-]+rc$/i, Braces],
  [/\.(?:sh|bash|zsh|fish|ps1|bat|cmd)$|^(?:makefile|dockerfile|justfile)$/i, FileTerminal],
  [/\.lock$|^package-lock\.json$/i, Lock],
  [/\.[a-z]{1,4}$/i, FileCode],
];

interface FileIconProps {
  readonly name: string;
  readonly kind: 'file' | 'directory';
  readonly open?: boolean;
}

/** What a file is, by its name. */
export function FileIcon({ name, kind, open = false }: FileIconProps) {
  const Directory = open ? FolderOpen : Folder;
  const Icon = kind === 'directory' ? Directory : (KINDS.find(([names]) => names.test(name))?.[1] ?? File);
  return <Icon className="i s" aria-hidden="true" />;
}
