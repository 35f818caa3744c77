import type { WorkspaceSummary } from '@shared/model/workspace.ts';
import { absolutePath } from '../../lib/absolute-path.ts';
import type { Inspected } from '../../state/inspector.ts';
import { mentionPath } from '../../state/mention.ts';
import { Menu } from '../../ui/menu.tsx';

export interface AskedFile {
  readonly path: string;
  readonly at: { readonly x: number; readonly y: number };
}

interface FileMenuProps {
  readonly asked: AskedFile;
  readonly place: WorkspaceSummary;
  readonly chatId: Inspected['chatId'];
  readonly onClose: () => void;
}

/** What can be done with a row of the tree. */
export function FileMenu({ asked: { path, at }, place, chatId, onClose }: FileMenuProps) {
  const items = [
    { label: 'Mention in message', run: () => void mentionPath(chatId, path) },
    { label: 'Copy path', run: () => void copy(absolutePath(place.directory, path)) },
    { label: 'Copy relative path', run: () => void copy(path) },
  ];
  return <Menu label={`Actions for ${path}`} at={at} items={items} onClose={onClose} />;
}

function copy(text: string): Promise<void> {
  return navigator.clipboard.writeText(text).catch(() => undefined);
}
