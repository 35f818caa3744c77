// One life of the built daemon in a process of its own: it makes a copy, restores it, and may be killed at any moment.
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { BackupsState } from '../../shared/contract/backups.ts';
import type { ChatSummary } from '../../shared/model/chat.ts';
import { startTortureDaemon, type TortureDaemon } from '../harness/daemon.ts';
import { pause } from '../waits.ts';

/** What the parent starts a life with, as JSON in the first argument. */
export interface RestoreOrder {
  readonly dir: string;
  readonly env: Readonly<Record<string, string>>;
  /** `restore`: chats, a copy, more chats, and back to the copy. `look`: what there is, and what is kept of the rest. */
  readonly what: 'restore' | 'look';
  readonly round: number;
  /** What was laid out is spoilt before it is opened. */
  readonly broken: boolean;
}

/** What it tells as it goes: whatever arrived before a kill was acknowledged before it. */
export type RestoreNews =
  | { readonly type: 'asked' | 'acked'; readonly text: string }
  | { readonly type: 'copied'; readonly name: string; readonly holds: readonly string[] }
  | { readonly type: 'restoring' }
  | { readonly type: 'found'; readonly texts: readonly string[]; readonly outcome: string | null }
  | { readonly type: 'kept'; readonly texts: readonly string[] | null }
  | { readonly type: 'wrong'; readonly what: string }
  | { readonly type: 'done' };

const WITHIN_MS = 90_000;

async function live(order: RestoreOrder, tell: (news: RestoreNews) => void): Promise<void> {
  const start = () => startTortureDaemon({ dir: order.dir, env: order.env });
  let daemon = await start();
  if (order.what === 'restore') {
    await restoreOnce(daemon, order, tell);
    await daemon.close();
    if (order.broken)
      fs.rmSync(path.join(homeOf(order), 'pg18.incoming/global/pg_control'), { force: true });
    daemon = await start();
    await untilKept(daemon, order);
  } else {
    const outcome = await outcomeOf(daemon, order, tell);
    tell({ type: 'found', texts: await textsOf(daemon), outcome });
    await untilKept(daemon, order);
    daemon = await bringBack(daemon, start, tell);
  }
  await daemon.close();
  tell({ type: 'done' });
}

async function restoreOnce(
  daemon: TortureDaemon,
  { round }: RestoreOrder,
  tell: (news: RestoreNews) => void,
): Promise<void> {
  const create = createIn(daemon, tell);
  for (const n of [1, 2]) await create(`Round ${round}, before ${n}.`);
  await untilRest(daemon);
  const made = await daemon.call('backups.make', {});
  if (!made.ok) throw new Error(`no copy: ${made.error.message}`);
  tell({ type: 'copied', name: made.value.name, holds: await textsOf(daemon) });
  await create(`Round ${round}, after the copy.`);
  await create(`Round ${round}, HOLD on.`);
  let over = false;
  const writing = (async () => {
    for (let n = 1; !over && n < 40; n += 1) {
      await create(`Round ${round}, meanwhile ${n}.`);
      await pause(150);
    }
  })();
  tell({ type: 'restoring' });
  const restored = await daemon.call('backups.restore', { name: made.value.name });
  over = true;
  await writing;
  if (!restored.ok) throw new Error(`not restored: ${restored.error.message}`);
}

function createIn(daemon: TortureDaemon, tell: (news: RestoreNews) => void) {
  return async (text: string) => {
    tell({ type: 'asked', text });
    const made = await daemon.call('chat.create', { workspaceId: null, text, sendKey: randomUUID() });
    if (!made.ok) throw new Error(`not created: ${JSON.stringify(made.error)}`);
    tell({ type: 'acked', text });
  };
}

