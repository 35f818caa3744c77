import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { ignoreMissing, syncPath } from './sync-files.ts';

/** Those who come within this time share one sync. */
const WINDOW_MS = 3;
/**
 * Lazy writes are synced too, soon: the system writes back data pages after many seconds, and the log must be
 * on the disk before them.
 */
const LAZY_MS = 1_000;
/** Time stamps of files may lag behind by a timer tick. */
const SLACK_MS = 2_000;

/**
 * Brings the log to the disk, once for all that wait. The engine itself never syncs: its commits are in the
 * page cache when it answers, so they survive the process but not the machine.
 */
export class WalSync {
  readonly #directory: string;
  readonly #syncPath: typeof syncPath;
  #syncedFrom = 0;
  #names = '';
  /** Of each segment when it was last looked at, before it was synced. */
  readonly #changedAt = new Map<string, number>();
  #next: Promise<void> | null = null;
  #running: Promise<void> = Promise.resolve();
  #lazy: ReturnType<typeof setTimeout> | null = null;

  constructor(dataDirectory: string, sync: typeof syncPath = syncPath) {
    this.#directory = path.join(dataDirectory, 'pg_wal');
    this.#syncPath = sync;
  }

  /** Resolves when all that was committed before the call is on the disk. */
  flush(): Promise<void> {
    this.#next ??= this.#start();
    return this.#next;
  }

  /** The same some time later, for nobody in particular. `onError` hears of a failure. */
  flushLater(onError: (error: unknown) => void): void {
    this.#lazy ??= setTimeout(() => {
      this.#lazy = null;
      this.flush().catch(onError);
    }, LAZY_MS);
  }

  /** Waits for what runs and leaves no timer behind. */
  async close(): Promise<void> {
    if (this.#lazy) clearTimeout(this.#lazy);
    this.#lazy = null;
    await this.#next?.catch(() => {});
    await this.#running.catch(() => {});
  }

  async #start(): Promise<void> {
    const before = this.#running;
    await new Promise((resolve) => setTimeout(resolve, WINDOW_MS));
    await before.catch(() => {});
    // Whoever comes from here on may have written after the listing: the next sync is theirs.
    this.#next = null;
    this.#running = this.#sync();
    return this.#running;
  }

  async #sync(): Promise<void> {
    const from = Date.now();
    // Looks are made at once: each takes microseconds, and a turn in the thread pool much longer.
    const names = readdirSync(this.#directory)
      .filter((name) => /^[0-9A-F]{24}$/.test(name))
      .sort();
    for (const name of names) {
      const file = path.join(this.#directory, name);
      const changedAt = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
      if (changedAt === undefined) continue;
      // A clock that was set back makes new writes look old; they look different, too.
      const isNew = changedAt >= this.#syncedFrom - SLACK_MS || changedAt !== this.#changedAt.get(name);
      if (isNew) await this.#syncPath(file, 'file').catch(ignoreMissing);
      this.#changedAt.set(name, changedAt);
    }
    if (names.join() !== this.#names) await this.#syncPath(this.#directory, 'directory');
    this.#names = names.join();
    this.#syncedFrom = from;
  }
}
