import { randomUUID } from 'node:crypto';
import { asId, type ModelConfigId, type OwnerId, type WorkerId } from '@shared/model/ids.ts';
import pg from 'pg';
import { systemClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { systemRandom } from '../../base/random.ts';
import { DatabaseFault } from '../../db/fault.ts';
import { type ReplicaOperations, replicaOperations } from '../../db/replicas.ts';
import { settingOperations } from '../../db/settings.ts';
import type { Store } from '../../db/store.ts';
import { openSharedStore } from '../../db/test-shared.ts';
import { chatOperations } from '../machine/operations.ts';
import type { ChatOperationMap } from '../machine/store.ts';
import { PartBuffer } from '../stream/part-buffer.ts';
import { chatdOn, insertModel, type TestChatd } from '../test-chatd.ts';
import { joinReplicas } from './replica.ts';
import { startProxy } from './test-proxy.ts';

type Ops = ChatOperationMap & ReplicaOperations;
type Proxy = Awaited<ReturnType<typeof startProxy>>;

/** A chat daemon on a shared database, and what a test may do to it. */
export interface TestReplica extends Omit<TestChatd, 'db'> {
  readonly workerId: WorkerId;
  readonly store: Store<Ops>;
  /** Stands before the server from which others get its parts. */
  readonly proxy: Proxy;
  /** Connections for parts of others. */
  relays(): number;
  /** As its process would: nothing of it reaches the database any more, and nobody reaches it. */
  die(): Promise<void>;
}

export interface TestReplicas {
  open(options?: {
    leaseMs?: number;
    machineId?: string;
    tools?: Parameters<typeof chatdOn>[1];
  }): Promise<TestReplica>;
  query<T>(sql: string, params?: unknown[]): Promise<readonly T[]>;
  close(): Promise<void>;
}

/** Any number of replicas on one database. They answer for their parts; workers are started by the test. */
export async function openTestReplicas(url: string): Promise<TestReplicas> {
  const sets = [
    { role: 'daemon' as const, operations: chatOperations },
    { role: 'owner' as const, operations: replicaOperations },
    { role: 'owner' as const, operations: settingOperations },
  ];
  const first = await openSharedStore(url, sets);
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  pool.on('error', () => undefined);
  const query = async <T>(sql: string, params?: unknown[]) => (await pool.query(sql, params)).rows as T[];
  const ownerId = asId<OwnerId>(randomUUID());
  const modelConfigId: ModelConfigId = await insertModel({
    query: async (sql, params) => ({ rows: await query(sql, params) }),
  });
  const replicas: TestReplica[] = [];
  return {
    query,
    async open({ leaseMs = 60_000, machineId, tools } = {}) {
      const shared = await openSharedStore<Ops>(url, sets);
      const { store, kill } = mortal(shared);
      const workerId = asId<WorkerId>(randomUUID());
      const buffer = new PartBuffer(silentLog);
      let port = 0;
      const proxy = await startProxy(() => port);
      const joined = await joinReplicas({
        store,
        workerId,
        buffer,
        clock: systemClock,
        random: systemRandom,
        log: silentLog,
        leaseMs,
        heartbeatMs: leaseMs / 10,
        url: proxy.url,
      });
      port = joined.port;
      const chatd = chatdOn(
        {
          store: store as unknown as TestChatd['store'],
          ownerId,
          modelConfigId,
          buffer,
          parts: joined.parts,
          replica: {
            workerId,
            acquirePollMs: 50,
            leaseMs,
            heartbeatMs: leaseMs / 10,
            ...(machineId === undefined ? {} : { machineId }),
          },
        },
        tools,
      );
      let isDead = false;
      const leave = async () => {
        if (isDead) return;
        isDead = true;
        await chatd.close();
        await joined.close();
        await proxy.close();
        await shared.close();
      };
      const replica: TestReplica = {
        ...chatd,
        store,
        workerId,
        proxy,
        relays: () => joined.parts.open,
        async die() {
          kill();
          await proxy.close();
          await leave();
        },
        close: leave,
      };
      replicas.push(replica);
      return replica;
    },
    async close() {
      await Promise.all(replicas.map((replica) => replica.close()));
      await pool.end();
      await first.close();
    },
  };
}

/** A way to the database that ends at once, as that of a killed process does. */
function mortal(store: Store<Ops>): { readonly store: Store<Ops>; kill(): void } {
  let isDead = false;
  return {
    store: {
      ...store,
      async call(name, args) {
        if (isDead) throw new DatabaseFault('closed', 'This process is dead.');
        return store.call(name, args);
      },
    },
    kill() {
      isDead = true;
    },
  };
}
