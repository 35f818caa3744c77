import { constants } from 'node:fs';
import { copyFile, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { leaveRoom } from './leave-room.ts';
import type { Tx } from './store.ts';
import { ignoreMissing } from './sync-files.ts';

/** What a database holds, cheaply: equal in a copy only when it is the same state. */
export interface Holding {
  readonly chats: number;
  /** Rows that a person can see. */
  readonly messages: number;
  /** Of all changes to chats. */
  readonly versions: number;
  readonly last: number;
}

export async function loadHolding(query: Tx['query']): Promise<Holding> {
  const { rows } = await query<Holding>(
    `select count(*)::int as chats, coalesce(sum(message_count), 0)::int8 as messages,
       coalesce(sum(snapshot_version), 0)::int8 as versions,
       coalesce((select max(id) from chat_messages), 0)::int8 as last from chats`,
  );
  const [holding] = rows;
  if (!holding) throw new Error('A count without a row');
  return holding;
}

/** What the copying needs of an open database. */
export interface CopySource {
  readonly data: string;
  /** What is in memory goes to the files; nobody makes another checkpoint until the copy is done. */
  checkpoint(): Promise<void>;
  /** Runs `work` while nothing else does. */
  exclusive<T>(work: () => Promise<T>): Promise<T>;
  readonly query: Tx['query'];
  readonly signal: AbortSignal;
}

export interface Copied {
  readonly holding: Holding;
  /** For so long chats waited for the copy. */
  readonly heldMs: number;
}

const AT_ONCE = 4;
const LOG = 'pg_wal';
/** Of a process; the names of files that nobody needs in a copy. */
const SKIPPED = ['postmaster.pid', 'postmaster.opts'];

/**
 * Copies the files of a database that is at work, as PostgreSQL's own base backup does: first a checkpoint, then the
 * files while chats go on, at last, for which they wait, the log since that checkpoint. Opened, the copy recovers: pages
 * that changed under the copying come whole out of the log (full_page_writes), up to the moment that `holding` tells of.
 */
export async function copyDatabase(source: CopySource, target: string): Promise<Copied> {
  const { data, signal } = source;
  await source.checkpoint();
  const names = await readdir(data, { recursive: true, withFileTypes: true });
  await mkdir(target, { recursive: true, mode: 0o700 });
  const files: string[] = [];
  for (const entry of names) {
    const name = path.relative(data, path.join(entry.parentPath, entry.name));
    if (entry.isDirectory()) await mkdir(path.join(target, name), { recursive: true, mode: 0o700 });
    else if (!name.startsWith(`${LOG}${path.sep}`) && !SKIPPED.includes(name)) files.push(name);
  }
  const copy = (name: string) =>
    // Where the file system can, it shares the blocks; what is deleted meanwhile is deleted in the log, too.
    copyFile(path.join(data, name), path.join(target, name), constants.COPYFILE_FICLONE).catch(
      ignoreMissing,
    );
  const work = async () => {
    for (let name = files.pop(); name !== undefined; name = files.pop()) {
      signal.throwIfAborted();
      await leaveRoom(target);
      await copy(name);
    }
  };
  const worked = Array.from({ length: AT_ONCE }, () =>
    work().catch((error: unknown) => {
      // The others have nothing left to do, and are waited for: nobody writes to what is thrown away.
      files.length = 0;
      throw error;
    }),
  );
  await Promise.allSettled(worked);
  await Promise.all(worked);
  return source.exclusive(async () => {
    const since = performance.now();
    for (const name of await loadLogSince(source)) await copy(path.join(LOG, name));
    const holding = await loadHolding(source.query);
    return { holding, heldMs: Math.round(performance.now() - since) };
  });
}

/** The segments from the checkpoint to now. Their names count up; those that wait to be used come after. */
async function loadLogSince({ data, query }: CopySource): Promise<readonly string[]> {
  const { rows } = await query<{ first: string; last: string }>(
    `select redo_wal_file as first, pg_walfile_name(pg_current_wal_insert_lsn()) as last
     from pg_control_checkpoint()`,
  );
  const { first = '', last = '' } = rows[0] ?? {};
  const names = await readdir(path.join(data, LOG));
  return names.filter((name) => /^[0-9A-F]{24}$/.test(name) && name >= first && name <= last);
}
