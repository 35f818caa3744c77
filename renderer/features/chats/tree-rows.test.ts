import type { ChatSummary } from '@shared/model/chat.ts';
import { asId, type ChatId, type WorkspaceId } from '@shared/model/ids.ts';
import type { WorkspaceSummary } from '@shared/model/workspace.ts';
import { describe, expect, it } from 'vitest';
import { testChat } from '../../state/test-chat.ts';
import { type GroupsInput, treeGroups } from './tree-groups.ts';
import { chatBeside, treeRows } from './tree-rows.ts';

const NOW = Date.parse('2026-06-01T00:00:00Z');
const ago = (days: number) => new Date(NOW - days * 86_400_000).toISOString();

const chat = (id: string, workspace: string | null, days: number, change: Partial<ChatSummary> = {}) =>
  testChat(id, {
    workspace_id: workspace === null ? null : asId<WorkspaceId>(workspace),
    snapshot_version: 1,
    created_at: ago(days),
    updated_at: ago(days),
    ...change,
  });

const place = (id: string, name: string): WorkspaceSummary => ({
  id: asId<WorkspaceId>(id),
  kind: 'local',
  name,
  directory: `/${name}`,
  host: 'this computer',
  hostId: null,
  mode: 'ask',
  trust: { answer: 'trusted', brings: null },
  link: { state: 'up' },
  branch: null,
  state: 'running',
  script: null,
  error: null,
  templateId: null,
  made: false,
  origin: null,
  actions: ['remove'],
});

interface Wanted extends Partial<GroupsInput> {
  readonly selected?: ChatId;
  readonly toggled?: Readonly<Record<string, boolean>>;
}

const tree = (chats: readonly ChatSummary[], { selected, toggled = {}, ...change }: Wanted = {}) =>
  treeRows(
    treeGroups({
      chats,
      workspaces: [place('w1', 'api'), place('w2', 'notes')],
      grouping: 'workspace',
      filter: '',
      statuses: [],
      places: [],
      gitAsks: new Set(),
      archived: false,
      nowMs: NOW,
      ...change,
    }),
    { selected: selected ?? null, toggled },
  );
const show = (rows: ReturnType<typeof tree>) =>
  rows.map((r) => (r.kind === 'group' ? `${r.name} ${r.count}` : `${' '.repeat(r.level)}${r.chat.id}`));

