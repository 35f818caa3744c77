import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChatId, ModelConfigId, WorkspaceId } from '../shared/model/ids.ts';
import type { WatchEvent } from '../shared/model/stream.ts';
import {
  type Asked,
  type ChatServer,
  type Reply,
  startChatServer,
} from '../torture/harness/chat-server.ts';
import { startTortureDaemon, type TortureDaemon } from '../torture/harness/daemon.ts';
import { makeScratch } from './electron.ts';
import { type Findings, type Row, row } from './report.ts';
import { median } from './stats.ts';

const CHATS = 200;
const STEPS = 10;
/** Of one chat alone; its median counts. */
const ALONE = 5;
/** Each may have eight calls open, and all together 24. */
const ACCOUNTS = 3;
const LATENCY_MS = 50;
const GIVE_UP_MS = 10 * 60_000;

/** 200 chats that run a loop of ten tool calls, against one chat alone, with a model that waits and one that does not. */
export async function benchCrowd(): Promise<Findings> {
  const scratch = makeScratch();
  const folder = path.join(scratch.dir, 'project');
  fs.mkdirSync(folder);
  fs.writeFileSync(
    path.join(folder, 'notes.txt'),
    Array.from({ length: STEPS }, (_, n) => `line ${n}\n`).join(''),
  );
  const model = new LoopModel();
  const server = await startChatServer((asked, reply) => model.answer(asked, reply));
  const daemon = await startTortureDaemon({
    dir: scratch.dir,
    env: {},
    folder: { path: folder, approvals: 'auto' },
  });
  try {
    const crowd = new Crowd(daemon, model, await setUp(daemon, server, folder));
    const rows: Row[] = [];
    for (const latencyMs of [LATENCY_MS, 0]) rows.push(...(await compare(crowd, latencyMs)));
    return { rows, notes: [note()] };
  } finally {
    await daemon.close();
    await server.stop();
    await scratch.remove();
  }
}

function note(): string {
  return (
    `crowd: ${CHATS} chats of ${STEPS} read_file calls each on the local agent, over ${ACCOUNTS} accounts; baseline: ` +
    'the steps a second of one chat alone; first step: from the start of all to the second request of a chat, the ' +
    'slowest against the median'
  );
}

interface Places {
  readonly workspaceId: WorkspaceId;
  readonly models: readonly ModelConfigId[];
}

async function setUp(daemon: TortureDaemon, server: ChatServer, folder: string): Promise<Places> {
  for (let n = 1; n <= ACCOUNTS; n += 1) {
    const account = { name: `Account ${n}`, baseUrl: server.url, key: '', models: ['loop'] };
    const added = await daemon.call('accounts.add', { kind: 'openai-compat', ...account });
    if (!added.ok) throw new Error(added.error.code);
  }
  const opened = await daemon.call('workspaces.openFolder', { path: folder });
  if (!opened.ok) throw new Error(opened.error.code);
  for await (const { models } of daemon.watch('models.watch', {}, AbortSignal.timeout(10_000))) {
    const own = models.filter((each) => each.model === 'loop').map((each) => each.id);
    if (own.length === ACCOUNTS) return { workspaceId: opened.value.workspaceId, models: own };
  }
  throw new Error('The accounts have no models');
}

async function compare(crowd: Crowd, latencyMs: number): Promise<Row[]> {
  await crowd.run(1, latencyMs);
  const alone: number[] = [];
  for (let n = 0; n < ALONE; n += 1) alone.push((await crowd.run(1, latencyMs)).totalMs);
  const all = await crowd.run(CHATS, latencyMs);
  const name = latencyMs === 0 ? 'an instant model' : `${latencyMs} ms`;
  const least = latencyMs === 0 ? 0.8 : 15;
  return [
    row({
      name: `crowd with ${name}`,
      value: (CHATS * STEPS * 1000) / all.totalMs,
      unit: 'steps/s',
      baseline: (STEPS * 1000) / median(alone),
      target: `≥ ${least}×`,
      meets: (_, ratio) => ratio >= least,
    }),
    row({
      name: `crowd.first step with ${name}`,
      value: Math.max(...all.firstStepMs),
      unit: 'ms',
      baseline: median(all.firstStepMs),
      target: '≤ 2×',
      meets: (_, ratio) => ratio <= 2,
    }),
  ];
}

