import type { PGlite } from '@electric-sql/pglite';
import { amcheck } from '@electric-sql/pglite/contrib/amcheck';
import { type Holding, loadHolding } from '../db/copy-database.ts';
import { openEngine } from '../db/engine.ts';

/** All that a database says, table by table. The sum of rows that changed anywhere is another one. */
export interface Content {
  readonly schema: number;
  readonly holding: Holding;
  readonly tables: Readonly<Record<string, { readonly rows: number; readonly sum: string }>>;
}

/** Opens the files of a copy, which recovers where it must; `work` looks at it, then it is closed in order. */
export async function openCopy<T>(directory: string, work: (db: PGlite) => Promise<T>): Promise<T> {
  const db = await openEngine({ directory, extensions: { amcheck } });
  try {
    return await work(db);
  } finally {
    await db.exec('checkpoint').catch(() => undefined);
    await db.close();
  }
}

export async function loadContent(db: PGlite): Promise<Content> {
  const { rows: names } = await db.query<{ name: string }>(
    `select c.relname as name from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
       and c.relpersistence = 'p' order by 1`,
  );
  const tables: Record<string, { rows: number; sum: string }> = {};
  for (const { name } of names) {
    const { rows } = await db.query<{ rows: number; sum: string }>(
      `select count(*)::int as rows, coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text as sum
       from "${name}" t`,
    );
    const [row] = rows;
    if (row) tables[name] = row;
  }
  const { rows: schema } = await db.query<{ last: number }>(
    'select max(number) as last from schema_migrations',
  );
  const holding = await loadHolding(async (sql) => {
    const { rows } = await db.query(sql);
    return { rows: rows as never[], rowCount: rows.length };
  });
  return { schema: schema[0]?.last ?? 0, holding, tables };
}

/** What PostgreSQL's own check finds wrong with the tables and indexes; empty: nothing. */
export async function findDamage(db: PGlite): Promise<readonly string[]> {
  await db.exec('create extension if not exists amcheck');
  const found: string[] = [];
  const { rows: tables } = await db.query<{ oid: number; name: string }>(
    `select oid::int, relname as name from pg_class where relkind = 'r' and relpersistence = 'p'
       and relnamespace in ('public'::regnamespace, 'pg_catalog'::regnamespace)`,
  );
  for (const { oid, name } of tables) {
    const { rows } = await db.query<{ msg: string }>('select msg from verify_heapam($1::oid) limit 3', [
      oid,
    ]);
    found.push(...rows.map(({ msg }) => `${name}: ${msg}`));
  }
  const { rows: indexes } = await db.query<{ oid: number; name: string }>(
    `select c.oid::int, c.relname as name from pg_class c join pg_am a on a.oid = c.relam
     where a.amname = 'btree' and c.relkind = 'i' and c.relpersistence = 'p'
       and c.relnamespace in ('public'::regnamespace, 'pg_catalog'::regnamespace)`,
  );
  for (const { oid, name } of indexes) {
    try {
      await db.query('select bt_index_check($1::oid::regclass, true)', [oid]);
    } catch (error) {
      found.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  await db.exec('drop extension amcheck');
  return found;
}

/** The tables in which two differ. */
export function differences(a: Content, b: Content): readonly string[] {
  const names = [...new Set([...Object.keys(a.tables), ...Object.keys(b.tables)])];
  return names.filter((name) => {
    const [one, other] = [a.tables[name], b.tables[name]];
    return one?.rows !== other?.rows || one?.sum !== other?.sum;
  });
}
