import { randomUUID } from 'node:crypto';
import { makeScratch } from './electron.ts';
import { type Findings, row } from './report.ts';
import { LONG_CHAT, seededDataDir } from './seed.ts';
import { subjectIn } from './start.ts';
import { median, quantile } from './stats.ts';
import { openStoreWorker, type StoreWorker } from './store-worker.ts';

const SHORT_CHAT = '00000000-0000-4000-8000-00000000000a';
const SHORT_ROWS = 10;
const LONG_ROWS = 100_000;
/** Each step is one commit and one fetch of what it changed, in one chat and then in the other. */
const STEPS = 300;
const WARM_UP = 20;
const LEASE_MS = 300_000;

interface Chat {
  readonly chatId: string;
  historyVersion: number;
  /** The window's oldest row: a stream asks for changes from there. */
  readonly fromMessageId: number;
}

/** Milliseconds, one of each a step. */
interface Times {
  readonly durable: number[];
  readonly committed: number[];
  readonly fetch: number[];
}

/** Commits of a step through the built database worker, and the fetch that a stream makes after each. */
export async function benchStep(): Promise<Findings> {
  const scratch = makeScratch();
  try {
    const { dataDir } = subjectIn(scratch.dir, 'app');
    await seededDataDir(dataDir, { chats: 0, longChat: LONG_ROWS });
    const store = await openStoreWorker(dataDir);
    try {
      const steps = new Steps(store);
      await steps.open();
      const short = await steps.take(SHORT_CHAT, 'create');
      const long = await steps.take(LONG_CHAT, 'send');
      const [shortTimes, longTimes] = [noTimes(), noTimes()];
      for (let i = 0; i < STEPS + WARM_UP; i += 1) {
        const warm = i >= WARM_UP;
        await steps.step(short, warm ? shortTimes : noTimes());
        await steps.step(long, warm ? longTimes : noTimes());
      }
      return findings(shortTimes, longTimes);
    } finally {
      await store.close();
    }
  } finally {
    await scratch.remove();
  }
}

function noTimes(): Times {
  return { durable: [], committed: [], fetch: [] };
}

function findings(short: Times, long: Times): Findings {
  const sizes = `${SHORT_ROWS} messages`;
  const alike = (name: string, pick: (t: Times) => number[]) =>
    row({
      name,
      value: median(pick(long)),
      unit: 'ms',
      baseline: median(pick(short)),
      target: '≤ 1.15×',
      meets: (_, ratio) => ratio <= 1.15,
    });
  return {
    rows: [
      row({
        name: 'step.commit p50',
        value: median(short.durable),
        unit: 'ms',
        baseline: median(short.committed),
      }),
      row({
        name: 'step.commit p99',
        value: quantile(short.durable, 0.99),
        unit: 'ms',
        baseline: quantile(short.committed, 0.99),
      }),
      alike('step.fetch in 100,000 p50', (t) => t.fetch),
      alike('step.commit in 100,000 p50', (t) => t.committed),
      row({
        name: 'step.fetch in 100,000 p99',
        value: quantile(long.fetch, 0.99),
        unit: 'ms',
        baseline: quantile(short.fetch, 0.99),
      }),
    ],
    notes: [
      `step: ${STEPS} commits in each of two chats in turn; baseline of step.commit: the same commits until their ` +
        `hint, which leaves before the power-loss sync; baseline of the others: a chat of ${sizes} (and what the steps add)`,
    ],
  };
}

class Steps {
  readonly #store: StoreWorker;
  readonly #workerId = randomUUID();
  readonly #runnerId = randomUUID();
  #ownerId = '';
  #installationId = '';

  constructor(store: StoreWorker) {
    this.#store = store;
  }

  async open(): Promise<void> {
    const found = await this.#store.call<{ ownerId: string; installationId: string }>(
      'loadInstallation',
      {},
    );
    this.#ownerId = found.ownerId;
    this.#installationId = found.installationId;
  }

  /** Makes the chat run in our hands: created with a few rows, or sent a message. */
  async take(chatId: string, how: 'create' | 'send'): Promise<Chat> {
    const ownerId = this.#ownerId;
    const text = (at: number) => [{ type: 'text', text: `Message ${at} of the person who asks.` }];
    if (how === 'create') {
      const messages = Array.from({ length: SHORT_ROWS }, (_, at) => ({ role: 'user', content: text(at) }));
      await this.#call('createChat', {
        chatId,
        ownerId,
        workspaceId: null,
        title: 'The short one',
        modelConfigId: null,
        effort: null,
        spawnKey: chatId,
        messages,
      });
    } else {
      await this.#call('sendMessage', {
        chatId,
        ownerId,
        content: text(0),
        modelConfigId: null,
        effort: null,
        busy: 'queue',
        sendKey: randomUUID(),
      });
    }
    const facts = await this.#call<{ historyVersion: number }>('acquire', {
      chatId,
      workerId: this.#workerId,
      runnerId: this.#runnerId,
      leaseMs: LEASE_MS,
      exclusive: true,
    });
    const rows = await this.#store.call<readonly { id: number }[]>('loadPage', {
      chatId,
      ownerId,
      limit: 60,
    });
    return { chatId, historyVersion: facts.historyVersion, fromMessageId: rows[0]?.id ?? 0 };
  }

  /** One answer of a usual size is committed; then the stream's fetch brings that row. */
  async step(chat: Chat, times: Times): Promise<void> {
    const { chatId, fromMessageId } = chat;
    const before = chat.historyVersion;
    const startedAt = performance.now();
    const committed = this.#hintOf(chatId);
    const answer = await this.#call<{ historyVersion: number }>('commitStep', {
      chatId,
      runnerId: this.#runnerId,
      historyVersion: before,
      status: 'running',
      installationId: this.#installationId,
      messages: [
        { role: 'assistant', content: [{ type: 'text', text: 'An answer of the model. '.repeat(40) }] },
      ],
      calls: [],
      consumeCompaction: false,
    });
    times.durable.push(performance.now() - startedAt);
    times.committed.push((await committed) - startedAt);
    chat.historyVersion = answer.historyVersion;
    const askedAt = performance.now();
    const sync = await this.#store.call<{ messages: readonly unknown[] } | null>('loadSync', {
      chatId,
      ownerId: this.#ownerId,
      historyVersion: before,
      queueVersion: 0,
      fromMessageId,
    });
    times.fetch.push(performance.now() - askedAt);
    if (sync?.messages.length !== 1)
      throw new Error(`The fetch brought ${sync?.messages.length} rows, not 1`);
  }

  #hintOf(chatId: string): Promise<number> {
    return new Promise((resolve) => {
      const stop = this.#store.onHint(({ channel, payload }) => {
        if (channel !== 'chat_update' || payload['chatId'] !== chatId) return;
        stop();
        resolve(performance.now());
      });
    });
  }

  async #call<T>(name: string, args: unknown): Promise<T> {
    const outcome = await this.#store.call<{ ok: boolean; value: T; error: unknown }>(name, args);
    if (!outcome.ok) throw new Error(`${name}: ${JSON.stringify(outcome.error)}`);
    return outcome.value;
  }
}
