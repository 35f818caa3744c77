import path from 'node:path';
import type { BackupCopy, BackupsState } from '@shared/contract/backups.ts';
import type { CallFailure } from '@shared/contract/define.ts';
import { err, ok, type Result } from '@shared/util/result.ts';
import { findReplaced, forgetOutcome, loadOutcome, orderRestored } from '../db/take-restored.ts';
import { describeOutcome } from './describe-outcome.ts';
import { type Desk, type DeskDeps, openDesk } from './desk.ts';
import { checkCopy, keepReplaced, layOut, makeCopy } from './keep-copies.ts';
import type { Kept } from './shelf.ts';

export interface BackupDeps extends DeskDeps {
  /** Interrupts what runs and waits for it, not for ever. Answers how many chats that were. */
  stopChats(signal: AbortSignal): Promise<number>;
  /** Whatever window is there, or comes first, says it. */
  tell(message: string): void;
  showInFolder(file: string): void;
  /** The restored database is ready: whoever started this daemon starts another. */
  onRestored(): void;
}

type Answer<T, E extends string> = Promise<Result<T, CallFailure<E>>>;

/** Copies of the database, made and looked after while chats go on. */
export interface Backups {
  watch(signal: AbortSignal): AsyncIterable<BackupsState>;
  make(): Answer<BackupCopy, 'busy' | 'failed' | 'server'>;
  integrity(): Answer<{ sound: boolean; words: string }, 'busy' | 'failed' | 'server'>;
  check(name: string): Answer<BackupCopy, 'busy' | 'failed' | 'not-found'>;
  restore(name: string): Answer<null, 'busy' | 'failed' | 'not-found' | 'damaged'>;
  show(name: string | null): void;
  close(): Promise<void>;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** The start belongs to the person. */
const FIRST_LOOK_MS = 60_000;
const LOOK_EVERY_MS = 60 * 60 * 1000;

const SERVER = err({
  code: 'server' as const,
  message: 'This database is on a server, which keeps its own backups.',
});
const GONE = err({ code: 'not-found' as const, message: 'This copy is not there any more.' });

export function createBackups(deps: BackupDeps): Backups {
  const desk = openDesk(deps);
  const { shelf } = desk;
  const isServers = !deps.store.exclusive;
  const find = async (name: string) => (await shelf.list()).find((copy) => copy.name === name);
  const make = (why: BackupCopy['why']) => makeAndTell(desk, why);
  const home = path.join(deps.dataDir, 'db');
  const ticking = isServers ? Promise.resolve() : lookAfter(desk, home, deps);
  return {
    watch: desk.watch,
    make: async () => (isServers ? SERVER : make('asked')),
    async integrity() {
      return isServers ? SERVER : lookAtDatabase(desk);
    },
    async check(name) {
      const kept = await find(name);
      if (!kept) return GONE;
      return desk.run({ what: 'check', step: 'Opening the copy' }, async () =>
        ok(await checkCopy(desk, kept)),
      );
    },
    async restore(name) {
      const kept = await find(name);
      if (!kept) return GONE;
      const running = { what: 'restore', step: 'Laying out the copy' } as const;
      const laid = await desk.run(running, () => restoreCopy(desk, kept, home, deps));
      if (laid.ok) deps.onRestored();
      return laid;
    },
    show: (name) => deps.showInFolder(name === null ? shelf.directory : shelf.pathOf(name)),
    async close() {
      await Promise.all([desk.close(), ticking]);
    },
  };
}

async function makeAndTell(desk: Desk, why: BackupCopy['why']) {
  const made = await desk.run({ what: 'copy', step: 'Copying the database' }, () => makeCopy(desk, why));
  if (made.ok) desk.set({ problem: null });
  else if (made.error.code === 'failed' && !desk.signal.aborted) desk.set({ problem: made.error.message });
  return made;
}

/** Of a copy: what is at work cannot be looked at so thoroughly. */
function lookAtDatabase(desk: Desk): Answer<{ sound: boolean; words: string }, 'busy' | 'failed'> {
  return desk.run<{ sound: boolean; words: string }, never>(
    { what: 'integrity', step: 'Looking at every table and index' },
    async () => {
      const done = await desk.copied((scratch, { holding }) => ({ type: 'examine', scratch, holding }));
      const words = done.ok
        ? `${done.rows.toLocaleString('en')} rows in order`
        : `Something is wrong: ${done.problem}`;
      desk.set({ integrity: { at: desk.now(), sound: done.ok, words } });
      return ok({ sound: done.ok, words });
    },
  );
}

/**
 * The copy is laid out and looked at while chats go on; they are stopped when nothing can go wrong with it any more.
 * What is there now is only moved aside, and becomes a copy when the other one is open.
 */
async function restoreCopy(
  desk: Desk,
  kept: Kept,
  home: string,
  { stopChats }: Pick<BackupDeps, 'stopChats'>,
): Answer<null, 'failed' | 'damaged'> {
  const laid = await layOut(desk, kept, home);
  if (!laid.ok) return laid;
  desk.set({ running: { what: 'restore', step: 'Stopping the chats' } });
  const stopped = await stopChats(desk.signal);
  desk.log.info('A copy takes the place of the database', { copy: kept.name, stopped });
  await orderRestored(home, kept);
  return ok(null);
}

/** For as long as Gaffer runs. */
async function lookAfter(desk: Desk, home: string, { clock, tell }: BackupDeps): Promise<void> {
  const outcome = await loadOutcome(home);
  if (outcome) {
    const { line, more } = describeOutcome(outcome);
    desk.set({ outcome: { ...outcome, words: `${line} ${more}` } });
    tell(line);
  }
  await keepWhatWasReplaced(desk, home);
  for (let wait = FIRST_LOOK_MS; ; wait = LOOK_EVERY_MS) {
    try {
      await clock.sleep(wait, desk.signal);
    } catch {
      return;
    }
    // Whoever started Gaffer has seen it by now.
    if (outcome && wait === FIRST_LOOK_MS) await forgetOutcome(home).catch(() => undefined);
    await desk.reload().catch(() => undefined);
    if (desk.signal.aborted) return;
    await keepWhatWasReplaced(desk, home);
    const isSound = ({ verifiedAt, problem }: BackupCopy) => verifiedAt !== null && problem === null;
    const last = desk.state().copies.find(isSound);
    if (!last || clock.now() - Date.parse(last.madeAt) >= DAY_MS) await makeAndTell(desk, 'daily');
  }
}

/** Tried at every start and every hour until it is done. */
async function keepWhatWasReplaced(desk: Desk, home: string): Promise<void> {
  const replaced = await findReplaced(home);
  if (!replaced || desk.signal.aborted) return;
  const running = { what: 'copy', step: 'Keeping what was there before the restore' } as const;
  const kept = await desk.run(running, () => keepReplaced(desk, replaced));
  if (kept.ok) desk.set({ problem: null });
  else if (kept.error.code === 'failed' && !desk.signal.aborted) {
    const problem = `What was there before the restore is no copy yet. ${kept.error.message} It lies in ${replaced.data}.`;
    desk.set({ problem });
  }
}
