import type { ChatSummary } from '@shared/model/chat.ts';
import { asId, type ChatId } from '@shared/model/ids.ts';
import type { WatchEvent } from '@shared/model/stream.ts';
import { describe, expect, it } from 'vitest';
import { type ChatMap, foldWatch, takeEvents } from './chats.ts';
import { goBack, navStore, openChat, openNew } from './nav.ts';
import { testChat } from './test-chat.ts';

const list = (...chats: readonly ChatSummary[]): ChatMap => foldWatch(null, { kind: 'list', chats });
const get = (map: ChatMap, id: string) => map.get(asId<ChatId>(id));

describe('the tree’s feed', () => {
  it('#344 a child’s status leaves its parent alone', () => {
    const parent = testChat('p');
    const map = list(parent, testChat('k', { parent_chat_id: asId<ChatId>('p') }));
    const next = foldWatch(map, {
      kind: 'status_change',
      chat: testChat('k', { status: 'running', snapshot_version: 6 }),
    });
    expect(get(next, 'k')?.status).toBe('running');
    expect(get(next, 'p')).toBe(parent);
  });

  it('#348 takes a title only from a title change', () => {
    const map = list(testChat('a', { title: 'New' }));
    const status = foldWatch(map, {
      kind: 'status_change',
      chat: testChat('a', { title: 'Old', status: 'running', snapshot_version: 6 }),
    });
    expect(get(status, 'a')).toMatchObject({ title: 'New', status: 'running' });
    const title = foldWatch(status, { kind: 'title_change', chat: testChat('a', { title: 'Newer' }) });
    expect(get(title, 'a')).toMatchObject({ title: 'Newer', status: 'running' });
  });

  it('takes a newer picture whole when main joined a title with something else', () => {
    const map = list(testChat('a', { title: 'Old' }));
    const renamed = foldWatch(map, {
      kind: 'title_change',
      chat: testChat('a', { title: 'New', status: 'running', snapshot_version: 6 }),
    });
    expect(get(renamed, 'a')).toMatchObject({ title: 'New', status: 'running', snapshot_version: 6 });
    const asks = testChat('a', { title: 'Newer', status: 'requires_action', snapshot_version: 7 });
    const asked = foldWatch(renamed, { kind: 'action_required', chat: asks });
    expect(get(asked, 'a')).toMatchObject({ title: 'Newer', status: 'requires_action' });
  });

  it('#349 deleting a root deletes what hangs below it', () => {
    const root = asId<ChatId>('r');
    const map = list(
      testChat('r'),
      testChat('k', { root_chat_id: root, parent_chat_id: root }),
      testChat('other'),
    );
    const next = foldWatch(map, { kind: 'deleted', chat: testChat('r') });
    expect([...next.keys()]).toEqual(['other']);
  });

  it.each<[string, WatchEvent]>([
    ['it is told of its root', { kind: 'deleted', chat: testChat('r') }],
    ['a new list lacks it', { kind: 'list', chats: [testChat('other')] }],
  ])('#349 nobody comes back to the agent of a chat that is gone when %s', (_when, event) => {
    const root = asId<ChatId>('r');
    const agent = testChat('k', { root_chat_id: root, parent_chat_id: root });
    takeEvents([{ kind: 'list', chats: [testChat('r'), agent, testChat('other')] }]);
    for (const id of ['other', 'r', 'k']) openChat(asId<ChatId>(id));
    openNew();
    takeEvents([event]);
    goBack();
    expect(navStore.getState().route).toMatchObject({ view: 'chat', chatId: 'other' });
  });

  it('an older picture never overwrites a newer one', () => {
    const map = list(testChat('a', { status: 'running', snapshot_version: 9 }));
    const late = testChat('a', {
      status: 'waiting',
      snapshot_version: 8,
      updated_at: '2026-02-01T00:00:00Z',
    });
    for (const kind of ['status_change', 'change', 'action_required'] as const) {
      expect(get(foldWatch(map, { kind, chat: late }), 'a')).toMatchObject({
        status: 'running',
        updated_at: '2026-02-01T00:00:00Z',
      });
    }
  });

  it('a chat that is not there yet is added by any kind', () => {
    const next = foldWatch(list(), { kind: 'status_change', chat: testChat('a') });
    expect(get(next, 'a')?.title).toBe('Chat a');
  });

  it('a new list replaces everything', () => {
    expect([...foldWatch(list(testChat('a')), { kind: 'list', chats: [testChat('b')] }).keys()]).toEqual([
      'b',
    ]);
  });
});
