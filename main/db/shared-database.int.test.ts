import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { postgresMissing, startPostgres, type TestPostgres } from '../../scripts/lib/postgres.ts';
import { silentLog } from '../base/log.ts';
import type { OperationSet } from './runner.ts';
import { settingOperations } from './settings.ts';
import { openShared } from './shared-database.ts';
import { type Hint, operation } from './store.ts';
import { openSharedStore } from './test-shared.ts';

const here = postgresMissing === null ? '' : ` [not here: ${postgresMissing}]`;

const probes = {
  values: operation('read', async (tx, _: Record<string, never>) => {
    const { rows } = await tx.query(
      `select 9007199254740991::int8 as big, timestamptz '2026-01-02 03:04:05.678+02' as at, '{"a":[1]}'::jsonb as json,
              true as yes, null as nothing`,
    );
    return rows[0];
  }),
  counts: operation('durable', async (tx, { key }: { key: string }) => {
    const changed = await tx.query(`update settings set value = value where key = $1`, [key]);
    const read = await tx.query('select 1 from settings where key = $1', [key]);
    return [changed.rowCount, read.rowCount];
  }),
  /** Reads, then inserts what it did not find: two at once collide. */
  addOnce: operation('durable', async (tx, { key }: { key: string }): Promise<'added' | 'found'> => {
    const { rows } = await tx.query('select 1 from settings where key = $1', [key]);
    if (rows.length > 0) return 'found';
    await tx.query('select pg_sleep(0.05)');
    await tx.query('insert into settings (key, value) values ($1, $2)', [key, 'true']);
    return 'added';
  }),
};
const asDaemon = {
  trespass: operation('lazy', (tx, _: Record<string, never>) =>
    tx.query(`insert into settings (key, value) values ('x', 'true')`),
  ),
};
const sets: readonly OperationSet[] = [
  { role: 'owner', operations: settingOperations },
  { role: 'owner', operations: probes },
  { role: 'daemon', operations: asDaemon },
];
type Ops = typeof settingOperations & typeof probes & typeof asDaemon;

