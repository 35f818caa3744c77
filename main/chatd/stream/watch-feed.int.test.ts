import { randomUUID } from 'node:crypto';
import { asId, type ChatId } from '@shared/model/ids.ts';
import type { WatchEvent } from '@shared/model/stream.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../base/clock.ts';
import type { Hint } from '../../db/store.ts';
import { openTestChatd, says, type TestChatd } from '../test-chatd.ts';
import { createHints } from './hints.ts';
import { watchChats } from './watch-feed.ts';

let chatd: TestChatd;
let stopping = new AbortController();
afterEach(async () => {
  stopping.abort();
  await chatd.close();
});

type Event<K extends WatchEvent['kind']> = WatchEvent & { kind: K };

/** A reader of the tree's feed; `hear` gives it hints of the test's own besides the store's. */
function reader({ archived = false } = {}) {
  const { store, ownerId } = chatd;
  stopping = new AbortController();
  let hear: (hint: Hint) => void = () => undefined;
  const hints = createHints({
    onHint(listener) {
      hear = listener;
      return store.onHint(listener);
    },
  });
  const feed = watchChats({ store, hints, clock: systemClock }, { ownerId, archived }, stopping.signal);
  const seen: WatchEvent[] = [];
  return {
    seen,
    hear: (hint: Hint) => hear(hint),
    lookAgain: () => hints.lookAgain(),
    async until<K extends WatchEvent['kind']>(
      kind: K,
      condition: (event: Event<K>) => boolean = () => true,
    ): Promise<Event<K>> {
      for (;;) {
        const { value, done } = await feed.next();
        if (done) throw new Error('the feed ended');
        seen.push(value);
        if (value.kind === kind && condition(value as Event<K>)) return value as Event<K>;
      }
    },
  };
}

type Reader = ReturnType<typeof reader>;

async function createChild(parentChatId: ChatId): Promise<ChatId> {
  const made = await chatd.store.call('createChat', {
    chatId: asId<ChatId>(randomUUID()),
    ownerId: chatd.ownerId,
    workspaceId: null,
    parentChatId,
    title: 'Child',
    modelConfigId: chatd.modelConfigId,
    effort: null,
    spawnKey: randomUUID(),
    messages: [{ role: 'user', content: [{ type: 'text', text: 'go' }] }],
  });
  if (!made.ok) throw new Error(JSON.stringify(made.error));
  return made.value.chatId;
}

describe('the tree', () => {
  it('#348 tells title and status as events of their own, also when both changed in one moment', async () => {
    chatd = await openTestChatd({});
    const { store, ownerId } = chatd;
    const chatId = await chatd.create('hi');
    const tree = reader();
    expect((await tree.until('list')).chats.map((chat) => chat.id)).toEqual([chatId]);
    await store.call('interrupt', { chatId, ownerId });
    await store.call('renameChat', { chatId, ownerId, title: 'A better name' });
    const { chat } = await tree.until('title_change');
    expect(tree.seen.map((e) => e.kind)).toContain('status_change');
    expect(chat).toMatchObject({ title: 'A better name', status: 'interrupting' });
  });

  it('#21 the last status carries the title that was made during the run', async () => {
    chatd = await openTestChatd({});
    const chatId = await chatd.create('hi');
    const tree = reader();
    await tree.until('list');
    chatd.startWorker(async function* () {
      await chatd.store.call('setModelTitle', { chatId, title: 'Made meanwhile' });
      yield* says('fine');
    });
    const { chat } = await tree.until('status_change', (event) => event.chat.status === 'waiting');
    expect(chat.title).toBe('Made meanwhile');
  });

  it('#32 #349 a family goes in the one event of its root, and comes back root first', async () => {
    chatd = await openTestChatd({});
    const { store, ownerId } = chatd;
    const root = await chatd.create('root');
    const child = await createChild(root);
    await chatd.db.query(`update chats set status = 'waiting'`);
    const tree = reader();
    await tree.until('list');
    expect(await store.call('setArchived', { chatId: root, ownerId, archived: true })).toMatchObject({
      ok: true,
    });
    expect((await tree.until('deleted')).chat.id).toBe(root);
    await store.call('setArchived', { chatId: root, ownerId, archived: false });
    await tree.until('created', (event) => event.chat.id === child);
    expect(tree.seen.slice(1).flatMap((e) => (e.kind === 'list' ? [] : [[e.kind, e.chat.id]]))).toEqual([
      ['deleted', root],
      ['created', root],
      ['created', child],
    ]);
  });

  it('in the archive it is the other way round', async () => {
    chatd = await openTestChatd({});
    const { store, ownerId } = chatd;
    const chatId = await chatd.create('hi');
    await chatd.db.query(`update chats set status = 'waiting'`);
    const archive = reader({ archived: true });
    expect((await archive.until('list')).chats).toEqual([]);
    await store.call('setArchived', { chatId, ownerId, archived: true });
    expect((await archive.until('created')).chat.id).toBe(chatId);
    await store.call('setArchived', { chatId, ownerId, archived: false });
    expect((await archive.until('deleted')).chat.id).toBe(chatId);
  });

  it.each([
    ['when hints were missed', (tree: Reader) => tree.hear({ channel: 'hints_lost', payload: {} })],
    ['after a sleep', (tree: Reader) => tree.lookAgain()],
  ])('#350 is told anew, whole, %s and something had changed', async (_when, miss) => {
    chatd = await openTestChatd({});
    const chatId = await chatd.create('hi');
    const tree = reader();
    await tree.until('list');
    // A change that no hint tells of.
    await chatd.db.query(
      `update chats set title = 'Unheard of', snapshot_version = snapshot_version + 1 where id = $1`,
      [chatId],
    );
    miss(tree);
    expect((await tree.until('list')).chats).toMatchObject([{ title: 'Unheard of' }]);
  });
});
