import { randomUUID } from 'node:crypto';
import type { PGlite } from '@electric-sql/pglite';
import { asId, type HostId, type OwnerId } from '@shared/model/ids.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { settingOperations } from './settings.ts';
import { operation, type Store, type Tx } from './store.ts';
import { openTestStore } from './test-store.ts';
import { workspaceOperations } from './workspaces.ts';

const probe = {
  readModels: operation(
    'read',
    async (tx: Tx, _: null) => (await tx.query('select * from chat_model_configs')).rows,
  ),
  writeProviders: operation('lazy', async (tx: Tx, _: null) =>
    tx.query(`insert into chat_providers (kind, name) values ('demo', 'x')`),
  ),
  writeSettings: operation('lazy', async (tx: Tx, _: null) => tx.query(`delete from settings`)),
  readMigrations: operation('read', async (tx: Tx, _: null) => tx.query('select * from schema_migrations')),
  writeInRead: operation('read', async (tx: Tx, _: null) => tx.query('delete from chats')),
  leak: operation('lazy', async (tx: Tx, _: null) => {
    kept = tx;
    return null;
  }),
};
let kept: Tx | null = null;
let db: PGlite;
let store: Store<typeof probe & typeof settingOperations & typeof workspaceOperations>;

beforeAll(async () => {
  const opened = await openTestStore<typeof probe & typeof settingOperations & typeof workspaceOperations>([
    { role: 'daemon', operations: probe },
    { role: 'owner', operations: settingOperations },
    { role: 'owner', operations: workspaceOperations },
  ]);
  store = opened.store;
  db = opened.db;
});
afterAll(() => store.close());

test('#33 the daemon’s role reads models, writes neither accounts nor settings, and sees nothing else', async () => {
  expect(await store.call('readModels', null)).toEqual([]);
  await expect(store.call('writeProviders', null)).rejects.toThrow(/permission denied/);
  await expect(store.call('writeSettings', null)).rejects.toThrow(/permission denied/);
  await expect(store.call('readMigrations', null)).rejects.toThrow(/permission denied/);
});

/** CHATD decision 21. A table that is new must be put here on purpose. */
const MAY: Readonly<Record<string, string>> = {
  approval_rules: 'read',
  chat_budget_holds: 'all',
  chat_budgets: 'all',
  chat_costs: 'read',
  chat_diff_statuses: 'all',
  chat_drafts: 'all',
  chat_files: 'all',
  chat_heartbeats: 'all',
  chat_messages: 'all',
  chat_model_configs: 'read',
  chat_pending_actions: 'all',
  chat_providers: 'read',
  chat_queued_messages: 'all',
  chat_tool_calls: 'all',
  chats: 'all',
  git_accounts: 'nothing',
  git_uses: 'nothing',
  hosts: 'read',
  // It knows the tokens of the others.
  replicas: 'nothing',
  schema_migrations: 'nothing',
  search_blocks: 'all',
  search_cursors: 'all',
  search_docs: 'all',
  settings: 'read',
  spending: 'read',
  workspaces: 'read',
};

test('#33 every table: what the daemon’s role may do with it, and nothing more', async () => {
  const { rows } = await db.query<{ name: string; may: string[] }>(
    `select c.relname as name, array(select p from unnest(
         array['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) p
       where has_table_privilege('gaffer_daemon', c.oid, p)) as may
     from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')`,
  );
  const words: Readonly<Record<string, string>> = {
    'SELECT INSERT UPDATE DELETE': 'all',
    SELECT: 'read',
    '': 'nothing',
  };
  const found = rows.map(({ name, may }) => [name, words[may.join(' ')] ?? may.join(' ')]);
  expect(Object.fromEntries(found)).toEqual(MAY);
});

test('#33 the daemon’s role makes no tables, and is no way to another one', async () => {
  const { rows } = await db.query(
    `select rolsuper, rolcreaterole, rolcreatedb, rolcanlogin, rolbypassrls,
       has_schema_privilege('gaffer_daemon', 'public', 'CREATE') as creates,
       exists (select from pg_auth_members m where m.member = r.oid) as is_member
     from pg_roles r where rolname = 'gaffer_daemon'`,
  );
  expect(rows).toEqual([
    {
      rolsuper: false,
      rolcreaterole: false,
      rolcreatedb: false,
      rolcanlogin: false,
      rolbypassrls: false,
      creates: false,
      is_member: false,
    },
  ]);
});

test('a read cannot write, and a transaction cannot be used after its end', async () => {
  await expect(store.call('writeInRead', null)).rejects.toThrow(/read-only/);
  await store.call('leak', null);
  await expect(kept?.query('select 1')).rejects.toThrow(/after its operation ended/);
});

test('the installation is made once', async () => {
  const first = await store.call('loadInstallation', {});
  expect(await store.call('loadInstallation', {})).toEqual(first);
});

test('the same folder is the same workspace and keeps its mode; the same target is the same host', async () => {
  const ownerId = asId<OwnerId>(randomUUID());
  const local = { ownerId, directory: '/home/me/app', name: 'app', mode: 'ask' as const };
  const id = await store.call('upsertLocalWorkspace', local);
  expect(await store.call('setWorkspaceMode', { workspaceId: id, mode: 'auto' })).toBe(true);
  expect(await store.call('upsertLocalWorkspace', local)).toBe(id);
  const host = { ownerId, target: 'me@box', hostname: 'box', port: 22, username: 'me', identityFile: null };
  const hostId = await store.call('upsertHost', host);
  expect(await store.call('upsertHost', { ...host, port: 2222 })).toBe(hostId);
  const remote = await store.call('upsertSshWorkspace', { ...local, hostId });
  expect(remote).not.toBe(id);
  const all = await store.call('loadWorkspaces', { ownerId });
  expect(all.map((row) => [row.id, row.kind, row.mode])).toEqual([
    [remote, 'ssh', 'ask'],
    [id, 'local', 'auto'],
  ]);
  expect(await store.call('loadHosts', { ownerId })).toMatchObject([
    { id: hostId, port: 2222, forward_agent: false },
  ]);
});

test('a host may use the ssh-agent when the person says so, also after it was opened again', async () => {
  const ownerId = asId<OwnerId>(randomUUID());
  const host = { ownerId, target: 'me@far', hostname: 'far', port: 22, username: 'me', identityFile: null };
  const hostId = await store.call('upsertHost', host);
  expect(await store.call('setForwardAgent', { hostId, forwardAgent: true })).toBe(true);
  await store.call('upsertHost', { ...host, identityFile: '~/.ssh/key' });
  expect(await store.call('loadHosts', { ownerId })).toMatchObject([
    { forward_agent: true, identity_file: '~/.ssh/key' },
  ]);
  const gone = asId<HostId>(randomUUID());
  expect(await store.call('setForwardAgent', { hostId: gone, forwardAgent: true })).toBe(false);
});
