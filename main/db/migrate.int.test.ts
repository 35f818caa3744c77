import { expect, test } from 'vitest';
import { migrate } from './migrate.ts';
import { migrations } from './migrations.ts';
import { openTestEngine } from './test-store.ts';

const table = (number: number) => ({ number, sql: `create table t${number} (a int)` });

test('an older database is brought up, each number once; a newer one is refused; a failed one leaves nothing', async () => {
  const db = await openTestEngine();
  await db.exec('delete from schema_migrations');
  expect(await migrate(db, [table(1)])).toBe(1);
  const broken = { number: 3, sql: 'create table t3 (a int); select no_such_thing' };
  await expect(migrate(db, [table(1), table(2), broken])).rejects.toThrow(/no_such_thing/);
  const { rows } = await db.query(
    `select to_regclass('t2') is not null as t2, to_regclass('t3') is null as no_t3`,
  );
  expect(rows).toEqual([{ t2: true, no_t3: true }]);
  expect(await migrate(db, [table(1), table(2), table(3)])).toBe(1);
  expect(await migrate(db, [table(1), table(2), table(3)])).toBe(0);
  await expect(migrate(db, [table(1)])).rejects.toMatchObject({ code: 'newer-database' });
  await db.close();
});

test('the app’s own migrations are numbered without a gap', () => {
  expect(migrations.map((migration) => migration.number)).toEqual(migrations.map((_, at) => at + 1));
});
