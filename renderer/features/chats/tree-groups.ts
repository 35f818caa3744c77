import type { ChatSummary } from '@shared/model/chat.ts';
import type { ChatId, WorkspaceId } from '@shared/model/ids.ts';
import type { WorkspaceSummary } from '@shared/model/workspace.ts';
import { startOfDay } from '../../lib/format.ts';
import { STATUS_CLASS_WORDS, type StatusClass, statusClass, statusLook } from '../../state/status.ts';
import type { Grouping } from '../../state/tree-view.ts';

export interface GroupsInput {
  readonly chats: Iterable<ChatSummary>;
  readonly workspaces: readonly WorkspaceSummary[];
  readonly grouping: Grouping;
  /** Filter text; empty shows everything. */
  readonly filter: string;
  /** Only these; empty: all. */
  readonly statuses: readonly StatusClass[];
  readonly places: readonly WorkspaceId[];
  /** Chats in which git waits for an answer. */
  readonly gitAsks: ReadonlySet<ChatId>;
  /** The archive has neither pins nor anything that waits. */
  readonly archived: boolean;
  readonly nowMs: number;
}

export interface Group {
  readonly key: string;
  readonly name: string;
  /** Set where the group is a workspace. */
  readonly workspace: WorkspaceSummary | null;
  readonly roots: readonly ChatSummary[];
}

export interface Groups {
  readonly groups: readonly Group[];
  /** What each chat has started, the oldest first. */
  readonly kids: ReadonlyMap<ChatId, readonly ChatSummary[]>;
  readonly places: ReadonlyMap<WorkspaceId, WorkspaceSummary>;
  /** Nothing is folded away from who looks for something. */
  readonly filtered: boolean;
}

const OLD_MS = 14 * 24 * 60 * 60 * 1000;
export const NEEDS = 'needs';
export const PINNED = 'pinned';
export const OLDER = 'older';

const NO_KIDS: readonly ChatSummary[] = [];

/**
 * What waits for the person first, what they pinned next, then the rest as they want it. A few passes over the chats,
 * which come in the order of the list, so that sorting them finds them sorted.
 */
export function treeGroups(input: GroupsInput): Groups {
  const { kids, roots } = familiesOf(input.chats);
  const places = new Map(input.workspaces.map((place) => [place.id, place]));
  const filtered = input.filter !== '' || input.statuses.length > 0 || input.places.length > 0;
  const needs: ChatSummary[] = [];
  const pinned: ChatSummary[] = [];
  const rest: ChatSummary[] = [];
  const matches = matcher(input, places);
  for (const root of roots) {
    const own = kids.get(root.id) ?? NO_KIDS;
    const status = familyStatus(root, own, input);
    if (!matches(root, own, status)) continue;
    if (!input.archived && status === 'needs') needs.push(root);
    else if (!input.archived && root.pin_order > 0) pinned.push(root);
    else rest.push(root);
  }
  needs.sort((a, b) => (a.updated_at < b.updated_at ? -1 : 1));
  pinned.sort((a, b) => a.pin_order - b.pin_order || (a.id < b.id ? -1 : 1));
  rest.sort(byNewest);
  const first = [plainGroup(NEEDS, 'Needs you', needs), plainGroup(PINNED, 'Pinned', pinned)];
  const groups = [...first, ...groupRest(rest, { ...input, filtered, places, kids })];
  return { groups: groups.filter(({ roots }) => roots.length > 0), kids, places, filtered };
}

function plainGroup(key: string, name: string, roots: readonly ChatSummary[]): Group {
  return { key, name, workspace: null, roots };
}

/** A child whose parent is not there stands by itself. */
function familiesOf(chats: Iterable<ChatSummary>) {
  const all = new Map<ChatId, ChatSummary>();
  for (const chat of chats) all.set(chat.id, chat);
  const kids = new Map<ChatId, ChatSummary[]>();
  const roots: ChatSummary[] = [];
  for (const chat of all.values()) {
    const parent = chat.parent_chat_id;
    if (parent === null || !all.has(parent)) roots.push(chat);
    if (parent === null) continue;
    const list = kids.get(parent);
    if (list) list.push(chat);
    else kids.set(parent, [chat]);
  }
  for (const list of kids.values()) list.sort((a, b) => (a.created_at < b.created_at ? -1 : 1));
  return { kids, roots };
}

/** What its agents ask, and that they work, counts for the chat. */
function familyStatus(
  root: ChatSummary,
  kids: readonly ChatSummary[],
  { gitAsks }: GroupsInput,
): StatusClass {
  const own = gitAsks.has(root.id) ? 'needs' : statusClass(root);
  if (own === 'needs' || kids.length === 0) return own;
  if (kids.some((kid) => kid.asks > 0 || gitAsks.has(kid.id))) return 'needs';
  return kids.some((kid) => statusClass(kid) === 'running') ? 'running' : own;
}

