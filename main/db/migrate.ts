import type { PGlite } from '@electric-sql/pglite';
import { DatabaseFault } from './fault.ts';
import { type Migration, migrations } from './migrations.ts';

/** One session, outside any transaction. */
export interface Migrated {
  query<T>(sql: string, params?: unknown[]): Promise<{ readonly rows: readonly T[] }>;
  /** Statements without parameters, several in one text. */
  exec(sql: string): Promise<unknown>;
}

/** Both kinds of database take the same list. */
export function migrate(db: PGlite, list: readonly Migration[] = migrations): Promise<number> {
  return migrateSession(db, list);
}

/**
 * Brings the schema to the code's version, one transaction a migration. Answers how many ran. Faults with
 * `newer-database` when a later version of the app has been here: it may have changed what rows mean.
 */
export async function migrateSession(
  db: Migrated,
  list: readonly Migration[] = migrations,
): Promise<number> {
  await db.exec(`create table if not exists schema_migrations (
    number int primary key, applied_at timestamptz not null default now())`);
  const { rows } = await db.query<{ last: number | null }>(
    'select max(number) as last from schema_migrations',
  );
  const last = rows[0]?.last ?? 0;
  if (last > list.length) {
    throw new DatabaseFault(
      'newer-database',
      `The database has schema ${last}; this version of the app knows ${list.length}.`,
    );
  }
  const missing = list.slice(last);
  for (const migration of missing) {
    try {
      await db.exec('begin');
      await db.query('insert into schema_migrations (number) values ($1)', [migration.number]);
      await db.exec(migration.sql);
      await db.exec('commit');
    } catch (error) {
      await db.exec('rollback');
      throw error;
    }
  }
  return missing.length;
}
