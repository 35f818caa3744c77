import type { WatchEvent } from '@shared/model/stream.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../base/clock.ts';
import { openTestChatd, type TestChatd } from '../test-chatd.ts';
import { createHints } from './hints.ts';
import { watchChats } from './watch-feed.ts';

let chatd: TestChatd;
const stopping = new AbortController();
afterEach(async () => {
  stopping.abort();
  await chatd.close();
});

describe('the tree', () => {
  it('#348 tells title and status as events of their own, also when both changed in one moment', async () => {
    chatd = await openTestChatd({});
    const { store, ownerId } = chatd;
    const chatId = await chatd.create('hi');
    const hints = createHints(store);
    const seen: WatchEvent[] = [];
    const events = watchChats(
      { store, hints, clock: systemClock },
      { ownerId, archived: false },
      stopping.signal,
    );
    const first = await events.next();
    expect(first.value).toMatchObject({ kind: 'list', chats: [{ id: chatId }] });
    await store.call('interrupt', { chatId, ownerId });
    await store.call('renameChat', { chatId, ownerId, title: 'A better name' });
    while (!seen.some((e) => e.kind === 'title_change')) {
      const next = await events.next();
      if (next.value) seen.push(next.value);
    }
    const kinds = seen.map((e) => e.kind);
    expect(kinds).toContain('status_change');
    expect(seen.at(-1)).toMatchObject({ chat: { title: 'A better name', status: 'interrupting' } });
    hints.close();
  });
});