describe.skipIf(postgresMissing !== null)(`a shared PostgreSQL${here}`, () => {
  let server: TestPostgres;
  let url: string;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    url = await server.createDatabase();
  });

  // First: the role is the whole server’s, and here its maker is no superuser.
  test('keeps the daemon’s operations in their role, also for a user who is no superuser', async () => {
    const name = `app_${randomUUID().slice(0, 8)}`;
    await server.query(`create role ${name} login createrole password 'secret-of-app'`);
    await server.query(`alter database ${new URL(url).pathname.slice(1)} owner to ${name}`);
    const theirs = new URL(url);
    theirs.username = name;
    theirs.password = 'secret-of-app';
    const store = await openSharedStore<Ops>(theirs.href, sets);
    await expect(store.call('trespass', {})).rejects.toMatchObject({ code: '42501' });
    expect(await store.call('loadSetting', { key: 'x' })).toBeNull();
    await store.close();
  });

  test('gives values as the engine does', async () => {
    const store = await openSharedStore<Ops>(url, sets);
    expect(await store.call('values', {})).toEqual({
      big: Number.MAX_SAFE_INTEGER,
      at: '2026-01-02T01:04:05.678Z',
      json: { a: [1] },
      yes: true,
      nothing: null,
    });
    expect(await store.call('counts', { key: 'none' })).toEqual([0, 0]);
    await store.call('saveSetting', { key: 'one', value: { deep: ['\0'] } });
    expect(await store.call('counts', { key: 'one' })).toEqual([1, 1]);
    await store.close();
  });

  test('is made by whoever comes first, and is one installation for all', async () => {
    const stores = await Promise.all([1, 2, 3, 4].map(() => openSharedStore<Ops>(url, sets)));
    const installations = await Promise.all(stores.map((store) => store.call('loadInstallation', {})));
    expect(new Set(installations.map((one) => one.installationId)).size).toBe(1);
    await Promise.all(stores.map((store) => store.close()));
  });

  test('tells every process what one of them did', async () => {
    const [writer, reader] = await Promise.all([
      openSharedStore<Ops>(url, sets),
      openSharedStore<Ops>(url, sets),
    ]);
    const hints: Hint[] = [];
    reader.onHint((hint) => hints.push(hint));
    await writer.call('saveSetting', { key: 'theme', value: 1 });
    await vi.waitFor(() =>
      expect(hints).toEqual([{ channel: 'settings_update', payload: { key: 'theme' } }]),
    );
    expect(await reader.call('loadSetting', { key: 'theme' })).toBe(1);
    await Promise.all([writer.close(), reader.close()]);
  });

  test('runs transactions side by side, and again where they got in each other’s way', async () => {
    const store = await openSharedStore<Ops>(url, sets);
    const answers = await Promise.all([1, 2, 3, 4].map(() => store.call('addOnce', { key: 'same' })));
    expect(answers.toSorted()).toEqual(['added', 'found', 'found', 'found']);
    await store.close();
  });

  test('goes on after the server’s restart, and says that hints were missed', async () => {
    const store = await openSharedStore<Ops>(url, sets);
    const hints: Hint['channel'][] = [];
    store.onHint(({ channel }) => hints.push(channel));
    await store.call('saveSetting', { key: 'before', value: 1 });
    const restarted = server.restart();
    // Asked for while there is no server: who looks waits for it.
    const looks = Array.from({ length: 20 }, () => store.call('loadSetting', { key: 'before' }));
    await restarted;
    expect(new Set(await Promise.all(looks))).toEqual(new Set([1]));
    await vi.waitFor(() => expect(hints).toContain('hints_lost'), { timeout: 15_000 });
    await store.call('saveSetting', { key: 'after', value: 2 });
    await vi.waitFor(() => expect(hints.at(-1)).toBe('settings_update'));
    await store.close();
  });

  test.each([
    ['no URL at all', () => 'somewhere', 'unusable'],
    ['another kind of server', () => 'mysql://u:hidden-word@localhost/x', 'unusable'],
    ['a wrong password', () => url.replace(/:[^:@]+@/, ':hidden-word@'), 'unusable'],
    ['no such database', () => `${url.replace(/[^/]+$/, '')}missing`, 'unusable'],
    ['nobody there', () => 'postgresql://u:hidden-word@127.0.0.1:1/x', 'unreachable'],
  ])('refuses %s without saying the password', async (_, urlOf, code) => {
    const refused = await openShared({ url: urlOf(), log: silentLog }, sets).catch(
      (error: unknown) => error,
    );
    expect(refused).toMatchObject({ code });
    expect(String(refused)).not.toMatch(/hidden-word|test-password/);
  });

  test('that another process keeps from being brought up to date is not waited for without end', async () => {
    const holder = new pg.Client({ connectionString: url, application_name: 'who hangs' });
    await holder.connect();
    await holder.query('select pg_advisory_lock(7304210611)');
    const { rows } = await holder.query('select pg_backend_pid() as pid');
    const refused = await openShared({ url, log: silentLog, migrateWithinMs: 50 }, sets).catch(
      (error: unknown) => error,
    );
    expect(refused).toMatchObject({ code: 'being-migrated' });
    expect(String(refused)).toContain(
      `"who hangs" from 127.0.0.1, server process ${(rows[0] as { pid: number }).pid}`,
    );
    expect(String(refused)).not.toMatch(/test-password/);
    await holder.end();
    await (await openSharedStore<Ops>(url, sets)).close();
  });

  test('of a newer app is left alone', async () => {
    await (await openSharedStore<Ops>(url, sets)).close();
    await server.query('insert into schema_migrations (number) values (9999)', url);
    await expect(openShared({ url, log: silentLog }, sets)).rejects.toMatchObject({
      code: 'newer-database',
    });
  });
});
