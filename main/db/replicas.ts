import type { WorkerId } from '@shared/model/ids.ts';
import { operation, type Tx } from './store.ts';

/** A process that shares the database, and where it answers for its message parts. Its id is its worker's. */
export interface Replica {
  readonly id: WorkerId;
  readonly url: string;
  /** Asked for by the replica itself; changes with every start. */
  readonly token: string;
}

/** First and every time again. Those that were not heard of for the lease go. */
const beatReplica = operation(
  'lazy',
  async (tx: Tx, { id, url, token, leaseMs }: Replica & { leaseMs: number }): Promise<null> => {
    await tx.query(
      `insert into replicas (id, url, token) values ($1, $2, $3)
       on conflict (id) do update set url = excluded.url, token = excluded.token, heartbeat_at = now()`,
      [id, url, token],
    );
    await tx.query(
      `delete from replicas where id in (select id from replicas
         where heartbeat_at < now() - $1 * interval '1 millisecond' for update skip locked)`,
      [leaseMs],
    );
    return null;
  },
);

/** Null: it is not there, or was not heard of for the lease. */
const loadReplica = operation(
  'read',
  async (tx: Tx, { id, leaseMs }: { id: WorkerId; leaseMs: number }): Promise<Replica | null> => {
    const { rows } = await tx.query<Replica>(
      `select id, url, token from replicas
       where id = $1 and heartbeat_at > now() - $2 * interval '1 millisecond'`,
      [id, leaseMs],
    );
    return rows[0] ?? null;
  },
);

const removeReplica = operation('lazy', async (tx: Tx, { id }: { id: WorkerId }): Promise<null> => {
  await tx.query('delete from replicas where id = $1', [id]);
  return null;
});

/** The owner's: the daemon's role knows nothing of tokens. */
export const replicaOperations = { beatReplica, loadReplica, removeReplica };
export type ReplicaOperations = typeof replicaOperations;
