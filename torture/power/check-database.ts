import { PGlite } from '@electric-sql/pglite';
import { amcheck } from '@electric-sql/pglite/contrib/amcheck';
import { brokenInvariants } from '../kill/check-database.ts';

/** Tables and indexes of the app against each other (amcheck), and the invariants of its rows. */
export async function checkConsistency(data: string): Promise<readonly string[]> {
  const db = await PGlite.create({ dataDir: data, extensions: { amcheck } });
  try {
    const wrong = [...(await brokenInvariants(db))];
    await db.exec('create extension if not exists amcheck');
    const { rows: indexes } = await db.query<{ name: string }>(
      `select i.indexrelid::regclass::text as name from pg_index i
        join pg_class c on c.oid = i.indexrelid join pg_am a on a.oid = c.relam
       where a.amname = 'btree' and c.relpersistence = 'p' and i.indisvalid`,
    );
    for (const { name } of indexes) {
      await db
        .query('select bt_index_check($1::regclass, true)', [name])
        .catch((error: unknown) => wrong.push(`index ${name}: ${String(error)}`));
    }
    const { rows: tables } = await db.query<{ name: string }>(
      `select c.oid::regclass::text as name from pg_class c where c.relkind in ('r', 't') and c.relpersistence = 'p'`,
    );
    for (const { name } of tables) {
      const { rows } = await db.query<{ msg: string }>('select msg from verify_heapam($1::regclass)', [
        name,
      ]);
      wrong.push(...rows.slice(0, 3).map(({ msg }) => `table ${name}: ${msg}`));
    }
    return wrong;
  } catch (error) {
    return [`the check broke off: ${String(error)}`];
  } finally {
    await db.close();
  }
}