/** Asks for one line after the other, and says so when it has them all. */
class LoopModel {
  latencyMs = 0;
  /** Mark of a chat → when its second request came. */
  readonly secondAt = new Map<string, number>();

  async answer({ messages }: Asked, reply: Reply): Promise<void> {
    const at = performance.now();
    const mark = /loop-\S+/.exec(messages.find(({ role }) => role === 'user')?.content ?? '')?.[0] ?? '';
    const done = messages.filter(({ role }) => role === 'assistant').length;
    if (done === 1) this.secondAt.set(mark, at);
    if (this.latencyMs > 0) await sleep(this.latencyMs);
    if (done >= STEPS) {
      reply.say('I have read it.');
      reply.finish();
      return;
    }
    reply.callTool(0, {
      id: `call_${done}`,
      name: 'read_file',
      args: { path: 'notes.txt', offset: done + 1, limit: 1 },
    });
    reply.finish('tool_calls');
  }
}

interface Run {
  readonly totalMs: number;
  readonly firstStepMs: readonly number[];
}

class Crowd {
  readonly #daemon: TortureDaemon;
  readonly #model: LoopModel;
  readonly #places: Places;

  constructor(daemon: TortureDaemon, model: LoopModel, places: Places) {
    this.#daemon = daemon;
    this.#model = model;
    this.#places = places;
  }

  async run(chats: number, latencyMs: number): Promise<Run> {
    this.#model.latencyMs = latencyMs;
    const run = randomUUID();
    const marks = Array.from({ length: chats }, (_, n) => `loop-${run}-${n}`);
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(GIVE_UP_MS)]);
    const tree = new Tree(this.#daemon.watch('chats.watch', {}, signal));
    const startedAt = performance.now();
    await tree.finished(await Promise.all(marks.map((mark, n) => this.#create(mark, n))));
    const totalMs = performance.now() - startedAt;
    stop.abort();
    const seconds = marks.map((mark) => this.#model.secondAt.get(mark));
    if (seconds.includes(undefined)) throw new Error('A chat ended without its first step');
    return { totalMs, firstStepMs: seconds.map((at) => (at ?? Number.NaN) - startedAt) };
  }

  async #create(mark: string, n: number): Promise<ChatId> {
    const { workspaceId, models } = this.#places;
    const modelConfigId = models[n % models.length];
    const text = `Read the notes line by line: ${mark} `;
    const made = await this.#daemon.call('chat.create', {
      workspaceId,
      text,
      ...(modelConfigId === undefined ? {} : { modelConfigId }),
      sendKey: randomUUID(),
    });
    if (!made.ok) throw new Error(made.error.code);
    return made.value.chatId;
  }
}

/** Looks at the tree's feed, as the window does. */
class Tree {
  readonly #idle = new Set<ChatId>();
  readonly #failed: Promise<never>;
  #look: () => void = () => {};

  constructor(feed: AsyncIterable<WatchEvent>) {
    this.#failed = this.#read(feed);
    this.#failed.catch(() => {});
  }

  async #read(feed: AsyncIterable<WatchEvent>): Promise<never> {
    for await (const event of feed) {
      for (const chat of event.kind === 'list' ? event.chats : [event.chat]) {
        if (chat.status === 'error') throw new Error(`A chat failed: ${chat.last_error?.message}`);
        if (chat.status === 'waiting') this.#idle.add(chat.id);
        else this.#idle.delete(chat.id);
      }
      this.#look();
    }
    throw new Error('The chats did not end in time');
  }

  async finished(ids: readonly ChatId[]): Promise<void> {
    const all = new Promise<void>((resolve) => {
      this.#look = () => {
        if (ids.every((id) => this.#idle.has(id))) resolve();
      };
      this.#look();
    });
    await Promise.race([all, this.#failed]);
  }
}