/** What the files say became of a restore; the page must say the same. */
async function outcomeOf(daemon: TortureDaemon, order: RestoreOrder, tell: (news: RestoreNews) => void) {
  const file = fs.readdirSync(homeOf(order)).find((name) => name.startsWith('pg18.was-'));
  const outcome = file?.slice('pg18.was-'.length) ?? null;
  if (outcome === null) return null;
  const state = await untilState(daemon, 'what became of it', (now) => now.outcome !== null);
  if (state.outcome?.kind !== outcome)
    tell({ type: 'wrong', what: `the page says ${state.outcome?.kind}, the files ${outcome}` });
  return outcome;
}

/** The newest of what restores have replaced comes back in its turn: all that was acknowledged is in it. */
async function bringBack(
  daemon: TortureDaemon,
  start: () => Promise<TortureDaemon>,
  tell: (news: RestoreNews) => void,
): Promise<TortureDaemon> {
  const { copies } = await untilState(daemon, 'the copies', () => true);
  for (const copy of copies.filter(({ problem, verifiedAt }) => problem !== null || verifiedAt === null))
    tell({ type: 'wrong', what: `${copy.name} is on the shelf, and it is not verified: ${copy.problem}` });
  const copy = copies.find(({ why }) => why === 'before-restore');
  if (!copy) {
    tell({ type: 'kept', texts: null });
    return daemon;
  }
  const restored = await daemon.call('backups.restore', { name: copy.name });
  if (!restored.ok)
    tell({ type: 'wrong', what: `${copy.name} does not come back: ${restored.error.message}` });
  await daemon.close();
  const next = await start();
  tell({ type: 'kept', texts: await textsOf(next) });
  return next;
}

/** What was replaced is a copy, and nothing is left beside the database. */
async function untilKept(daemon: TortureDaemon, order: RestoreOrder): Promise<void> {
  await untilState(
    daemon,
    'that what was replaced is kept',
    ({ running }) => running === null && !fs.existsSync(path.join(homeOf(order), 'pg18.replaced')),
  );
}

async function untilState(
  daemon: TortureDaemon,
  what: string,
  is: (state: BackupsState) => boolean,
): Promise<BackupsState> {
  const until = Date.now() + WITHIN_MS;
  for (;;) {
    const state = await first<BackupsState>((signal) => daemon.watch('backups.watch', {}, signal));
    if (is(state)) return state;
    if (Date.now() > until)
      throw new Error(`${what}: not after ${WITHIN_MS / 1000} s, ${JSON.stringify(state)}`);
    await pause(100);
  }
}

async function untilRest(daemon: TortureDaemon): Promise<void> {
  const until = Date.now() + WITHIN_MS;
  while ((await listChats(daemon)).some(({ status }) => status !== 'waiting' && status !== 'error')) {
    if (Date.now() > until) throw new Error('the chats do not rest');
    await pause(50);
  }
}

/** What the person wrote first in each chat. */
async function textsOf(daemon: TortureDaemon): Promise<readonly string[]> {
  const texts = [];
  for (const { id } of await listChats(daemon)) {
    const page = await daemon.call('chat.page', { chatId: id, limit: 200 });
    if (!page.ok) throw new Error('chat.page was refused');
    const [part] = page.value.messages.find(({ role }) => role === 'user')?.content ?? [];
    texts.push(part?.type === 'text' ? part.text : `(chat ${id} has no words)`);
  }
  return texts.sort();
}

async function listChats(daemon: TortureDaemon): Promise<readonly ChatSummary[]> {
  const event = await first((signal) => daemon.watch('chats.watch', { archived: false }, signal));
  if (event.kind !== 'list') throw new Error('the list of chats did not come');
  return event.chats;
}

async function first<T>(watch: (signal: AbortSignal) => AsyncIterable<T>): Promise<T> {
  const ends = new AbortController();
  try {
    for await (const event of watch(ends.signal)) return event;
    throw new Error('the feed ended');
  } finally {
    ends.abort();
  }
}

function homeOf({ dir }: RestoreOrder): string {
  return path.join(dir, 'data/db');
}

if (process.send) {
  const send = process.send.bind(process);
  await live(JSON.parse(process.argv[2] ?? '') as RestoreOrder, (news) => void send(news));
  process.disconnect();
}
