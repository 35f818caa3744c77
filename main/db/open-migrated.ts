import type { PGlite } from '@electric-sql/pglite';
import { errorFields, type Log } from '../base/log.ts';
import { type ControlFile, openRecovering } from './checkpoint.ts';
import { openEngine } from './engine.ts';
import { errorCode } from './error-code.ts';
import { DatabaseFault } from './fault.ts';
import { migrate } from './migrate.ts';
import { toFault } from './sessions.ts';
import { rejectRestored, takeRestored } from './take-restored.ts';

/** Null: there is none, or it does not open and what was there before is in its place again. */
export async function openRestored(home: string, file: ControlFile, log: Log) {
  const order = await takeRestored(home, file);
  if (!order) return null;
  try {
    return await openMigrated(file);
  } catch (error) {
    log.error('The restored database does not open: it is put back', {
      copy: order.name,
      ...errorFields(error),
    });
    await rejectRestored(home, file);
    return null;
  }
}

export async function openMigrated(file: ControlFile): Promise<{ db: PGlite; migrations: number }> {
  const db = await openRecovering(file, () => openEngine({ directory: file.data })).catch((error) => {
    throw asDamage(error);
  });
  return { db, migrations: await migrateOrClose(db) };
}

/** What the system refuses for now, and what is known better, is no damage. */
const NO_DAMAGE = ['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE', 'EIO'];

function asDamage(error: unknown): unknown {
  if (error instanceof DatabaseFault || NO_DAMAGE.includes(errorCode(error) ?? '')) return error;
  const fault = toFault(error);
  if (fault instanceof DatabaseFault) return fault;
  return new DatabaseFault('damaged', 'The files of the database do not open.', { cause: error });
}

async function migrateOrClose(db: PGlite): Promise<number> {
  try {
    return await migrate(db);
  } catch (error) {
    await db.close();
    throw error;
  }
}
