import type { ChatSummary } from '@shared/model/chat.ts';
import type { ChatId } from '@shared/model/ids.ts';
import type { WorkspaceSummary } from '@shared/model/workspace.ts';
import { type Group, type Groups, OLDER, PINNED } from './tree-groups.ts';

export type TreeRow =
  | {
      readonly kind: 'group';
      readonly key: string;
      readonly name: string;
      readonly workspace: WorkspaceSummary | null;
      readonly open: boolean;
      readonly count: number;
      readonly position: number;
      readonly size: number;
    }
  | {
      readonly kind: 'chat';
      readonly key: string;
      readonly chat: ChatSummary;
      readonly level: 2 | 3;
      readonly lastChild: boolean;
      /** What it started; null: nothing, so that it does not open. */
      readonly family: { readonly open: boolean; readonly agents: number; readonly asks: number } | null;
      /** Where it works, in a group that does not say so. */
      readonly place: string | null;
      /** From 1; 0: it does not stand among the pinned chats. */
      readonly pin: number;
      readonly position: number;
      readonly size: number;
    };

interface RowsInput {
  readonly selected: ChatId | null;
  /** Keys of groups and chats that the person opened or closed. */
  readonly toggled: Readonly<Record<string, boolean>>;
}

/** The tree as a flat list of visible rows. */
export function treeRows(tree: Groups, input: RowsInput): readonly TreeRow[] {
  return tree.groups.flatMap((group, i) => {
    const open = input.toggled[group.key] ?? (group.key !== OLDER || tree.filtered);
    const head: TreeRow = {
      kind: 'group',
      key: group.key,
      name: group.name,
      workspace: group.workspace,
      open,
      count: group.roots.length,
      position: i + 1,
      size: tree.groups.length,
    };
    if (!open) return [head];
    return [head, ...group.roots.flatMap((chat, at) => chatRows(chat, { at, group, tree, input }))];
  });
}

interface Among {
  readonly at: number;
  readonly group: Group;
  readonly tree: Groups;
  readonly input: RowsInput;
}

function chatRows(chat: ChatSummary, { at, group, tree, input }: Among): readonly TreeRow[] {
  const own = tree.kids.get(chat.id) ?? [];
  const asks = own.filter((kid) => kid.asks > 0).length;
  const open = input.toggled[chat.id] ?? (tree.filtered || own.some((kid) => isOfInterest(kid, input)));
  const family = own.length === 0 ? null : { open, agents: own.length, asks };
  const isPlaced = group.workspace !== null || chat.workspace_id === null;
  const head: TreeRow = {
    kind: 'chat',
    key: chat.id,
    chat,
    level: 2,
    lastChild: false,
    family,
    place: isPlaced ? null : (tree.places.get(chat.workspace_id)?.name ?? null),
    pin: group.key === PINNED ? at + 1 : 0,
    position: at + 1,
    size: group.roots.length,
  };
  const kidRow = (kid: ChatSummary, i: number): TreeRow => ({
    kind: 'chat',
    key: kid.id,
    chat: kid,
    level: 3,
    lastChild: i === own.length - 1,
    family: null,
    place: null,
    pin: 0,
    position: i + 1,
    size: own.length,
  });
  return family?.open ? [head, ...own.map(kidRow)] : [head];
}

/** Agents that rest are folded away behind their number. */
function isOfInterest(kid: ChatSummary, { selected }: RowsInput): boolean {
  return kid.status !== 'waiting' || kid.id === selected;
}

/** The chat that stands below (1) or above (-1) the open one; from the last one it goes on at the first. */
export function chatBeside(rows: readonly TreeRow[], open: ChatId | null, by: 1 | -1): ChatId | null {
  const ids = rows.flatMap((row) => (row.kind === 'chat' ? [row.chat.id] : []));
  const at = open === null ? -1 : ids.indexOf(open);
  if (at < 0) return ids.at(by > 0 ? 0 : -1) ?? null;
  return ids.at((at + by) % ids.length) ?? null;
}
