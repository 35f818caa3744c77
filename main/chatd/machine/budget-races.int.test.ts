import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgresMissing, startPostgres, type TestPostgres } from '../../../scripts/lib/postgres.ts';
import { clientConfig } from '../../db/shared-sessions.ts';
import { openSharedStore } from '../../db/test-shared.ts';
import { chatOperations } from './operations.ts';
import type { ChatOperationMap, ChatStore } from './store.ts';
import { arrange, type Machine, machineOn, type TestDb } from './test-machine.ts';

const here = postgresMissing === null ? '' : ` [not here: ${postgresMissing}]`;

describe.skipIf(postgresMissing !== null)(`a cap on a server with many sessions${here}`, () => {
  let server: TestPostgres;
  let pool: InstanceType<typeof pg.Pool>;
  let store: ChatStore;
  let m: Machine<TestDb>;
  beforeAll(async () => {
    server = await startPostgres();
    const url = await server.createDatabase();
    store = await openSharedStore<ChatOperationMap>(url, [{ role: 'daemon', operations: chatOperations }]);
    pool = new pg.Pool(clientConfig(url));
    // The server may be gone before the last of them has said goodbye.
    pool.on('error', () => undefined);
    m = await machineOn(
      {
        query: async <T>(sql: string, params?: unknown[]) => ({
          rows: (await pool.query(sql, params)).rows as T[],
        }),
      },
      store,
    );
  });
  afterAll(async () => {
    await store.close();
    await pool.end();
    await server.stop();
  });

  it('holds when many chats ask for the last of it at once', async () => {
    await m.db.query(`insert into settings (key, value) values ('budget', $1)`, [
      JSON.stringify({ cap_micros: 100, period: 'month', allow_unpriced: false }),
    ]);
    const chats = await Promise.all(Array.from({ length: 8 }, () => arrange(m, 'R0')));
    const hold = { modelConfigId: m.modelId, estimateMicros: 40 };
    const answers = await Promise.all(
      chats.map(({ fence }) => store.call('recordAttempt', { ...fence, hold })),
    );
    expect(answers.filter((answer) => answer.ok)).toHaveLength(2);
    const refused = answers.flatMap((answer) => (answer.ok ? [] : [answer.error]));
    expect(new Set(refused.map((error) => error.kind))).toEqual(new Set(['over-budget']));
    expect(refused[0]).toMatchObject({ capMicros: 100, spentMicros: 80, estimateMicros: 40 });
  });
});
