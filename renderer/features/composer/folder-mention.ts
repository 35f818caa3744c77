import type { WorkspaceSummary } from '@shared/model/workspace.ts';
import { withMention } from '../../state/mention.ts';

/** How a folder of this computer is named in a message, or why it cannot be. */
export type FolderMention =
  | { readonly kind: 'mention'; readonly text: string }
  | { readonly kind: 'refused'; readonly message: string };

/** By its path in the workspace; what lies elsewhere on the same computer by its whole path. */
export function folderMention(path: string | null, place: WorkspaceSummary | null): FolderMention {
  if (path === null) {
    return { kind: 'refused', message: 'Folders cannot be attached. Drop the files in it instead.' };
  }
  if (place !== null && place.kind !== 'local') {
    const message = `The agent works on another machine (${place.name}) and cannot see folders of this computer.`;
    return { kind: 'refused', message };
  }
  const plain = path.replaceAll('\\', '/').replace(/\/+$/, '');
  const directory = place?.directory.replaceAll('\\', '/').replace(/\/+$/, '') ?? null;
  const inside = directory !== null && plain.startsWith(`${directory}/`);
  const name = inside ? plain.slice(directory.length + 1) : plain === directory ? '.' : plain;
  return { kind: 'mention', text: withMention('', `${name}/`) };
}
