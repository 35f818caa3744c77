import type { ChatSummary } from '@shared/model/chat.ts';
import type { WorkspaceSummary } from '@shared/model/workspace.ts';
import { newWindow } from '../../state/app.ts';
import { regenerateTitle } from '../../state/chats.ts';
import { openDoctor } from '../../state/doctor.ts';
import { forkWhole } from '../../state/fork.ts';
import { openBeside, openNew } from '../../state/nav.ts';
import { placeActions } from '../../state/workspace-actions.ts';
import { reconnect } from '../../state/workspaces.ts';
import { Menu, type MenuItem, type Point } from '../../ui/menu.tsx';

/** Whose actions are asked for, and where. */
export type Asked = { readonly at: Point } & (
  | { readonly kind: 'chat'; readonly chat: ChatSummary }
  | { readonly kind: 'group'; readonly workspace: WorkspaceSummary }
);

interface RowMenuProps {
  readonly asked: Asked;
  readonly onRename: (key: string) => void;
  readonly onRemove: (chat: ChatSummary) => void;
  readonly onClose: () => void;
}

export function RowMenu({ asked, onRename, onRemove, onClose }: RowMenuProps) {
  const items =
    asked.kind === 'chat' ? chatItems(asked.chat, { onRename, onRemove }) : groupItems(asked.workspace);
  const name = asked.kind === 'chat' ? asked.chat.title : asked.workspace.name;
  return <Menu label={`Actions for ${name}`} at={asked.at} items={items} onClose={onClose} />;
}

function chatItems(
  chat: ChatSummary,
  { onRename, onRemove }: Pick<RowMenuProps, 'onRename' | 'onRemove'>,
): readonly MenuItem[] {
  return [
    { label: 'Rename', keys: 'F2', run: () => onRename(chat.id) },
    { label: 'Regenerate title', run: () => void regenerateTitle(chat.id) },
    { label: 'Fork chat', run: () => void forkWhole(chat.id) },
    { label: 'New chat here', run: () => openNew(chat.workspace_id) },
    { label: 'Open beside', run: () => openBeside(chat.id) },
    { label: 'Open in new window', run: () => void newWindow(chat.id) },
    ...(chat.parent_chat_id === null
      ? [{ label: chat.archived ? 'Restore chat' : 'Archive chat', keys: 'Del', run: () => onRemove(chat) }]
      : []),
  ];
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
