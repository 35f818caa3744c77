import { statfsSync } from 'node:fs';
import path from 'node:path';
import type { PGlite } from '@electric-sql/pglite';
import type { Log } from '../base/log.ts';
import { errorFields } from '../base/log.ts';
import { exists } from './archive.ts';
import { type ControlFile, controlOf, keepingControl } from './checkpoint.ts';
import { type Copied, copyDatabase } from './copy-database.ts';
import { ENGINE_MAJOR } from './engine.ts';
import { DatabaseFault } from './fault.ts';
import { listenForHints } from './hints.ts';
import { type DatabaseLock, lockDirectory } from './lock.ts';
import { refuseNetworkFilesystem } from './network-filesystem.ts';
import { openMigrated, openRestored } from './open-migrated.ts';
import { layNew } from './prepared.ts';
import { OperationRunner, type OperationSet, type Ran } from './runner.ts';
import { EngineSession, toFault } from './sessions.ts';
import type { Hint } from './store.ts';
import { makeSynced } from './sync-files.ts';
import { confirmRestored } from './take-restored.ts';
import { WalSync } from './wal-sync.ts';

export interface OpenOptions {
  /** The app's data directory; the database lives in `db/` below it. */
  readonly dataDir: string;
  /** Where the prepared database lies; null: the engine makes one. */
  readonly preparedDir: string | null;
  readonly log: Log;
  /** The engine died outside any operation (upkeep, checkpoint): nobody else is told. */
  readonly onDamaged?: () => void;
}

/** Below this the engine might not get its next log segments, and it panics when it does not. */
const RESERVE_BYTES = 48 * 1024 * 1024;
/** Of log, after which the checkpoint comes. Well below wal_keep_size. */
const CHECKPOINT_BYTES = 32 * 1024 * 1024;
/** The engine has no background processes: nobody else takes away dead rows or looks at what tables hold. */
const UPKEEP = [
  'vacuum (analyze) chats',
  'vacuum (analyze) chat_tool_calls',
  'vacuum (analyze) chat_queued_messages',
  'vacuum chat_heartbeats',
  'vacuum chat_drafts',
  'vacuum chat_messages',
];
/** Writes between two looks at the log's length. */
const LOOK_EVERY = 50;

/** An open database as the worker's host sees it. */
export interface Database {
  /** Runs one operation; a durable one is on the disk when this resolves. */
  run(name: string, args: unknown): Promise<unknown>;
  /** Once. `post` must only hand the hint on. */
  listen(post: (hint: Hint) => void): Promise<void>;
  /** A copy of the files while others go on; absent: a server keeps them. */
  copyTo?(directory: string): Promise<Copied>;
  /** A copy that is under way ends with an error. */
  stopCopying?(): void;
  /** Waits for what runs. */
  close(): Promise<void>;
}

/** The database in its directory, locked, recovered and migrated. Lives in the worker thread. */
export class FileDatabase implements Database {
  readonly db: PGlite;
  readonly #session: EngineSession;
  readonly #runner: OperationRunner;
  readonly #wal: WalSync;
  readonly #file: ControlFile;
  readonly #lock: DatabaseLock;
  readonly #log: Log;
  readonly #onDamaged: () => void;
  #writes = 0;
  #checkpointAt = 0;
  #checkpoint: Promise<void> | null = null;
  readonly #closing = new AbortController();

  constructor(
    db: PGlite,
    sets: readonly OperationSet[],
    file: ControlFile,
    held: { lock: DatabaseLock; log: Log; onDamaged: () => void },
  ) {
    this.db = db;
    this.#session = new EngineSession(db);
    this.#runner = new OperationRunner(this.#session, sets);
    this.#file = file;
    this.#wal = new WalSync(file.data);
    this.#lock = held.lock;
    this.#log = held.log;
    this.#onDamaged = held.onDamaged;
  }

