import type { ChatId, ModelConfigId, RunnerId, WorkerId } from '@shared/model/ids.ts';
import { operation, type Tx } from '../../db/store.ts';
import { refuse } from './exec-state.ts';
import { mutate, UNOWNED } from './protocol.ts';
import { CHAT_COLUMNS, type ChatRow, toFacts } from './rows.ts';
import type { ChatFacts } from './types.ts';

interface Lease {
  readonly workerId: WorkerId;
  readonly leaseMs: number;
  /** Nobody else can be alive on this database: any other worker is dead. */
  readonly exclusive: boolean;
  /** Where this worker runs; null: folders are not asked whose they are. */
  readonly machineId?: string | null;
  /** What this worker cannot ask, and another one perhaps can. */
  readonly lacking?: readonly ModelConfigId[];
}

/** What a chat waits for a worker that can ask its model, before one that cannot takes it and says so. */
const OTHERS_FIRST_MS = 5_000;

/**
 * Nobody (alive) runs the chat `c`: $1 worker, $2 lease in ms, $3 exclusive. The lease counts for this worker's own
 * chats, too: an answer that was lost on the way can leave one that no runner knows of.
 */
const FREE = `(c.worker_id is null or ($3 and c.worker_id <> $1) or not exists (
  select 1 from chat_heartbeats h where h.chat_id = c.id and h.runner_id = c.runner_id
    and h.heartbeat_at > now() - $2 * interval '1 millisecond'))`;

/** The folder of the chat `c`, if it works in one, can be reached from the machine that the parameter names. */
const within = (machine: string) => `(${machine}::text is null or not exists (
  select 1 from workspaces w where w.id = c.workspace_id and w.host_id is null and w.machine_id <> ${machine}))`;

/**
 * The model of the chat `c` is not among those that `lacking` names, or nobody else came for it: neither since it
 * was last changed, nor since its owner was given up ($2 lease in ms). An interrupt needs no model.
 */
const served = (lacking: string, restingSince: string) => `(c.status = 'interrupting'
  or c.last_model_config_id <> all(${lacking}::uuid[])
  or (${restingSince} < now() - ${OTHERS_FIRST_MS} * interval '1 millisecond' and not exists (
    select 1 from chat_heartbeats h where h.chat_id = c.id and h.runner_id = c.runner_id
      and h.heartbeat_at > now() - ($2 + ${OTHERS_FIRST_MS}) * interval '1 millisecond')))`;

export const listCandidates = operation(
  'read',
  async (tx: Tx, args: Lease & { limit: number }): Promise<readonly ChatId[]> => {
    const { rows } = await tx.query<{ id: ChatId }>(
      `select c.id from chats c
       where not c.archived and c.status in ('running', 'interrupting') and ${FREE} and ${within('$5')}
         and ${served('$6', 'c.updated_at')}
       order by c.updated_at, c.id limit $4`,
      [args.workerId, args.leaseMs, args.exclusive, args.limit, args.machineId ?? null, args.lacking ?? []],
    );
    return rows.map((row) => row.id);
  },
);

export const acquire = operation('lazy', (tx: Tx, args: Lease & { chatId: ChatId; runnerId: RunnerId }) =>
  // All replicas hear of a chat at once: who comes second does not stand in line for it.
  mutate(
    tx,
    { chatId: args.chatId, ownerId: null, unlessHeld: true },
    'acquire',
    async (m): Promise<ChatFacts> => {
      const { rowCount } = await tx.query(
        `update chats c set worker_id = $1, runner_id = $4, started_at = now()
       where c.id = $5 and ${FREE} and ${within('$6')} and ${served('$7', '$8::timestamptz')}`,
        [
          args.workerId,
          args.leaseMs,
          args.exclusive,
          args.runnerId,
          args.chatId,
          args.machineId ?? null,
          args.lacking ?? [],
          m.restingSince,
        ],
      );
      if (rowCount === 0) refuse({ kind: 'not-allowed', from: m.from, transition: 'acquire' });
      await tx.query('delete from chat_heartbeats where chat_id = $1', [args.chatId]);
      await tx.query('insert into chat_heartbeats (chat_id, runner_id) values ($1, $2)', [
        args.chatId,
        args.runnerId,
      ]);
      return { ...toFacts(m.chat), workerId: args.workerId, runnerId: args.runnerId };
    },
  ),
);

export const abandon = operation('lazy', (tx: Tx, args: { chatId: ChatId; runnerId: RunnerId }) =>
  mutate(tx, { chatId: args.chatId, ownerId: null }, null, async (m) => {
    if (m.chat.runner_id === null) refuse({ kind: 'not-allowed', from: m.from, transition: 'abandon' });
    if (m.chat.runner_id !== args.runnerId) refuse({ kind: 'fence-lost' });
    await m.set(UNOWNED);
    await tx.query('delete from chat_heartbeats where chat_id = $1', [args.chatId]);
    return null;
  }),
);

interface Heartbeat {
  readonly runners: readonly { readonly chatId: ChatId; readonly runnerId: RunnerId }[];
  readonly leaseMs: number;
}

/** One statement for all. What nobody asks for any more is swept on the way. */
export const heartbeat = operation(
  'lazy',
  async (tx: Tx, args: Heartbeat): Promise<readonly RunnerId[]> => {
    const { rows } = await tx.query<{ runner_id: RunnerId }>(
      `with mine as (select * from unnest($1::uuid[], $2::uuid[]) as m(chat_id, runner_id)),
     held as (select m.* from mine m join chats c on c.id = m.chat_id and c.runner_id = m.runner_id),
     beat as (insert into chat_heartbeats (chat_id, runner_id) select chat_id, runner_id from held
       on conflict (chat_id, runner_id) do update set heartbeat_at = now()),
     swept as (delete from chat_heartbeats h
       where h.heartbeat_at < now() - ($3::float8 + ${OTHERS_FIRST_MS}) * interval '1 millisecond'
       and not exists (select 1 from held where held.runner_id = h.runner_id))
     select runner_id from mine where runner_id not in (select runner_id from held)`,
      [args.runners.map((r) => r.chatId), args.runners.map((r) => r.runnerId), args.leaseMs],
    );
    return rows.map((row) => row.runner_id);
  },
);

export const loadFacts = operation(
  'read',
  async (tx: Tx, { chatId }: { chatId: ChatId }): Promise<ChatFacts | null> => {
    const { rows } = await tx.query<ChatRow>(`select ${CHAT_COLUMNS} from chats c where id = $1`, [chatId]);
    return rows[0] ? toFacts(rows[0]) : null;
  },
);
