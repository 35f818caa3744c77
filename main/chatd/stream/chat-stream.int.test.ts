import { randomUUID } from 'node:crypto';
import { asId, type ChatId, type RunnerId, type WorkerId } from '@shared/model/ids.ts';
import { type ChatView, foldStream } from '@shared/model/reducer.ts';
import type { StreamEvent } from '@shared/model/stream.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import type { Hint } from '../../db/store.ts';
import type { ChatFacts, StreamSync } from '../machine/types.ts';
import { FINISH, openTestChatd, says, type TestChatd } from '../test-chatd.ts';
import { ChatNotFound, streamChat } from './chat-stream.ts';
import { createHints } from './hints.ts';
import { PartBuffer } from './part-buffer.ts';
import { localParts } from './parts-source.ts';
import { createPoller } from './poller.ts';

let chatd: TestChatd;
const stopping = new AbortController();
afterEach(() => chatd.close());

/** A subscriber that asks for one event after another, and not before the test does. */
function subscriber(chatId: ChatId, { deaf = false, pollMs = 30_000 } = {}) {
  const { store, ownerId } = chatd;
  const hints = createHints(deaf ? { onHint: () => () => undefined } : store);
  const poller = createPoller({ store, hints, clock: systemClock, log: silentLog }, pollMs);
  const parts = localParts(new PartBuffer(silentLog));
  const feed = streamChat({ store, hints, parts, poller }, { chatId, ownerId }, stopping.signal);
  let view: ChatView | null = null;
  const events: StreamEvent[] = [];
  return {
    events,
    view(): ChatView {
      if (!view) throw new Error('no snapshot yet');
      return view;
    },
    async next(): Promise<StreamEvent> {
      const { value, done } = await feed.next();
      if (done) throw new Error('the feed ended');
      const folded: ChatView | null | 'gap' = foldStream(view, value);
      if (folded === 'gap') throw new Error('a part is missing');
      view = folded;
      events.push(value);
      return value;
    },
    async until(type: StreamEvent['type']): Promise<StreamEvent> {
      for (;;) {
        const event = await this.next();
        if (event.type === type) return event;
      }
    },
    lookAgain: () => hints.lookAgain(),
    async end() {
      hints.close();
      await feed.return(undefined);
    },
  };
}

/** Rows that were said at some time, all in one transaction. */
async function addRows(chatId: ChatId, count: number): Promise<void> {
  await chatd.db.transaction(async (tx) => {
    await tx.query('update chats set snapshot_version = snapshot_version + 1 where id = $1', [chatId]);
    await tx.query(
      `insert into chat_messages (chat_id, role, content)
       select $1, 'user', jsonb_build_array(jsonb_build_object('type', 'text', 'text', 'row ' || i))
       from generate_series(1, $2::int) i`,
      [chatId, count],
    );
  });
}

async function createChild(parentChatId: ChatId): Promise<ChatId> {
  const chatId = asId<ChatId>(randomUUID());
  const made = await chatd.store.call('createChat', {
    chatId,
    ownerId: chatd.ownerId,
    workspaceId: null,
    parentChatId,
    title: 'An agent',
    modelConfigId: chatd.modelConfigId,
    effort: null,
    spawnKey: randomUUID(),
    messages: [{ role: 'user', content: [{ type: 'text', text: 'go' }] }],
  });
  if (!made.ok) throw new Error(JSON.stringify(made.error));
  return made.value.chatId;
}

