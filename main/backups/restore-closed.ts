import path from 'node:path';
import type { BackupCopy } from '@shared/contract/backups.ts';
import { err, ok, type Result } from '@shared/util/result.ts';
import { errorFields, type Log } from '../base/log.ts';
import { orderRestored } from '../db/take-restored.ts';
import { describeTrouble } from './describe-trouble.ts';
import { runInWorker } from './run-task.ts';
import { openShelf } from './shelf.ts';

/** The newest copy that was sound when it was looked at last; null: there is none. */
export async function findSoundCopy(dataDir: string): Promise<BackupCopy | null> {
  const copies = await openShelf(shelfOf(dataDir)).list();
  return copies.find(({ verifiedAt, problem }) => verifiedAt !== null && problem === null) ?? null;
}

/**
 * Lays the copy out for a database that does not open, so nobody is at work in it: the next opening takes it, and moves
 * what is there aside. Answers in words why it could not.
 */
export async function restoreClosed(
  { dataDir, workerFile, log }: { dataDir: string; workerFile: string; log: Log },
  name: string,
): Promise<Result<null, string>> {
  const shelf = openShelf(shelfOf(dataDir));
  const kept = (await shelf.list()).find((copy) => copy.name === name);
  if (!kept) return err('This copy is not there any more.');
  const home = path.join(dataDir, 'db');
  const task = { type: 'lay', archive: shelf.pathOf(name), sealed: kept.sealed, home } as const;
  try {
    const done = await runInWorker(workerFile, task, new AbortController().signal);
    if (!done.ok) return err(done.problem);
    await orderRestored(home, kept);
    return ok(null);
  } catch (error) {
    log.warn('a copy was not restored', errorFields(error));
    return err(describeTrouble(error, home));
  }
}

function shelfOf(dataDir: string): string {
  return path.join(dataDir, 'backups');
}
