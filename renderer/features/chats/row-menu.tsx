import type { ChatSummary } from '@shared/model/chat.ts';
import type { WorkspaceSummary } from '@shared/model/workspace.ts';
import { newWindow } from '../../state/app.ts';
import { archiveChat, chatLink, LAST_PIN, pinChat, regenerateTitle } from '../../state/chats.ts';
import { openDoctor } from '../../state/doctor.ts';
import { forkWhole } from '../../state/fork.ts';
import { openBeside, openNew } from '../../state/nav.ts';
import { askExport } from '../../state/transfer.ts';
import { placeActions } from '../../state/workspace-actions.ts';
import { showWorkspaceDialog } from '../../state/workspace-dialogs.ts';
import { reconnect, workspacesStore } from '../../state/workspaces.ts';
import { Menu, type MenuItem, type Point } from '../../ui/menu.tsx';
import type { TreeRow } from './tree-rows.ts';
import type { Picked } from './use-picked.ts';

/** Whose actions are asked for, and where. */
export type Asked = { readonly at: Point; readonly row: TreeRow } & (
  | { readonly kind: 'chat'; readonly chat: ChatSummary; readonly pin: number }
  /** All that are picked. */
  | { readonly kind: 'chats'; readonly count: number; readonly archived: boolean }
  | { readonly kind: 'group'; readonly workspace: WorkspaceSummary }
);

/** Null: the row has no actions. */
export function askedOf(row: TreeRow, at: Point, picked: Picked): Asked | null {
  if (row.kind === 'group') return row.workspace && { kind: 'group', workspace: row.workspace, at, row };
  const { chat, pin } = row;
  if (picked.keys.has(row.key) && picked.chats.length > 1)
    return { kind: 'chats', count: picked.chats.length, archived: chat.archived, at, row };
  return { kind: 'chat', chat, pin, at, row };
}

interface RowMenuProps {
  readonly asked: Asked;
  readonly onRename: (key: string) => void;
  readonly onRemove: (row: TreeRow) => void;
  readonly onClose: () => void;
}

export function RowMenu({ asked, onRename, onRemove, onClose }: RowMenuProps) {
  const [name, items] = menuOf(asked, onRename, () => onRemove(asked.row));
  return <Menu label={`Actions for ${name}`} at={asked.at} items={items} onClose={onClose} />;
}

function menuOf(
  asked: Asked,
  onRename: (key: string) => void,
  onRemove: () => void,
): readonly [string, readonly MenuItem[]] {
  switch (asked.kind) {
    case 'group':
      return [asked.workspace.name, groupItems(asked.workspace)];
    case 'chats': {
      const what = `${asked.count} chats`;
      const label = asked.archived ? `Restore ${what}` : `Archive ${what}`;
      return [what, [{ label, keys: 'Del', run: onRemove }]];
    }
    case 'chat':
      return [asked.chat.title, chatItems(asked.chat, onRename, onRemove)];
  }
}

function chatItems(
  chat: ChatSummary,
  onRename: (key: string) => void,
  onRemove: () => void,
): readonly MenuItem[] {
  const isRoot = chat.parent_chat_id === null;
  const pinned = chat.pin_order > 0;
  return [
    ...(isRoot && !chat.archived
      ? [
          {
            label: pinned ? 'Unpin chat' : 'Pin chat',
            run: () => void pinChat(chat.id, pinned ? null : LAST_PIN),
          },
        ]
      : []),
    { label: 'Rename', keys: 'F2', run: () => onRename(chat.id) },
    { label: 'Regenerate title', run: () => void regenerateTitle(chat.id) },
    { label: 'Fork chat', apart: true, run: () => void forkWhole(chat.id) },
    { label: 'New chat here', run: () => openNew(chat.workspace_id) },
    { label: 'Open beside', apart: true, run: () => openBeside(chat.id) },
    { label: 'Open in new window', run: () => void newWindow(chat.id) },
    { label: 'Copy link', run: () => void navigator.clipboard.writeText(chatLink(chat.id)) },
    { label: 'Export chat…', run: () => askExport(chat) },
    ...(isRoot
      ? [{ label: chat.archived ? 'Restore chat' : 'Archive chat', keys: 'Del', run: onRemove }]
      : []),
    ...(isRoot && !chat.archived ? withWorkspace(chat) : []),
  ];
}

/** Its question is the one of the workspace: what would be lost, and whether to. */
function withWorkspace(chat: ChatSummary): readonly MenuItem[] {
  const place = workspacesStore.getState().list?.find(({ id }) => id === chat.workspace_id);
  if (!place?.made || !place.actions.includes('remove')) return [];
  const run = async () => {
    if (await archiveChat(chat, true)) showWorkspaceDialog({ kind: 'remove', workspaceId: place.id });
  };
  return [{ label: 'Archive and remove workspace…', run: () => void run() }];
}

function groupItems(place: WorkspaceSummary): readonly MenuItem[] {
  const { id, host, hostId } = place;
  const ofHost = [
    { label: 'Reconnect', run: () => void reconnect(id) },
    { label: 'Connection doctor', run: () => openDoctor(host) },
  ];
  return [
    { label: 'New chat here', run: () => openNew(id) },
    ...(hostId === null ? [] : ofHost),
    ...placeActions(place),
  ];
}