describe('the tree of chats', () => {
  const chats = [
    chat('a', 'w1', 1),
    chat('b', 'w2', 0),
    chat('c', 'w1', 0.5),
    chat('kid', 'w1', 2, { parent_chat_id: asId<ChatId>('a'), status: 'running' }),
    chat('old', 'w1', 40),
    chat('waits', 'w1', 50, { status: 'requires_action' }),
  ];

  it('groups by workspace, the newest first, children below their parent, old ones folded and counted', () => {
    expect(show(tree(chats))).toEqual([
      'notes 1',
      '  b',
      'api 3',
      '  c',
      '  a',
      '   kid',
      '  waits',
      'Older 1',
    ]);
  });

  it('leads from chat to chat as they stand, and round', () => {
    const rows = tree(chats);
    const beside = (open: string | null, by: 1 | -1) =>
      chatBeside(rows, open === null ? null : asId<ChatId>(open), by);
    expect(beside('b', 1)).toBe('c');
    expect(beside('c', -1)).toBe('b');
    expect(beside('waits', 1)).toBe('b');
    expect(beside('b', -1)).toBe('waits');
    expect(beside(null, 1)).toBe('b');
    expect(beside('old', -1)).toBe('waits');
    expect(chatBeside([], null, 1)).toBe(null);
  });

  it('says honestly where each row stands', () => {
    const rows = tree(chats);
    expect(rows.filter((r) => r.kind === 'group').map((r) => [r.position, r.size])).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
    expect(rows.filter((r) => r.kind === 'chat' && r.level === 2).map((r) => [r.position, r.size])).toEqual(
      [
        [1, 1],
        [1, 3],
        [2, 3],
        [3, 3],
      ],
    );
  });

  it('opens and closes groups', () => {
    expect(show(tree(chats, { toggled: { w1: false, older: true } }))).toEqual([
      'notes 1',
      '  b',
      'api 3',
      'Older 1',
      '  old',
    ]);
  });

  it('filters by title, place and what a chat does, and folds nothing then', () => {
    expect(show(tree(chats, { filter: 'old' }))).toEqual(['api 1', '  old']);
    expect(show(tree(chats, { filter: 'notes' }))).toEqual(['notes 1', '  b']);
    expect(show(tree(chats, { filter: 'approval' }))).toEqual(['api 1', '  waits']);
    expect(tree(chats, { filter: 'nothing like it' })).toEqual([]);
  });

  describe('agents below the chat that started them', () => {
    const kid = (id: string, change: Partial<ChatSummary> = {}) =>
      chat(id, 'w1', 1, { parent_chat_id: asId<ChatId>('a'), ...change });
    const rests = [chat('a', 'w1', 1), kid('k1'), kid('k2')];
    const family = (rows: ReturnType<typeof tree>) =>
      rows.flatMap((r) => (r.kind === 'chat' && r.level === 2 ? [r.family] : []));

    it('are folded behind their number when they rest, until the person opens them', () => {
      expect(show(tree(rests))).toEqual(['api 1', '  a']);
      expect(family(tree(rests))).toEqual([{ open: false, agents: 2, asks: 0 }]);
      const open = ['api 1', '  a', '   k1', '   k2'];
      expect(show(tree(rests, { toggled: { a: true } }))).toEqual(open);
      expect(show(tree(rests, { selected: asId<ChatId>('k2') }))).toEqual(open);
      expect(show(tree(rests, { filter: 'k2' }))).toEqual(open);
      expect(family(tree([chat('a', 'w1', 1)]))).toEqual([null]);
    });

    it('stand open while one of them works, unless the person folds them', () => {
      const works = [...rests, kid('k3', { status: 'running' })];
      expect(show(tree(works))).toEqual(['api 1', '  a', '   k1', '   k2', '   k3']);
      expect(show(tree(works, { toggled: { a: false } }))).toEqual(['api 1', '  a']);
    });

    it('are counted on the chat where they wait for the person, also while they are folded', () => {
      const asks = [...rests, kid('k3', { status: 'requires_action', asks: 2 }), kid('k4', { asks: 1 })];
      expect(family(tree(asks, { toggled: { a: false } }))).toEqual([{ open: false, agents: 4, asks: 2 }]);
    });
  });

  it('shows a child whose parent is not there', () => {
    expect(show(tree([chat('lost', null, 0, { parent_chat_id: asId<ChatId>('gone') })]))).toEqual([
      'No workspace 1',
      '  lost',
    ]);
  });

  describe('groups', () => {
    it('begins with what waits for the person, the longest waiting first, then with what is pinned', () => {
      const all = [
        chat('a', 'w1', 1),
        chat('late', 'w1', 0, { asks: 1, status: 'requires_action' }),
        chat('early', 'w2', 3, { pin_order: 9 }),
        chat('ask', 'w2', 2, { parent_chat_id: asId<ChatId>('early'), asks: 2, status: 'requires_action' }),
        chat('second', 'w1', 9, { pin_order: 2 }),
        chat('first', 'w2', 99, { pin_order: 1 }),
        chat('git', 'w1', 1),
      ];
      const gitAsks = new Set([asId<ChatId>('git')]);
      expect(show(tree(all, { gitAsks }))).toEqual([
        'Needs you 3',
        '  early',
        '   ask',
        '  git',
        '  late',
        'Pinned 2',
        '  first',
        '  second',
        'api 1',
        '  a',
      ]);
      expect(show(tree(all.slice(4, 6), { archived: true, filter: 's' }))).toEqual([
        'api 1',
        '  second',
        'notes 1',
        '  first',
      ]);
    });

    it('by status: what works, what failed, what is new, what rests; old ones apart', () => {
      const all = [
        chat('idle', 'w1', 1),
        chat('new', 'w1', 1, { unread: true }),
        chat('runs', 'w2', 1, { status: 'running' }),
        chat('bad', 'w2', 30, { status: 'error' }),
        chat('crew', 'w1', 2),
        chat('kid', 'w1', 2, { parent_chat_id: asId<ChatId>('crew'), status: 'running' }),
        chat('old', 'w1', 40),
      ];
      const heads = tree(all, { grouping: 'status' }).flatMap((r) =>
        r.kind === 'group' ? [`${r.name} ${r.count}`] : [],
      );
      expect(heads).toEqual(['Running 2', 'Failed 1', 'Finished 1', 'Resting 1', 'Older 1']);
      const [row] = tree(all, { grouping: 'status' }).filter((r) => r.kind === 'chat');
      expect(row?.kind === 'chat' && row.place, 'it is said where each works').toBe('notes');
    });

    it('by date, in the person’s own days', () => {
      const nowMs = new Date(2026, 5, 10, 9).getTime();
      const at = (id: string, ...when: [number, number, number]) =>
        chat(id, 'w1', 0, { updated_at: new Date(2026, ...when).toISOString() });
      const all = [
        at('today', 5, 10, 1),
        at('late', 5, 9, 23),
        at('week', 5, 5, 0),
        at('month', 4, 20, 0),
        at('old', 1, 1, 0),
      ];
      expect(show(tree(all, { grouping: 'date', nowMs }))).toEqual([
        'Today 1',
        '  today',
        'Yesterday 1',
        '  late',
        'Last 7 days 1',
        '  week',
        'Last 30 days 1',
        '  month',
        'Older 1',
      ]);
    });

    it('shows only the wanted statuses and workspaces, and folds nothing of them', () => {
      const all = [...chats, chat('asks', 'w2', 1, { asks: 1 })];
      expect(show(tree(all, { statuses: ['needs'] }))).toEqual(['Needs you 1', '  asks']);
      expect(show(tree(all, { places: [asId<WorkspaceId>('w2')] }))).toEqual([
        'Needs you 1',
        '  asks',
        'notes 1',
        '  b',
      ]);
      expect(show(tree(all, { statuses: ['idle'], filter: 'old' }))).toEqual(['api 1', '  old']);
    });
  });
});
