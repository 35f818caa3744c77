import { readdir, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import type { BackupsState } from '@shared/contract/backups.ts';
import type { CallFailure } from '@shared/contract/define.ts';
import { err, type Result } from '@shared/util/result.ts';
import { createBroadcast } from '../base/broadcast.ts';
import type { Clock } from '../base/clock.ts';
import { errorFields, type Log } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { Copied } from '../db/copy-database.ts';
import { leaveRoom } from '../db/leave-room.ts';
import { describeTrouble } from './describe-trouble.ts';
import { runInWorker } from './run-task.ts';
import { type Kept, openShelf, type Shelf } from './shelf.ts';
import type { Done, Task } from './tasks.ts';

export interface DeskDeps {
  readonly dataDir: string;
  readonly workerFile: string;
  readonly store: { readonly exclusive: boolean; copyTo(directory: string): Promise<Copied> };
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

type Running = NonNullable<BackupsState['running']>;

/** Where copies are made and looked at: one job at a time, and what the person sees of it. */
export interface Desk {
  readonly shelf: Shelf;
  readonly signal: AbortSignal;
  readonly log: Log;
  state(): BackupsState;
  set(change: Partial<BackupsState>): void;
  now(): string;
  reload(): Promise<void>;
  watch(signal: AbortSignal): AsyncIterable<BackupsState>;
  /** What goes wrong comes out in words. */
  run<T, E extends string>(
    running: Running,
    work: () => Promise<Result<T, CallFailure<E>>>,
  ): Promise<Result<T, CallFailure<E | 'busy' | 'failed'>>>;
  /** In a worker of its own; `scratch` is gone afterwards. */
  task(asked: (scratch: string) => Task): Promise<Done>;
  /** The same with a copy of the files of now in `scratch`. */
  copied(asked: (scratch: string, copied: Copied) => Task): Promise<Done>;
  close(): Promise<void>;
}

const RESERVE_BYTES = 128 * 1024 * 1024;
/** The files, and what is made of them, are there at once. */
const ROOM_FACTOR = 2;
const BUSY = err({ code: 'busy' as const, message: 'Another copy is being made or looked at.' });

export function openDesk(deps: DeskDeps): Desk {
  const { clock, log, store } = deps;
  const shelf = openShelf(path.join(deps.dataDir, 'backups'));
  const closing = new AbortController();
  const { state, set, watch } = createState(shelf.directory, store.exclusive);
  let job: Promise<unknown> | null = null;
  const reload = async () => set({ copies: (await shelf.list()).map(withoutSeal) });

  async function task(asked: (scratch: string) => Task | Promise<Task>): Promise<Done> {
    await shelf.prepare();
    await leaveRoom(shelf.directory);
    const scratch = shelf.pathOf(`.scratch-${deps.random.uuid().slice(0, 8)}`);
    try {
      return await runInWorker(deps.workerFile, await asked(scratch), closing.signal);
    } finally {
      await shelf.sweep().catch((error: unknown) => log.warn('it was not tidied', errorFields(error)));
    }
  }

  return {
    shelf,
    signal: closing.signal,
    log,
    state,
    set,
    now: () => new Date(clock.now()).toISOString(),
    reload,
    async *watch(signal) {
      const coming = watch(signal);
      await reload().catch(() => undefined);
      yield state();
      yield* coming;
    },
    async run(running, work) {
      if (job) return BUSY;
      set({ running });
      const worked = work().catch((error: unknown) => {
        log.warn('a backup task failed', { what: running.what, ...errorFields(error) });
        return err({ code: 'failed' as const, message: describeTrouble(error, shelf.directory) });
      });
      job = worked;
      const answer = await worked;
      job = null;
      await reload().catch(() => undefined);
      set({ running: null });
      return answer;
    },
    task,
    copied: (asked) =>
      task(async (scratch) => {
        await requireRoom(deps.dataDir, shelf.directory);
        const copied = await store.copyTo(scratch);
        log.info('The database was copied', { heldMs: copied.heldMs });
        return asked(scratch, copied);
      }),
    async close() {
      closing.abort(new Error('Gaffer closes'));
      await job;
    },
  };
}

function createState(directory: string, isHere: boolean) {
  const states = createBroadcast<BackupsState>();
  let state: BackupsState = {
    kept: isHere ? 'here' : 'server',
    directory,
    copies: [],
    running: null,
    integrity: null,
    problem: null,
    outcome: null,
  };
  return {
    state: () => state,
    set(change: Partial<BackupsState>) {
      state = { ...state, ...change };
      states.send(state);
    },
    watch: states.watch,
  };
}

export function withoutSeal({ sealed: _, ...copy }: Kept) {
  return copy;
}

/** No copy is begun that would fill the disk under the chats. */
async function requireRoom(dataDir: string, directory: string): Promise<void> {
  const needed = (await sizeOf(path.join(dataDir, 'db'))) * ROOM_FACTOR + RESERVE_BYTES;
  const { bavail, bsize } = await statfs(directory);
  if (bavail * bsize >= needed) return;
  throw Object.assign(new Error('no room for a copy'), { code: 'ENOSPC', needed });
}

async function sizeOf(directory: string): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  let bytes = 0;
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const found = await stat(path.join(entry.parentPath, entry.name)).catch(() => null);
    // Blocks that it really has: segments of the log are often empty.
    bytes += Math.min(found?.size ?? 0, (found?.blocks ?? 0) * 512);
  }
  return bytes;
}
