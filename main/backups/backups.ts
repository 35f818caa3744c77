import type { BackupCopy, BackupsState } from '@shared/contract/backups.ts';
import type { CallFailure } from '@shared/contract/define.ts';
import { err, ok, type Result } from '@shared/util/result.ts';
import type { Clock } from '../base/clock.ts';
import { type Desk, type DeskDeps, openDesk } from './desk.ts';
import { checkCopy, layOut, makeCopy } from './keep-copies.ts';

export interface BackupDeps extends DeskDeps {
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
  const ticking = isServers ? Promise.resolve() : copyDaily(desk, deps.clock, () => make('daily'));
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
      const running = { what: 'restore', step: 'Copying what is there now' } as const;
      const laid = await desk.run(running, () => layOut(desk, kept, deps.dataDir));
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

/** For as long as Gaffer runs. */
async function copyDaily(desk: Desk, clock: Clock, make: () => Promise<unknown>): Promise<void> {
  for (let wait = FIRST_LOOK_MS; ; wait = LOOK_EVERY_MS) {
    try {
      await clock.sleep(wait, desk.signal);
    } catch {
      return;
    }
    await desk.reload().catch(() => undefined);
    if (desk.signal.aborted) return;
    const isSound = ({ verifiedAt, problem }: BackupCopy) => verifiedAt !== null && problem === null;
    const last = desk.state().copies.find(isSound);
    if (!last || clock.now() - Date.parse(last.madeAt) >= DAY_MS) await make();
  }
}
