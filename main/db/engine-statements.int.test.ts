import type { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEngine } from './engine.ts';
import { EngineStatements } from './engine-statements.ts';

describe('statements of the engine', () => {
  let db: PGlite;
  let statements: EngineStatements;
  beforeAll(async () => {
    db = await openEngine({});
    statements = new EngineStatements(db);
    await db.exec('create table things (id bigserial primary key, name text unique, data jsonb)');
  });
  afterAll(() => db.close());

  it.each<[string, unknown[]]>([
    ['select 1 as one, null::text as nothing, true as yes, 1.5::float8 as float', []],
    ['select $1::int8 as big, $2::text as text, $3::jsonb as json', [2 ** 40, "it's ü", { a: [1, null] }]],
    ['select $1::uuid[] as ids', [['5b1c1f44-6ab1-4d0c-9f9c-1d7b8b3d9b11']]],
    ['select $1::text[] as words, $2::int[] as none', [['a,b', 'c"d', ''], []]],
    ['select now() - now() as span, $1::timestamptz as at', ['2026-01-02T03:04:05.678Z']],
    ['select $1::text as absent, $2::bytea as bytes', [null, new Uint8Array([0, 255])]],
    ['select * from things where id = $1', [-1]],
  ])('give what a plain query gives, at each asking: %s', async (sql, params) => {
    const plain = (await db.query(sql, params)).rows;
    expect((await statements.query(sql, params)).rows).toEqual(plain);
    expect((await statements.query(sql, params)).rows).toEqual(plain);
  });

  it('count what they change, and what they give', async () => {
    const insert = 'insert into things (name) select unnest($1::text[])';
    expect(await statements.query(insert, [['a', 'b', 'c']])).toEqual({ rows: [], rowCount: 3 });
    expect((await statements.query("update things set data = '1' where name <> $1", ['a'])).rowCount).toBe(
      2,
    );
    expect((await statements.query('delete from things where false', [])).rowCount).toBe(0);
    expect((await statements.query('select name from things order by name limit 2', [])).rowCount).toBe(2);
  });

  it('a refused one leaves the session to the next', async () => {
    const insert = 'insert into things (name) values ($1)';
    await db.exec('begin');
    await statements.query(insert, ['once']);
    await expect(statements.query(insert, ['once'])).rejects.toMatchObject({ code: '23505' });
    await expect(statements.query('select 1', [])).rejects.toMatchObject({ code: '25P02' });
    await db.exec('rollback');
    await expect(statements.query('select from nowhere', [])).rejects.toMatchObject({ code: '42P01' });
    expect((await statements.query(insert, ['once'])).rowCount).toBe(1);
  });

  it('a table that got another shape is read anew', async () => {
    const all = 'select * from things where name = $1';
    await statements.query(all, ['once']);
    await db.exec('alter table things add column more int default 7');
    await statements.query(all, ['once']).catch(() => null);
    expect((await statements.query(all, ['once'])).rows).toMatchObject([{ name: 'once', more: 7 }]);
  });

  it('come in turn with the engine’s own', async () => {
    const asked = Array.from({ length: 50 }, (_, n) => [
      statements.query<{ n: number }>('select $1::int as n', [n]),
      db.query<{ n: number }>('select $1::int as n', [n]),
    ]);
    const given = await Promise.all(asked.flat());
    expect(given.map(({ rows }) => rows[0]?.n)).toEqual(asked.flatMap((_, n) => [n, n]));
  });

  it('more of them than the code has are asked plainly', async () => {
    for (let i = 0; i < 1_100; i++) await statements.query(`select ${i} as n`, []);
    expect((await statements.query('select 5000 as n', [])).rows).toEqual([{ n: 5000 }]);
    const { rows } = await db.query<{ n: number }>('select count(*)::int as n from pg_prepared_statements');
    expect(rows[0]?.n).toBeLessThanOrEqual(1_000);
  });
});
