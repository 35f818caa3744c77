import type { ChatSummary } from '@shared/model/chat.ts';
import type { ChatId, WorkspaceId } from '@shared/model/ids.ts';
import type { WorkspaceSummary } from '@shared/model/workspace.ts';
import { statusLook } from '../../state/status.ts';

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
      readonly position: number;
      readonly size: number;
    };

export interface TreeInput {
  readonly chats: Iterable<ChatSummary>;
  readonly workspaces: readonly WorkspaceSummary[];
  /** Filter text; empty shows everything, old chats folded. */
  readonly filter: string;
  readonly selected: ChatId | null;
  /** Keys of groups and chats that the person opened or closed. */
  readonly toggled: Readonly<Record<string, boolean>>;
  readonly nowMs: number;
}

const OLD_MS = 14 * 24 * 60 * 60 * 1000;
const OLDER = 'older';

interface Group {
  readonly key: string;
  readonly name: string;
  readonly workspace: WorkspaceSummary | null;
  readonly roots: ChatSummary[];
}

/** The tree as a flat list of visible rows, groups by workspace, the newest first. */
export function treeRows(input: TreeInput): readonly TreeRow[] {
  const chats = [...input.chats];
  const kids = childrenOf(chats);
  const ids = new Set(chats.map((c) => c.id));
  const roots = chats
    .filter((c) => c.parent_chat_id === null || !ids.has(c.parent_chat_id))
    .filter((c) => matches(c, kids.get(c.id) ?? [], input))
    .sort(byNewest);
  const groups = groupRoots(roots, input);
  return groups.flatMap((group, i) => {
    const open = input.toggled[group.key] ?? (group.key !== OLDER || input.filter !== '');
    const head: TreeRow = {
      kind: 'group',
      key: group.key,
      name: group.name,
      workspace: group.workspace,
      open,
      count: group.roots.length,
      position: i + 1,
      size: groups.length,
    };
    return open
      ? [
          head,
          ...group.roots.flatMap((c, at) => chatRows(c, { at, size: group.roots.length, kids, input })),
        ]
      : [head];
  });
}

interface Among {
  readonly at: number;
  readonly size: number;
  readonly kids: ReadonlyMap<ChatId, readonly ChatSummary[]>;
  readonly input: TreeInput;
}

function chatRows(chat: ChatSummary, { at, size, kids, input }: Among): readonly TreeRow[] {
  const own = kids.get(chat.id) ?? [];
  const asks = own.filter((kid) => kid.asks > 0).length;
  const open =
    input.toggled[chat.id] ?? (input.filter !== '' || own.some((kid) => isOfInterest(kid, input)));
  const family = own.length === 0 ? null : { open, agents: own.length, asks };
  const head: TreeRow = {
    kind: 'chat',
    key: chat.id,
    chat,
    level: 2,
    lastChild: false,
    family,
    position: at + 1,
    size,
  };
  const kidRow = (kid: ChatSummary, i: number): TreeRow => ({
    kind: 'chat',
    key: kid.id,
    chat: kid,
    level: 3,
    lastChild: i === own.length - 1,
    family: null,
    position: i + 1,
    size: own.length,
  });
  return family?.open ? [head, ...own.map(kidRow)] : [head];
}

/** Agents that rest are folded away behind their number. */
function isOfInterest(kid: ChatSummary, { selected }: TreeInput): boolean {
  return kid.status !== 'waiting' || kid.id === selected;
}

function childrenOf(chats: readonly ChatSummary[]): ReadonlyMap<ChatId, readonly ChatSummary[]> {
  const kids = new Map<ChatId, ChatSummary[]>();
  for (const chat of chats) {
    if (chat.parent_chat_id === null) continue;
    const list = kids.get(chat.parent_chat_id) ?? [];
    kids.set(
      chat.parent_chat_id,
      [...list, chat].sort((a, b) => a.created_at.localeCompare(b.created_at)),
    );
  }
  return kids;
}

function byNewest(a: ChatSummary, b: ChatSummary): number {
  if (a.updated_at !== b.updated_at) return a.updated_at < b.updated_at ? 1 : -1;
  return a.id < b.id ? 1 : -1;
}

function matches(
  chat: ChatSummary,
  kids: readonly ChatSummary[],
  { filter, workspaces, nowMs }: TreeInput,
): boolean {
  const words = filter
    .toLowerCase()
    .split(/\s+/)
    .filter((w) => w !== '');
  if (words.length === 0) return true;
  const place = workspaces.find((w) => w.id === chat.workspace_id);
  const text = [chat, ...kids].map((c) => `${c.title} ${statusLook(c, nowMs).words}`).join(' ');
  const hay = `${text} ${place?.name ?? ''} ${place?.host ?? ''}`.toLowerCase();
  return words.every((w) => hay.includes(w));
}

function groupRoots(
  roots: readonly ChatSummary[],
  { workspaces, filter, nowMs }: TreeInput,
): readonly Group[] {
  const groups = new Map<WorkspaceId | null, Group>();
  const older: Group = { key: OLDER, name: 'Older', workspace: null, roots: [] };
  for (const chat of roots) {
    if (filter === '' && isOld(chat, nowMs)) {
      older.roots.push(chat);
      continue;
    }
    const id = chat.workspace_id;
    const workspace = workspaces.find((w) => w.id === id) ?? null;
    const group = groups.get(id) ?? {
      key: id ?? 'none',
      name: workspace?.name ?? (id === null ? 'No workspace' : 'Removed workspace'),
      workspace,
      roots: [],
    };
    group.roots.push(chat);
    groups.set(id, group);
  }
  return older.roots.length > 0 ? [...groups.values(), older] : [...groups.values()];
}

/** Nothing happens in it and nothing waits in it. */
function isOld(chat: ChatSummary, nowMs: number): boolean {
  return chat.status === 'waiting' && !chat.unread && nowMs - Date.parse(chat.updated_at) > OLD_MS;
}

/** The chat that stands below (1) or above (-1) the open one; from the last one it goes on at the first. */
export function chatBeside(rows: readonly TreeRow[], open: ChatId | null, by: 1 | -1): ChatId | null {
  const ids = rows.flatMap((row) => (row.kind === 'chat' ? [row.chat.id] : []));
  const at = open === null ? -1 : ids.indexOf(open);
  if (at < 0) return ids.at(by > 0 ? 0 : -1) ?? null;
  return ids.at((at + by) % ids.length) ?? null;
}
