import type { PGlite } from '@electric-sql/pglite';
import { DatabaseFault } from './fault.ts';
import { type Migration, migrations } from './migrations.ts';

/**
 * Brings the schema to the code's version, one transaction a migration. Answers how many ran. Faults with
 * `newer-database` when a later version of the app has been here: it may have changed what rows mean.
 */
export async function migrate(db: PGlite, list: readonly Migration[] = migrations): Promise<number> {
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
    await db.transaction(async (tx) => {
      await tx.query('insert into schema_migrations (number) values ($1)', [migration.number]);
      await tx.exec(migration.sql);
    });
  }
  return missing.length;
}