describe('the stream of a chat', () => {
  it('#14 #16 #199 begins with the status and the newest rows; what is older than these is not sent later', async () => {
    chatd = await openTestChatd({});
    const chatId = await chatd.create('first');
    await addRows(chatId, 70);
    const one = subscriber(chatId);
    const snapshot = await one.next();
    expect(snapshot).toMatchObject({ type: 'snapshot', status: 'running', message_count: 71 });
    expect(one.view().messages).toHaveLength(60);
    // Every row changes: those of the window are sent, the eleven before it are not.
    await chatd.db.transaction(async (tx) => {
      await tx.query('update chats set snapshot_version = snapshot_version + 1 where id = $1', [chatId]);
      await tx.query(`update chat_messages set content = content || content where chat_id = $1`, [chatId]);
    });
    await chatd.store.call('renameChat', { chatId, ownerId: chatd.ownerId, title: 'Go on' });
    await one.until('chat');
    expect(one.events.filter((e) => e.type === 'message')).toHaveLength(60);
    expect(one.view().messages.every((m) => m.content.length === 2)).toBe(true);
    await one.end();
  });

  it('throws at the start when there is no such chat, or it is another person’s', async () => {
    chatd = await openTestChatd({});
    await expect(subscriber(asId<ChatId>(randomUUID())).next()).rejects.toThrow(ChatNotFound);
  });

  it('#198 finds by its poll what no hint told it of', async () => {
    chatd = await openTestChatd({});
    const chatId = await chatd.create('hi');
    const child = await createChild(chatId);
    const deaf = subscriber(chatId, { deaf: true, pollMs: 20 });
    await deaf.next();
    await chatd.store.call('renameChat', { chatId, ownerId: chatd.ownerId, title: 'Unheard of' });
    expect(await deaf.until('chat')).toMatchObject({ chat: { title: 'Unheard of' } });
    await chatd.store.call('renameChat', { chatId: child, ownerId: chatd.ownerId, title: 'A child' });
    expect(await deaf.until('agent')).toMatchObject({ chat: { id: child, title: 'A child' } });
    await deaf.end();
  });

  it('#191 an old hint reads nothing, a new owner no row, and a new row is read alone', async () => {
    chatd = await openTestChatd({});
    const chatId = await chatd.create('hi');
    await addRows(chatId, 30);
    const looks: number[] = [];
    const store: TestChatd['store'] = {
      ...chatd.store,
      async call(name, args) {
        const answer = await chatd.store.call(name, args);
        if (name === 'loadSync') looks.push((answer as StreamSync).messages.length);
        return answer;
      },
    };
    let hear: (hint: Hint) => void = () => undefined;
    const hints = createHints({
      onHint(listener) {
        hear = listener;
        return () => undefined;
      },
    });
    const poller = createPoller({ store, hints, clock: systemClock, log: silentLog }, 30_000);
    const deps = { store, hints, parts: localParts(new PartBuffer(silentLog)), poller };
    const feed = streamChat(deps, { chatId, ownerId: chatd.ownerId }, stopping.signal);
    await feed.next();
    const factsNow = async () => {
      const facts = await chatd.store.call('loadFacts', { chatId });
      if (!facts) throw new Error('no chat');
      return facts;
    };
    const tell = (facts: ChatFacts) =>
      hear({ channel: 'chat_update', payload: facts as unknown as Hint['payload'] });
    const known = await factsNow();
    tell(known);
    tell({ ...known, snapshotVersion: known.snapshotVersion - 1 });
    const owner = { workerId: asId<WorkerId>(randomUUID()), runnerId: asId<RunnerId>(randomUUID()) };
    await chatd.store.call('acquire', { chatId, ...owner, leaseMs: 60_000, exclusive: true });
    tell(await factsNow());
    const until = async (type: StreamEvent['type']) => {
      let event = await feed.next();
      while (event.value?.type !== type) event = await feed.next();
    };
    await until('status');
    await addRows(chatId, 1);
    tell(await factsNow());
    tell(known);
    await until('message');
    await chatd.send(chatId, 'later');
    tell(await factsNow());
    await until('queue_update');
    expect(looks).toEqual([0, 1, 0]);
    await feed.return(undefined);
  });

  it('#198 looks again after a sleep, without waiting for its poll', async () => {
    chatd = await openTestChatd({});
    const chatId = await chatd.create('hi');
    const deaf = subscriber(chatId, { deaf: true });
    await deaf.next();
    await chatd.store.call('renameChat', { chatId, ownerId: chatd.ownerId, title: 'Unheard of' });
    deaf.lookAgain();
    expect(await deaf.until('chat')).toMatchObject({ chat: { title: 'Unheard of' } });
    await deaf.end();
  });

  it('#193 a message out of the queue names the entry that it was', async () => {
    chatd = await openTestChatd({});
    const chatId = await chatd.create('hi');
    await chatd.send(chatId, 'next');
    const watching = chatd.watch(chatId);
    const queued = (await watching.until((v) => v.queue.length === 1)).queue[0]?.id;
    chatd.startWorker(async function* () {
      yield* says('fine');
    });
    const view = await watching.until((v) => v.status === 'waiting' && v.queue.length === 0);
    const sent = view.messages.filter((m) => m.role === 'user');
    expect(sent.map((m) => m.queued_message_id)).toEqual([null, queued]);
    await watching.stop();
  });

  it('#344 has its agents in the snapshot, and tells of each that is new or changed', async () => {
    chatd = await openTestChatd({});
    const chatId = await chatd.create('parent');
    const first = await createChild(chatId);
    const one = subscriber(chatId);
    expect(await one.next()).toMatchObject({ agents: [{ id: first, title: 'An agent' }] });
    const second = await createChild(chatId);
    expect(await one.until('agent')).toMatchObject({ chat: { id: second } });
    await chatd.store.call('interrupt', { chatId: first, ownerId: chatd.ownerId });
    expect(await one.until('agent')).toMatchObject({ chat: { id: first, status: 'interrupting' } });
    expect(one.view().status).toBe('running');
    expect(one.view().agents.map((a) => a.id)).toEqual([first, second]);
    await one.end();
  });

  it('who is slow gets one step for many changes, and a snapshot for very many', async () => {
    chatd = await openTestChatd({});
    const chatId = await chatd.create('hi');
    const slow = subscriber(chatId);
    await slow.next();
    for (let i = 0; i < 20; i += 1) {
      await chatd.store.call('renameChat', { chatId, ownerId: chatd.ownerId, title: `Title ${i}` });
    }
    expect(await slow.next()).toMatchObject({ type: 'chat', chat: { title: 'Title 19' } });
    await addRows(chatId, 250);
    await chatd.store.call('renameChat', { chatId, ownerId: chatd.ownerId, title: 'Far on' });
    const again = await slow.next();
    expect(again).toMatchObject({ type: 'snapshot', message_count: 251, chat: { title: 'Far on' } });
    expect(slow.view().messages).toHaveLength(60);
    await slow.end();
  });

  it('rows behind one that vanished are sent again: none is lost with it', async () => {
    chatd = await openTestChatd({});
    const chatId = await chatd.create('hi');
    await addRows(chatId, 5);
    const one = subscriber(chatId);
    await one.next();
    const ids = one.view().messages.map((m) => m.id);
    await chatd.db.transaction(async (tx) => {
      await tx.query('update chats set snapshot_version = snapshot_version + 1 where id = $1', [chatId]);
      await tx.query('update chat_messages set deleted = true where id = $1', [ids[2]]);
    });
    await chatd.store.call('renameChat', { chatId, ownerId: chatd.ownerId, title: 'Go on' });
    await one.until('chat');
    expect(one.view().messages.map((m) => m.id)).toEqual(ids.toSpliced(2, 1));
    expect(one.view().messageCount).toBe(5);
    await one.end();
  });

  it('#19 a late subscriber gets the row of a finished step and the parts of the next one alone', async () => {
    chatd = await openTestChatd({});
    const chatId = await chatd.create('hi');
    await chatd.send(chatId, 'and on');
    let turn = 0;
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const first = chatd.watch(chatId);
    chatd.startWorker(async function* () {
      turn += 1;
      yield { type: 'text', block: 0, delta: `turn ${turn}` };
      if (turn === 2) await released;
      yield FINISH;
    });
    const liveText = (v: ChatView) => v.live.parts.map((p) => ('text' in p ? p.text : '')).join('');
    await first.until((v) => liveText(v) === 'turn 2');
    const late = chatd.watch(chatId);
    const view = await late.until((v) => liveText(v) !== '');
    expect(liveText(view)).toBe('turn 2');
    expect(late.events.filter((e) => e.type === 'message_part')).toHaveLength(1);
    expect(view.messages.map((m) => m.role)).toEqual(['user', 'assistant', 'user']);
    release();
    await late.until((v) => v.status === 'waiting');
    await first.stop();
    await late.stop();
  });
});
