import { asId, type ChatId, type RunnerId, type WorkerId } from '@shared/model/ids.ts';
import type { ChatView } from '@shared/model/reducer.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { createSlots } from '../../base/slots.ts';
import type { LanguageModel, ModelEvent } from '../../models/port.ts';
import {
  calls,
  countingTool,
  FINISH,
  openTestChatd,
  type Script,
  says,
  type TestChatd,
} from '../test-chatd.ts';
import type { WorkerDeps } from './worker.ts';

let chatd: TestChatd;
afterEach(() => chatd.close());

const liveText = (view: ChatView) => view.live.parts.map((p) => ('text' in p ? p.text : '')).join('');
const answers = (view: ChatView) =>
  view.messages.flatMap((m) =>
    m.role === 'assistant' ? m.content.map((p) => (p.type === 'text' ? p.text : p.type)) : [],
  );

function deferred() {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

const aborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

/** Says some words and waits; when it is aborted it does as it is told. */
function untilAborted(then: (signal: AbortSignal) => readonly ModelEvent[]): Script {
  return async function* (_request, signal) {
    yield { type: 'text', block: 0, delta: 'half' };
    await aborted(signal);
    yield* then(signal);
  };
}

const throwsReason = untilAborted((signal) => {
  throw signal.reason as Error;
});

async function factsOf(chatId: ChatId) {
  const facts = await chatd.store.call('loadFacts', { chatId });
  if (!facts) throw new Error('the chat is gone');
  return facts;
}

async function errorOf(chatId: ChatId) {
  const { rows } = await chatd.db.query<{ last_error: unknown }>(
    'select last_error from chats where id = $1',
    [chatId],
  );
  return rows[0]?.last_error;
}

/** How a run ends, and what it leaves (CHATD 3.6.5). */
describe('outcomes', () => {
  it('a success: idle, unowned, without an error', async () => {
    chatd = await openTestChatd({});
    const chatId = await chatd.create('hi');
    const watching = chatd.watch(chatId);
    const worker = chatd.startWorker(() => each(says('done')));
    await watching.until((view) => view.status === 'waiting');
    await worker.close();
    expect(await factsOf(chatId)).toMatchObject({ status: 'waiting', workerId: null, runnerId: null });
    expect(await errorOf(chatId)).toBeNull();
    await watching.stop();
  });

  it('#20 a success in the moment of a shutdown: runnable, unowned, without an error', async () => {
    chatd = await openTestChatd({});
    const chatId = await chatd.create('hi');
    const watching = chatd.watch(chatId);
    const worker = chatd.startWorker(untilAborted(() => [FINISH]));
    await watching.until((view) => liveText(view) === 'half');
    await worker.close();
    expect(await factsOf(chatId)).toMatchObject({ status: 'running', workerId: null, runnerId: null });
    expect(await errorOf(chatId)).toBeNull();
    chatd.startWorker(() => each(says('whole')));
    expect(answers(await watching.until((view) => view.status === 'waiting'))).toEqual(['whole']);
    await watching.stop();
  });

  it.each([
    ['a cancellation', throwsReason],
    [
      'an error of any other kind',
      untilAborted(() => {
        throw new TypeError('a bug that the shutdown woke');
      }),
    ],
  ])('%s by a shutdown: runnable, unowned, without an error', async (_name, script) => {
    chatd = await openTestChatd({});
    const chatId = await chatd.create('hi');
    const watching = chatd.watch(chatId);
    const worker = chatd.startWorker(script);
    await watching.until((view) => liveText(view) === 'half');
    await worker.close();
    expect(await factsOf(chatId)).toMatchObject({ status: 'running', workerId: null, runnerId: null });
    expect(await errorOf(chatId)).toBeNull();
    await watching.stop();
  });

  it('an interrupt, also one that meets a shutdown: idle, with the words that were said', async () => {
    chatd = await openTestChatd({});
    const chatId = await chatd.create('hi');
    const watching = chatd.watch(chatId);
    const worker = chatd.startWorker(throwsReason);
    await watching.until((view) => liveText(view) === 'half');
    const interrupted = chatd.store.call('interrupt', { chatId, ownerId: chatd.ownerId });
    await Promise.all([interrupted, worker.close()]);
    // The shutdown came first: whoever is next finds the interrupt. It came second: it is carried out.
    if ((await factsOf(chatId)).status !== 'waiting') chatd.startWorker(throwsReason);
    const view = await watching.until((v) => v.status === 'waiting');
    expect(view.messages[1]).toMatchObject({ role: 'assistant', interrupted: true });
    expect(await errorOf(chatId)).toBeNull();
    await watching.stop();
  });

  it('a shutdown while an interrupt is being carried out loses no word', async () => {
    chatd = await openTestChatd({});
    const chatId = await chatd.create('hi');
    const watching = chatd.watch(chatId);
    const worker = chatd.startWorker(throwsReason);
    await watching.until((view) => liveText(view) === 'half');
    const closing: Promise<void>[] = [];
    chatd.before('finishInterruption', async () => {
      closing.push(worker.close());
    });
    chatd.failNext('finishInterruption');
    await chatd.store.call('interrupt', { chatId, ownerId: chatd.ownerId });
    const view = await watching.until((v) => v.status === 'waiting');
    await Promise.all(closing);
    expect(closing).toHaveLength(1);
    expect(answers(view)).toEqual(['half']);
    await watching.stop();
  });

  it('#3 lost ownership: untouched, whatever the run was doing', async () => {
    chatd = await openTestChatd({});
    const chatId = await chatd.create('hi');
    const watching = chatd.watch(chatId);
    const worker = chatd.startWorker(throwsReason, { deps: { heartbeatMs: 20 } });
    await watching.until((view) => liveText(view) === 'half');
    const thief = {
      workerId: asId<WorkerId>(crypto.randomUUID()),
      runnerId: asId<RunnerId>(crypto.randomUUID()),
    };
    const stolen = await chatd.store.call('acquire', { chatId, ...thief, leaseMs: 1_000, exclusive: true });
    expect(stolen.ok).toBe(true);
    const owned = await factsOf(chatId);
    await worker.close();
    expect(await factsOf(chatId)).toEqual(owned);
    expect(owned).toMatchObject({ status: 'running', ...thief });
    expect(
      await chatd.store.call('heartbeat', {
        runners: [{ chatId, runnerId: thief.runnerId }],
        leaseMs: 1_000,
      }),
    ).toEqual([]);
    const stranger = asId<RunnerId>(crypto.randomUUID());
    expect(
      await chatd.store.call('heartbeat', { runners: [{ chatId, runnerId: stranger }], leaseMs: 1_000 }),
    ).toEqual([stranger]);
    await watching.stop();
  });

  it('#12 an error: its reason is stored, and gone when the chat goes on', async () => {
    chatd = await openTestChatd({});
    const chatId = await chatd.create('hi');
    const watching = chatd.watch(chatId);
    let broken = true;
    chatd.startWorker(() => {
      if (broken) throw new TypeError('a bug');
      return each(says('fine'));
    });
    await watching.until((view) => view.status === 'error' && view.error !== null);
    expect(await errorOf(chatId)).toMatchObject({ kind: 'generic', detail: 'a bug' });
    broken = false;
    await chatd.store.call('retryError', { chatId, ownerId: chatd.ownerId });
    await watching.until((view) => view.status === 'waiting');
    expect(await errorOf(chatId)).toBeNull();
    await watching.stop();
  });
});

describe('acquisition', () => {
  it('#9 finds by itself what was orphaned after it started, and leaves alone what rests', async () => {
    chatd = await openTestChatd({});
    const idle = await chatd.create('idle');
    await chatd.db.query(`update chats set status = 'waiting'`);
    let asked = 0;
    chatd.startWorker(
      (request, signal) => {
        asked += 1;
        return asked === 1 ? throwsReason(request, signal) : each(says('found'));
      },
      { deps: { acquirePollMs: 20 } },
    );
    const chatId = await chatd.create('hi');
    const watching = chatd.watch(chatId);
    await watching.until((view) => liveText(view) === 'half');
    // Somebody takes it and dies; no hint tells of that.
    const dead = {
      workerId: asId<WorkerId>(crypto.randomUUID()),
      runnerId: asId<RunnerId>(crypto.randomUUID()),
    };
    await chatd.store.call('acquire', { chatId, ...dead, leaseMs: 1_000, exclusive: true });
    expect(answers(await watching.until((view) => view.status === 'waiting'))).toEqual(['found']);
    expect(await factsOf(idle)).toMatchObject({ status: 'waiting', snapshotVersion: 1 });
    await watching.stop();
  });

  it('one chat that cannot be acquired keeps no other from it', async () => {
    chatd = await openTestChatd({});
    const ids = [await chatd.create('a'), await chatd.create('b')];
    chatd.failNext('acquire');
    chatd.startWorker(() => each(says('fine')), { deps: { acquirePollMs: 20 } });
    for (const chatId of ids) {
      const watching = chatd.watch(chatId);
      expect(answers(await watching.until((view) => view.status === 'waiting'))).toEqual(['fine']);
      await watching.stop();
    }
  });

  it('takes back a chat of its own that no runner knows of, when the lease is over', async () => {
    chatd = await openTestChatd({});
    const chatId = await chatd.create('hi');
    const watching = chatd.watch(chatId);
    const workerId = asId<WorkerId>(crypto.randomUUID());
    let asked = 0;
    chatd.startWorker(
      (request, signal) => {
        asked += 1;
        return asked === 1 ? throwsReason(request, signal) : each(says('found'));
      },
      { deps: { workerId, leaseMs: 200, heartbeatMs: 20 } },
    );
    await watching.until((view) => liveText(view) === 'half');
    // What an acquisition leaves whose answer was lost.
    const runnerId = asId<RunnerId>(crypto.randomUUID());
    const lost = await chatd.store.call('acquire', {
      chatId,
      workerId,
      runnerId,
      leaseMs: 0,
      exclusive: true,
    });
    expect(lost.ok).toBe(true);
    expect(answers(await watching.until((view) => view.status === 'waiting'))).toEqual(['found']);
    await watching.stop();
  });

  it('a worker that is closed while it acquires hands the chat back and acquires no more', async () => {
    chatd = await openTestChatd({});
    const ids = [await chatd.create('a'), await chatd.create('b')];
    let asked = 0;
    const closing = deferred();
    chatd.before('acquire', async () => {
      void worker.close().then(closing.resolve);
    });
    const worker = chatd.startWorker(() => {
      asked += 1;
      return each(says('never'));
    });
    await closing.promise;
    await chatd.send(await chatd.create('c'), 'more');
    expect(asked).toBe(0);
    for (const chatId of ids) {
      expect(await factsOf(chatId)).toMatchObject({ status: 'running', workerId: null, runnerId: null });
    }
  });

  it('#22 cleanup goes on where the first try fails, although the run was cancelled', async () => {
    chatd = await openTestChatd({});
    const chatId = await chatd.create('hi');
    const watching = chatd.watch(chatId);
    const worker = chatd.startWorker(throwsReason);
    await watching.until((view) => liveText(view) === 'half');
    chatd.failNext('abandon');
    await worker.close();
    expect(await factsOf(chatId)).toMatchObject({ status: 'running', workerId: null, runnerId: null });
    await watching.stop();
  });

  it('repairs what no transition makes, and says so in the log', async () => {
    chatd = await openTestChatd({});
    const chatId = await chatd.create('hi');
    await chatd.db.query(`update chats set archived = true where id = $1`, [chatId]);
    const logged: string[] = [];
    const log = { debug() {}, info() {}, warn() {}, error: (message: string) => logged.push(message) };
    const watching = chatd.watch(chatId);
    chatd.startWorker(() => each(says('never')), { deps: { log } });
    await watching.until((v) => v.status === 'error' && !v.chat.archived);
    expect(logged).toEqual(['a chat was in a state that should not exist']);
    await watching.stop();
  });
});

describe('slots', () => {
  const one = (slots = createSlots(1)): Partial<WorkerDeps> => ({
    modelSlots: (_provider, tree) => [slots.of(tree)],
  });

  it('a tree with many running children does not keep another waiting', async () => {
    chatd = await openTestChatd({});
    const root = await chatd.create('root');
    await chatd.db.query(`update chats set status = 'waiting' where id = $1`, [root]);
    const children = await Promise.all(
      Array.from({ length: 20 }, (_, i) => createChild(root, `child ${i}`)),
    );
    const other = await chatd.create('other');
    const order: string[] = [];
    const slots = createSlots(1);
    // Each chat asks for its answer and for its title.
    const [all, everyone] = [1 + children.length, deferred()];
    let asked = 0;
    // The first one keeps the slot until everyone asked for it.
    const modelSlots: WorkerDeps['modelSlots'] = (_provider, tree) => {
      asked += 1;
      if (asked === 2 * all) everyone.resolve();
      return [slots.of(tree)];
    };
    const script: Script = async function* (request) {
      await everyone.promise;
      order.push(JSON.stringify(request.messages).includes('other') ? 'other' : 'child');
      yield* says('fine');
    };
    const resolveModel = titled(() => each([]))(script);
    const worker = chatd.startWorker(script, { deps: { modelSlots, resolveModel } });
    for (const chatId of [other, ...children]) {
      const watching = chatd.watch(chatId);
      await watching.until((view) => view.status === 'waiting');
      await watching.stop();
    }
    await worker.close();
    expect(order).toHaveLength(all);
    expect(order.indexOf('other')).toBeLessThanOrEqual(3);
  });

  it('parents that wait for their children hold no slot: all come to an end with one of each', async () => {
    const parents = 12;
    const done = Array.from({ length: parents }, deferred);
    const { tool } = countingTool('await_child', 'read');
    const waiting = {
      ...tool,
      waits: true,
      prepare(args: unknown) {
        const prepared = tool.prepare(args);
        if (!prepared.ok) return prepared;
        const run: typeof prepared.value.run = async (context) => {
          await done[Number((args as { what: string }).what)]?.promise;
          return prepared.value.run(context);
        };
        return { ok: true as const, value: { ...prepared.value, run } };
      },
    };
    chatd = await openTestChatd({ tools: [waiting] });
    const roots: ChatId[] = [];
    for (let i = 0; i < parents; i += 1) roots.push(await chatd.create(`parent ${i}.`));
    for (const [i, root] of roots.entries()) await createChild(root, `child ${i}.`);
    const toolSlots = createSlots(1);
    chatd.startWorker(
      (request) => {
        const text = JSON.stringify(request.messages);
        const which = /(parent|child) (\d+)\./.exec(text);
        const index = which?.[2] ?? '';
        if (which?.[1] === 'parent' && !text.includes('counted')) {
          return each(calls(['await_child', { what: index }]));
        }
        if (which?.[1] === 'child') done[Number(index)]?.resolve();
        return each(says('fine'));
      },
      { deps: { ...one(), toolSlots: (tree) => toolSlots.of(tree) } },
    );
    for (const chatId of roots) {
      const watching = chatd.watch(chatId);
      expect(answers(await watching.until((view) => view.status === 'waiting'))).toContain('fine');
      await watching.stop();
    }
  });
});

describe('titles', () => {
  it('#23 close() is over only when a title that was being made is', async () => {
    chatd = await openTestChatd({});
    const [begun, released] = [deferred(), deferred()];
    const model = titled(async function* () {
      begun.resolve();
      await released.promise;
      yield* says('Never shown');
    });
    const worker = chatd.startWorker(() => each([]), {
      deps: { resolveModel: model(() => each(says('hi'))) },
    });
    await chatd.create('hi');
    await begun.promise;
    let closed = false;
    const closing = worker.close().then(() => {
      closed = true;
    });
    await chatd.store.call('listChats', { ownerId: chatd.ownerId, archived: false });
    expect(closed).toBe(false);
    released.resolve();
    await closing;
    expect(closed).toBe(true);
  });

  it('#23 close() awaits both: the title of the turn, and one that was asked for meanwhile', async () => {
    chatd = await openTestChatd({});
    const [begun, released] = [deferred(), deferred()];
    let asked = 0;
    const model = titled(async function* () {
      asked += 1;
      if (asked > 1) return yield* says('Anew');
      begun.resolve();
      await released.promise;
      yield* says('Late');
    });
    const worker = chatd.startWorker(() => each([]), {
      deps: { resolveModel: model(() => each(says('hi'))) },
    });
    const chatId = await chatd.create('hi');
    await begun.promise;
    expect(await worker.regenerateTitle(chatId)).toBe(true);
    let closed = false;
    const closing = worker.close().then(() => {
      closed = true;
    });
    for (let look = 0; look < 20; look += 1)
      await chatd.store.call('listChats', { ownerId: chatd.ownerId, archived: false });
    expect(closed).toBe(false);
    released.resolve();
    await closing;
  });
});

async function* each(events: readonly ModelEvent[]): AsyncGenerator<ModelEvent> {
  yield* events;
}

/** A model whose titles are the test's, too. */
function titled(title: Script) {
  return (script: Script): WorkerDeps['resolveModel'] => {
    const model: LanguageModel = {
      provider: 'Test',
      promptCaching: false,
      stream: (request, signal) =>
        request.toolChoice === 'none' ? title(request, signal) : script(request, signal),
    };
    return async () => ({
      model,
      name: 'test',
      provider: 'Test',
      contextLimit: null,
      compressionThreshold: 70,
      maxOutputTokens: 1000,
      price: null,
      maxRetries: null,
      efforts: [],
      effort: null,
      options: {},
      inputs: { images: true, documents: true },
    });
  };
}

async function createChild(parentChatId: ChatId, text: string): Promise<ChatId> {
  const made = await chatd.store.call('createChat', {
    chatId: asId<ChatId>(crypto.randomUUID()),
    ownerId: chatd.ownerId,
    workspaceId: null,
    parentChatId,
    title: text,
    modelConfigId: chatd.modelConfigId,
    effort: null,
    spawnKey: crypto.randomUUID(),
    messages: [{ role: 'user', content: [{ type: 'text', text }] }],
  });
  if (!made.ok) throw new Error(JSON.stringify(made.error));
  return made.value.chatId;
}