function byNewest(a: ChatSummary, b: ChatSummary): number {
  if (a.updated_at !== b.updated_at) return a.updated_at < b.updated_at ? 1 : -1;
  return a.id < b.id ? 1 : -1;
}

type Places = ReadonlyMap<WorkspaceId, WorkspaceSummary>;

function matcher({ filter, statuses, places: wanted, nowMs }: GroupsInput, places: Places) {
  const words = filter
    .toLowerCase()
    .split(/\s+/)
    .filter((w) => w !== '');
  return (chat: ChatSummary, kids: readonly ChatSummary[], status: StatusClass): boolean => {
    if (statuses.length > 0 && !statuses.includes(status)) return false;
    const { workspace_id: id } = chat;
    if (wanted.length > 0 && (id === null || !wanted.includes(id))) return false;
    if (words.length === 0) return true;
    const place = id === null ? undefined : places.get(id);
    const text = [chat, ...kids].map((c) => `${c.title} ${statusLook(c, nowMs).words}`).join(' ');
    const hay = `${text} ${place?.name ?? ''} ${place?.host ?? ''}`.toLowerCase();
    return words.every((w) => hay.includes(w));
  };
}

type Rest = Omit<GroupsInput, 'places'> & {
  readonly filtered: boolean;
  readonly places: Places;
  readonly kids: Groups['kids'];
};

function groupRest(roots: readonly ChatSummary[], input: Rest): readonly Group[] {
  switch (input.grouping) {
    case 'date':
      return byDate(roots, input.nowMs);
    case 'status':
      return withOlder(roots, input, (recent) => byStatus(recent, input));
    case 'workspace':
      return withOlder(roots, input, (recent) => byWorkspace(recent, input.places));
  }
}

/** Where nothing happens any more is folded away at the end. */
function withOlder(
  roots: readonly ChatSummary[],
  { filtered, nowMs }: Rest,
  group: (recent: readonly ChatSummary[]) => readonly Group[],
): readonly Group[] {
  if (filtered) return group(roots);
  const recent: ChatSummary[] = [];
  const older: ChatSummary[] = [];
  for (const chat of roots) (isOld(chat, nowMs) ? older : recent).push(chat);
  return [...group(recent), plainGroup(OLDER, 'Older', older)];
}

/** Nothing happens in it and nothing waits in it. */
function isOld(chat: ChatSummary, nowMs: number): boolean {
  return chat.status === 'waiting' && !chat.unread && nowMs - Date.parse(chat.updated_at) > OLD_MS;
}

/** In the order in which the keys are met. */
function grouped<K>(
  chats: readonly ChatSummary[],
  keyOf: (chat: ChatSummary) => K,
): ReadonlyMap<K, readonly ChatSummary[]> {
  const groups = new Map<K, ChatSummary[]>();
  for (const chat of chats) {
    const key = keyOf(chat);
    const list = groups.get(key);
    if (list) list.push(chat);
    else groups.set(key, [chat]);
  }
  return groups;
}

/** The workspace where something happened last comes first. */
function byWorkspace(roots: readonly ChatSummary[], places: Places): readonly Group[] {
  const groups = grouped(roots, (chat) => chat.workspace_id);
  return [...groups].map(([id, roots]) => {
    const workspace = (id !== null && places.get(id)) || null;
    const name = workspace?.name ?? (id === null ? 'No workspace' : 'Removed workspace');
    return { key: id ?? 'none', name, workspace, roots };
  });
}

function byStatus(roots: readonly ChatSummary[], input: Rest): readonly Group[] {
  const groups = grouped(roots, (chat) =>
    familyStatus(chat, input.kids.get(chat.id) ?? NO_KIDS, { ...input, places: [] }),
  );
  return (['running', 'failed', 'finished', 'idle'] as const).map((status) =>
    plainGroup(`status:${status}`, STATUS_CLASS_WORDS[status], groups.get(status) ?? []),
  );
}

const DAY_MS = 24 * 60 * 60 * 1000;

function byDate(roots: readonly ChatSummary[], nowMs: number): readonly Group[] {
  const today = startOfDay(new Date(nowMs));
  const spans = [
    { key: 'date:today', name: 'Today', fromMs: today },
    { key: 'date:yesterday', name: 'Yesterday', fromMs: startOfDay(new Date(today - DAY_MS / 2)) },
    { key: 'date:week', name: 'Last 7 days', fromMs: today - 7 * DAY_MS },
    { key: 'date:month', name: 'Last 30 days', fromMs: today - 30 * DAY_MS },
    { key: OLDER, name: 'Older', fromMs: Number.NEGATIVE_INFINITY },
  ];
  const groups = grouped(roots, (chat) => {
    const at = Date.parse(chat.updated_at);
    return spans.find(({ fromMs }) => at >= fromMs)?.key ?? OLDER;
  });
  return spans.map(({ key, name }) => plainGroup(key, name, groups.get(key) ?? []));
}
