import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { openStoreWorker, type StoreWorker } from '../../bench/store-worker.ts';
import { startPostgres } from '../../scripts/lib/postgres.ts';
import type { TortureOptions } from '../index.ts';
import { type Chance, chanceOf } from '../random.ts';
import { choose } from './choose.ts';
import { Coverage } from './coverage.ts';
import { factsOf, type Look, lookAt, lookOf } from './look.ts';
import type { Move, World } from './move.ts';
import { type Chat, codeOf, newChat } from './reference.ts';

/** Trees at once; every second one has two chats below its root. */
const TREES = 8;
/** A chat with more rows makes way for a new tree. */
const MAX_ROWS = 60;
/** Every so many moves all chats are looked at, and the database is asked for broken invariants. */
const ALL_EVERY = 200;

/**
 * `count` random transitions on the built database, each held against the reference: the same answer, the same
 * state, versions, queue and history, and nothing at all changed by what was refused.
 */
export async function tortureMachine(options: TortureOptions): Promise<boolean> {
  const { count, seed, say } = options;
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'gaffer-torture-machine-'));
  const server = options.onPostgres ? await startPostgres() : null;
  const store = await openStoreWorker(dataDir, server ? await server.createDatabase() : null);
  say(`machine: seed ${seed}, ${count} transitions, on ${server ? 'PostgreSQL' : 'PGlite'}`);
  const startedAt = performance.now();
  try {
    const run = new MachineRun(store, await newWorld(store, chanceOf('machine', seed)));
    for (let at = 1; at <= count && run.problems.length === 0; at++) {
      await run.step();
      if (at % ALL_EVERY === 0) await run.checkAll();
      if (at % 10_000 === 0) say(`  ${at} transitions`);
    }
    await run.checkAll();
    const seconds = (performance.now() - startedAt) / 1_000;
    for (const line of run.coverage.table()) say(line);
    say(`${run.coverage.total} transitions in ${seconds.toFixed(1)} s: ${run.coverage.summary()}`);
    const [problem] = run.problems;
    const again = `npm run torture -- machine --count ${count} --seed ${seed}${server ? ' --postgres' : ''}`;
    if (problem !== undefined) say(`${problem}\nagain: ${again}`);
    return run.problems.length === 0;
  } finally {
    await store.close();
    await server?.stop();
    fs.rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
  }
}

interface Facts {
  readonly workerId: string | null;
}

class MachineRun {
  readonly coverage = new Coverage();
  readonly problems: string[] = [];
  readonly #store: StoreWorker;
  readonly #world: World;
  #log: string[] = [];

  constructor(store: StoreWorker, world: World) {
    this.#store = store;
    this.#world = world;
  }

  async step(): Promise<void> {
    const { chance, chats } = this.#world;
    this.#renew();
    const chat = chance.pick(chats);
    const move = choose(this.#world, chat);
    const from = codeOf(chat);
    const answer = await this.#store.call<unknown>(move.name, move.args);
    const told = refusalOf(answer);
    const expected = move.apply(valueOf(answer));
    this.coverage.add(move, from, told !== null);
    this.#log.push(`${move.name} ${JSON.stringify(move.args)} from ${from} → ${told ?? codeOf(chat)}`);
    this.#log = this.#log.slice(-12);
    if (told === null ? expected !== null : !expected?.includes(told)) {
      this.#wrong(`it answered ${JSON.stringify(answer)}, not ${expected?.join(' or ') ?? 'yes'}`);
    }
    if (told !== null) return await this.#compareFacts(chat);
    for (const other of touchedBy(move, chat, chats)) await this.#compare(other);
  }

  async #compare(chat: Chat): Promise<void> {
    const found = await lookAt(this.#store, chat);
    const workerId = (found?.facts as Facts | undefined)?.workerId;
    const expected = lookOf(chat, workerId);
    if (!isDeepStrictEqual(found, expected) || (chat.runnerId !== null && !workerId))
      this.#differ(`chat ${chat.id} is not as it should be`, expected, found);
  }

  /** A refusal changed nothing: no version moved. Its rows are looked at with the next transition. */
  async #compareFacts(chat: Chat): Promise<void> {
    const facts = await this.#store.call<Facts | null>('loadFacts', { chatId: chat.id });
    if (!isDeepStrictEqual(facts, factsOf(chat, facts?.workerId)))
      this.#wrong(`a refusal changed chat ${chat.id}: ${JSON.stringify(facts)}`);
  }