  async run(name: string, args: unknown): Promise<unknown> {
    const ran = await this.#runner.run(name, args, async (durability) => {
      if (durability !== 'read') this.#requireSpace();
    });
    try {
      await this.#settle(ran);
    } catch (error) {
      throw toFault(error);
    }
    return ran.answer;
  }

  listen(post: (hint: Hint) => void): Promise<void> {
    return listenForHints(this.db, post);
  }

  /** At once: the session is held meanwhile, and the thread pool would make everybody wait for a few microseconds of work. */
  #requireSpace(): void {
    const { bavail, bsize } = statfsSync(this.#file.data);
    if (bavail * bsize >= RESERVE_BYTES) return;
    throw new DatabaseFault('disk-full', 'The disk is almost full: nothing was written.');
  }

  async #settle({ durability }: Ran): Promise<void> {
    if (durability === 'read') return;
    this.#writes += 1;
    if (this.#writes % LOOK_EVERY === 0) this.#lookAtLog();
    if (durability === 'durable') await this.#wal.flush();
    else this.#wal.flushLater((error) => this.#log.error('The log was not synced', errorFields(error)));
  }

  #lookAtLog(): void {
    this.#checkpoint ??= this.#checkpointIfDue()
      .catch((error: unknown) => {
        this.#log.error('The checkpoint failed', errorFields(error));
        if (error instanceof DatabaseFault && error.code === 'damaged') this.#onDamaged();
      })
      .finally(() => {
        this.#checkpoint = null;
      });
  }

  async #checkpointIfDue(): Promise<void> {
    const at = await this.#session.exclusive(() => this.#loadLogPosition());
    if (at - this.#checkpointAt < CHECKPOINT_BYTES) return;
    for (const sql of UPKEEP) await this.#session.exclusive(() => this.db.exec(sql));
    await this.checkpoint();
  }

  /** Only the engine's own part holds the connection; syncing the files goes on beside other operations. */
  async checkpoint(): Promise<void> {
    await keepingControl(this.#file, () =>
      this.#session.exclusive(async () => {
        await this.db.exec('checkpoint');
        this.#checkpointAt = await this.#loadLogPosition();
      }),
    );
  }

  /** In the place of a checkpoint: until it is done there is no other one, and the log since its own is kept. */
  async copyTo(directory: string): Promise<Copied> {
    while (this.#checkpoint) await this.#checkpoint;
    const copying = copyDatabase(
      {
        data: this.#file.data,
        checkpoint: () => this.checkpoint(),
        exclusive: (work) => this.#session.exclusive(work),
        query: async (sql) => {
          const { rows } = await this.db.query(sql);
          return { rows: rows as never[], rowCount: rows.length };
        },
        signal: this.#closing.signal,
      },
      directory,
    );
    const ended = copying
      .then(
        () => {},
        () => {},
      )
      .finally(() => {
        this.#checkpoint = null;
      });
    this.#checkpoint = ended;
    try {
      return await copying;
    } catch (error) {
      throw toFault(error);
    }
  }

  stopCopying(): void {
    this.#closing.abort(new DatabaseFault('closed', 'The database closes.'));
  }

  async #loadLogPosition(): Promise<number> {
    const { rows } = await this.db.query<{ at: string }>(
      `select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::text as at`,
    );
    return Number(rows[0]?.at ?? 0);
  }

  /** Waits for what runs; leaves a database that opens without recovery, and lets go of the lock. */
  async close(): Promise<void> {
    this.stopCopying();
    try {
      await this.#checkpoint;
      await this.#wal.close();
      await keepingControl(this.#file, () =>
        this.#session.exclusive(async () => {
          await this.db.exec('checkpoint');
          await this.db.close();
        }),
      );
    } finally {
      await this.#lock.release();
    }
  }
}

/** Opens, and on the first run lays, the database. Faults say why not. */
export async function openDatabase(
  options: OpenOptions,
  sets: readonly OperationSet[],
): Promise<FileDatabase> {
  const home = path.join(options.dataDir, 'db');
  await makeSynced(home);
  await refuseNetworkFilesystem(home);
  const lock = await lockDirectory(home);
  try {
    const startedAt = performance.now();
    const file = controlOf(path.join(home, ENGINE_MAJOR));
    const restored = await openRestored(home, file, options.log);
    const origin = (await exists(file.data)) ? 'found' : await layNew(file.data, options);
    const { db, migrations } = restored ?? (await openMigrated(file));
    options.log.info('The database is open', {
      origin: restored ? 'restored' : origin,
      migrations,
      ms: Math.round(performance.now() - startedAt),
    });
    const database = new FileDatabase(db, sets, file, {
      lock,
      log: options.log,
      onDamaged: options.onDamaged ?? (() => {}),
    });
    if (migrations > 0) await database.checkpoint();
    if (restored) await confirmRestored(home);
    return database;
  } catch (error) {
    await lock.release();
    throw toFault(error);
  }
}
