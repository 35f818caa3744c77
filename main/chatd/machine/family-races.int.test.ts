import { randomUUID } from 'node:crypto';
import { asId, type ChatId, type ToolKey } from '@shared/model/ids.ts';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgresMissing, startPostgres, type TestPostgres } from '../../../scripts/lib/postgres.ts';
import { clientConfig } from '../../db/shared-sessions.ts';
import { openSharedStore } from '../../db/test-shared.ts';
import { chatOperations } from './operations.ts';
import type { ChatOperationMap, ChatStore } from './store.ts';
import {
  type Arranged,
  addCall,
  arrange,
  brokenInvariants,
  loadState,
  type Machine,
  machineOn,
  type TestDb,
} from './test-machine.ts';

const here = postgresMissing === null ? '' : ` [not here: ${postgresMissing}]`;
const ROUNDS = 12;
const SPAWNS = 3;

describe.skipIf(postgresMissing !== null)(`a family on a server with many sessions${here}`, () => {
  let server: TestPostgres;
  let pool: InstanceType<typeof pg.Pool>;
  let url: string;
  let store: ChatStore;
  let m: Machine<TestDb>;
  beforeAll(async () => {
    server = await startPostgres();
    url = await server.createDatabase();
    store = await openSharedStore<ChatOperationMap>(url, [{ role: 'daemon', operations: chatOperations }]);
    pool = new pg.Pool(clientConfig(url));
    // The server may be gone before the last of them has said goodbye.
    pool.on('error', () => undefined);
    const db: TestDb = {
      query: async <T>(sql: string, params?: unknown[]) => ({
        rows: (await pool.query(sql, params)).rows as T[],
      }),
    };
    m = await machineOn(db, store);
  });
  let disconnected: Promise<unknown> | null = null;
  const disconnect = () => (disconnected ??= Promise.all([store.close(), pool.end()]));
  afterAll(async () => {
    await disconnect();
    await server.stop();
  });

  /** A running root with open calls, and two children: one at rest, one that runs. */
  async function family() {
    const root = await arrange(m, 'R0', { call: 'dispatched' });
    const keys = [root.key];
    for (let index = 1; index <= SPAWNS; index++) {
      const key = `${root.key}:${index}`;
      await addCall(m, root.chatId, root.assistantId, { key, state: 'dispatched', index });
      keys.push(key);
    }
    const children: Arranged[] = [];
    for (const state of ['W', 'R0'] as const) {
      const child = await arrange(m, state);
      await m.db.query(
        'update chats set parent_chat_id = $2, root_chat_id = $2, owner_id = $3 where id = $1',
        [child.chatId, root.chatId, root.ownerId],
      );
      children.push(child);
    }
    return { root, children, keys: keys.map((key) => asId<ToolKey>(key)) };
  }

  type Family = Awaited<ReturnType<typeof family>>;

  const spawnAll = ({ root, keys }: Family) =>
    keys.slice(1).map((key) =>
      store.call('spawnAgent', {
        parentId: root.chatId,
        runnerId: root.runnerId,
        key,
        childId: asId<ChatId>(randomUUID()),
        title: 'Child',
        titleSource: 'model',
        modelConfigId: null,
        effort: null,
        messages: [{ role: 'user', content: [{ type: 'text', text: 'work' }] }],
      }),
    );

  const messageTo = ({ root, keys }: Family, child: Arranged | undefined) =>
    store.call('messageAgent', {
      callerId: root.chatId,
      runnerId: root.runnerId,
      key: keys[0] ?? asId<ToolKey>(''),
      chatId: child?.chatId ?? root.chatId,
      message: 'more',
      interrupt: false,
    });

  async function statesBelow({ root }: Family): Promise<readonly string[]> {
    const { rows } = await m.db.query<{ id: ChatId }>('select id from chats where parent_chat_id = $1', [
      root.chatId,
    ]);
    for (const { id } of rows) expect(await brokenInvariants(m, id)).toEqual([]);
    return Promise.all(rows.map(({ id }) => loadState(m, id)));
  }

  it('no child runs on below a chat that was stopped while it started and woke children', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const one = await family();
      const { chatId, ownerId } = one.root;
      const stop = () => store.call('interruptTree', { chatId, ownerId });
      // The stop comes first, in the middle or last, as the sessions have it.
      const [stopped, ...others] =
        round % 2 === 0
          ? await Promise.all([stop(), ...spawnAll(one), messageTo(one, one.children[0])])
          : (await Promise.all([...spawnAll(one), messageTo(one, one.children[0]), stop()])).toReversed();
      expect(stopped).toMatchObject({ ok: true });
      for (const other of others) {
        expect(other).toMatchObject(other.ok ? { ok: true } : { error: { kind: 'fence-lost' } });
      }
      expect(await loadState(m, chatId)).toBe('I0');
      const states = await statesBelow(one);
      for (const state of states) expect(['I0', 'I1', 'W', 'E1']).toContain(state);
      const spawned = others.filter((other) => other.ok && !('interrupted' in other.value));
      expect(states).toHaveLength(one.children.length + spawned.length);
    }
  });

  it('the same call twice at once makes one child', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const one = await family();
      const twice = { ...one, keys: [one.keys[0], one.keys[1], one.keys[1]] as Family['keys'] };
      const spawned = await Promise.all(spawnAll(twice));
      const ids = spawned.map((answer) => (answer.ok ? answer.value.chatId : answer.error.kind));
      expect(new Set(ids).size).toBe(1);
      expect(await statesBelow(one)).toHaveLength(3);
    }
  });

  it('a family that is stopped, closed, spoken to and looked after at once ends in order', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const one = await family();
      const { chatId, ownerId } = one.root;
      const running = one.children[1];
      if (!running) throw new Error('no child');
      const target = { callerId: chatId, chatId: running.chatId };
      await Promise.all([
        ...spawnAll(one),
        messageTo(one, running),
        store.call('closeAgent', target),
        store.call('closeAgent', target),
        store.call('interruptTree', { chatId, ownerId }),
        store.call('setArchived', { chatId, ownerId, archived: true }),
        store.call('interrupt', { chatId: running.chatId, ownerId }),
      ]);
      for (const state of await statesBelow(one)) expect(['I0', 'I1', 'W', 'E1']).toContain(state);
    }
  });

  /** A deadlock is found after a second and repeated: it would not show otherwise. */
  it('nobody waited in a circle for all of that', async () => {
    // A session adds what it counted when it ends.
    await disconnect();
    const others = `select 1 from pg_stat_activity where application_name = 'gaffer'
      and datname = current_database() limit 1`;
    while ((await server.query(others, url)).length > 0) continue;
    const deadlocks = 'select deadlocks::int from pg_stat_database where datname = current_database()';
    expect(await server.query(deadlocks, url)).toEqual([{ deadlocks: 0 }]);
  });
});
