import pg from 'pg';
import { postgresMissing, startPostgres, type TestPostgres } from '../../../scripts/lib/postgres.ts';
import { clientConfig } from '../../db/shared-sessions.ts';
import { openSharedStore } from '../../db/test-shared.ts';
import { chatOperations } from './operations.ts';
import type { ChatOperationMap, ChatStore } from './store.ts';
import { type Machine, machineOn, openMachine, type TestDb } from './test-machine.ts';

export interface OpenedMachine {
  readonly m: Machine<TestDb>;
  /** Of a server that takes other connections, too; null: there is none. */
  readonly url: string | null;
  close(): Promise<unknown>;
}

async function onPglite(): Promise<OpenedMachine> {
  const m = await openMachine();
  return { m, url: null, close: () => m.store.close() };
}

async function onPostgres(): Promise<OpenedMachine> {
  const server: TestPostgres = await startPostgres();
  const url = await server.createDatabase();
  const store: ChatStore = await openSharedStore<ChatOperationMap>(url, [
    { role: 'daemon', operations: chatOperations },
  ]);
  const pool = new pg.Pool(clientConfig(url));
  pool.on('error', () => undefined);
  const db: TestDb = {
    query: async <T>(sql: string, params?: unknown[]) => ({
      rows: (await pool.query(sql, params)).rows as T[],
    }),
  };
  const m = await machineOn(db, store);
  return { m, url, close: () => Promise.all([store.close(), pool.end()]).then(() => server.stop()) };
}

const here = postgresMissing === null ? '' : ` [not here: ${postgresMissing}]`;

/** The state machine on each database that there is here. */
export const engines = [
  { name: 'PGlite', open: onPglite, skip: false },
  { name: `PostgreSQL${here}`, open: onPostgres, skip: postgresMissing !== null },
];