  /** Of the whole database, and no chat has changed that nobody touched. */
  async checkAll(): Promise<void> {
    for (const chat of this.#world.chats) await this.#compare(chat);
    const found = await this.#store.call<readonly object[]>('listViolations', { limit: 20 });
    if (found.length > 0) this.#wrong(`broken invariants: ${JSON.stringify(found)}`);
  }

  #differ(what: string, expected: Look | null, found: Look | null): void {
    const keys = ['facts', 'queue', 'messages', 'prompt', 'calls', 'rest'] as const;
    const lines = keys
      .filter((key) => !isDeepStrictEqual(expected?.[key], found?.[key]))
      .map(
        (key) => `  ${key}: ${JSON.stringify(expected?.[key])}\n   but: ${JSON.stringify(found?.[key])}`,
      );
    this.#wrong(`${what}\n${lines.join('\n')}`);
  }

  #wrong(what: string): void {
    this.problems.push(`WRONG after transition ${this.coverage.total}: ${what}\n${this.#log.join('\n')}`);
  }

  /** Long trees rest, and new ones take their places. */
  #renew(): void {
    const { chats } = this.#world;
    const old = chats.filter((chat) => chat.rows.length > MAX_ROWS).map(treeOf);
    for (const root of new Set(old)) {
      const gone = chats.filter((chat) => treeOf(chat) === root);
      // A deadline that is over would be cancelled without the reference knowing.
      if (gone.some((chat) => chat.deadline === 'over')) continue;
      for (const chat of gone) {
        chats.splice(chats.indexOf(chat), 1);
      }
      chats.push(...newTree(this.#world, gone.length - 1));
    }
  }
}

async function newWorld(store: StoreWorker, chance: Chance): Promise<World> {
  const models = ['first', 'second'].map((model) => ({ model, displayName: model, contextLimit: null }));
  const account = { kind: 'demo', name: 'Demo', baseUrl: '', source: 'local', models } as const;
  await store.call('syncEnvAccounts', { accounts: [account], wanted: null });
  const [config] = await store.call<readonly { id: string; enabled: boolean }[]>('loadModelConfigs', null);
  if (!config) throw new Error('The database has no model.');
  let number = 0;
  const world: World = {
    ownerId: chance.uuid(),
    chance,
    modelId: config.id,
    chats: [],
    next: () => (number += 1),
  };
  for (let tree = 0; tree < TREES; tree++) world.chats.push(...newTree(world, tree % 2 === 0 ? 0 : 2));
  return world;
}

function newTree(world: World, below: number): readonly Chat[] {
  const root = newChat(world, null);
  return [root, ...Array.from({ length: below }, () => newChat(world, root.id))];
}

/** The chat itself, its tree, or all. */
function touchedBy({ name }: Move, chat: Chat, chats: readonly Chat[]): readonly Chat[] {
  if (name === 'cancelOverdueActions') return chats;
  // What it made stands last.
  if (name === 'forkChat') return [chat, ...chats.slice(-1)];
  const isOfTree = name === 'setArchived' || name === 'interruptTree';
  return isOfTree ? chats.filter((other) => treeOf(other) === treeOf(chat)) : [chat];
}

function treeOf(chat: Chat): string {
  return chat.rootId ?? chat.id;
}

/** Operations answer a result, a list or a plain yes or no. */
function refusalOf(answer: unknown): string | null {
  if (typeof answer !== 'object' || answer === null || !('ok' in answer)) return null;
  return answer.ok ? null : (answer as unknown as { error: { kind: string } }).error.kind;
}

function valueOf(answer: unknown): unknown {
  const isResult = typeof answer === 'object' && answer !== null && 'ok' in answer;
  return isResult ? ((answer as { value?: unknown }).value ?? null) : answer;
}
