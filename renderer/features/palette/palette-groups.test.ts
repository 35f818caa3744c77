import { asId, type ChatId, type MessageId, type WorkspaceId } from '@shared/model/ids.ts';
import type { SearchHit } from '@shared/search/hit.ts';
import { describe, expect, it } from 'vitest';
import { testChat } from '../../state/test-chat.ts';
import { type Hits, NO_HITS } from './hits.ts';
import { type Entry, type ListedCommand, type PaletteInput, paletteGroups } from './palette-groups.ts';

const NOW = Date.parse('2026-06-01T00:00:00Z');
const api = asId<WorkspaceId>('w1');

function chat(title: string, days: number) {
  const updated_at = new Date(NOW - days * 86_400_000).toISOString();
  return testChat(title, { title, workspace_id: api, updated_at });
}

const command = (id: ListedCommand['id'], title: string, section: ListedCommand['section'] = 'Chat') => ({
  id,
  title,
  words: '',
  section,
});

const COMMANDS = [
  command('chat.new', 'New chat in api'),
  command('chat.archive', 'Archive chat'),
  command('view.themeDark', 'Theme: dark', 'View'),
  command('settings.hosts', 'Settings: Hosts', 'Settings'),
];
const CHATS = [chat('Fix the flaky test', 3), chat('Port kernels', 0), chat('Dark theme of the shop', 1)];

const list = (text: string, change: Partial<PaletteInput> = {}) =>
  paletteGroups({
    text,
    chats: CHATS,
    shown: [],
    placeNames: new Map([[api, 'api']]),
    hits: NO_HITS,
    commands: COMMANDS,
    recent: [],
    nowMs: NOW,
    ...change,
  }).map(({ label, entries }) => [label, ...entries.map(nameOf)]);
function nameOf(entry: Entry): string {
  if (entry.kind === 'hit') return entry.hit.snippet.text;
  return entry.kind === 'chat' ? entry.chat.title : entry.command.title;
}

describe('the palette', () => {
  it('begins with the chats and commands of late, then all commands', () => {
    const shown = [asId<ChatId>('Port kernels')];
    expect(list('', { shown, recent: ['settings.hosts', 'gone', 'view.themeDark'] })).toEqual([
      ['Recent chats', 'Dark theme of the shop', 'Fix the flaky test'],
      ['Recently used', 'Settings: Hosts', 'Theme: dark'],
      ['Commands', 'New chat in api', 'Archive chat'],
    ]);
  });

  it('puts first what matches best', () => {
    expect(list('flaky')).toEqual([['Chats', 'Fix the flaky test']]);
    expect(list('archive')[0]).toEqual(['Commands', 'Archive chat']);
    expect(list('hosts')[0]).toEqual(['Settings', 'Settings: Hosts']);
    expect(list('dark').map(([label]) => label)).toEqual(['Chats', 'Commands']);
    expect(list('qqq')).toEqual([]);
  });

  it('lists nothing but commands after ">"', () => {
    expect(list('>').map(([label]) => label)).toEqual(['Commands', 'Settings']);
    expect(list('> dark')).toEqual([['Commands', 'Theme: dark']]);
  });

  it('finds a chat by its workspace, too, and says where each group begins', () => {
    const groups = paletteGroups({
      text: 'kernels api',
      chats: CHATS,
      shown: [],
      placeNames: new Map([[api, 'api']]),
      hits: NO_HITS,
      commands: COMMANDS,
      recent: [],
      nowMs: NOW,
    });
    const [first] = groups[0]?.entries ?? [];
    expect(first && nameOf(first)).toBe('Port kernels');
    expect(first?.marks.place).toEqual([0, 1, 2]);
    const all = list('').map(([, ...names]) => names.length);
    expect(
      paletteGroups({
        text: '',
        chats: CHATS,
        shown: [],
        placeNames: new Map(),
        hits: NO_HITS,
        commands: COMMANDS,
        recent: [],
        nowMs: NOW,
      }).map((g) => g.first),
    ).toEqual([0, all[0], (all[0] ?? 0) + (all[1] ?? 0)]);
  });

  it('lists what is said after what matches best, so that it moves nothing that was chosen', () => {
    const snippet = { text: 'the hold was released', marks: [{ from: 4, to: 8 }] };
    const hit: SearchHit = {
      chatId: asId<ChatId>('c'),
      messageId: 7 as MessageId,
      part: 0,
      title: 'T',
      archived: false,
      workspace: null,
      kind: 'agent',
      at: '',
      snippet,
    };
    const hits: Hits = { list: [hit], count: '14', problem: null };
    expect(list('dark', { hits }).map(([label]) => label)).toEqual([
      'Chats',
      'In messages · 14',
      'Commands',
    ]);
    expect(list('dark status:finished', { hits }).map(([label]) => label)).toEqual([
      'Chats',
      'In messages · 14',
      'Commands',
    ]);
    expect(list('status:finished', { hits })).toEqual([['In messages · 14', 'the hold was released']]);
    expect(list('qqq', { hits })).toEqual([['In messages · 14', 'the hold was released']]);
    expect(list('> dark', { hits }).map(([label]) => label)).toEqual(['Commands']);
  });
});
