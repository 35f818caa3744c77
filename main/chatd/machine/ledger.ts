import type { ChatId, RunnerId, ToolKey } from '@shared/model/ids.ts';
import { toJson, toText } from '../../db/json.ts';
import { operation, type Tx } from '../../db/store.ts';
import { goOn } from './actions.ts';
import { refuse } from './exec-state.ts';
import { mutate, mutateFenced, type Scope } from './protocol.ts';
import { commitLedger } from './results.ts';
import type { CallRow } from './rows.ts';
import type { Fence, ToolOutcome } from './types.ts';

/*
 * A row of chat_tool_calls:
 *
 *   gated ──allow──→ cleared ──dispatch──→ dispatched ──→ done | unknown | cancelled (stopped before it left)
 *     └──deny──→ denied        (any open one) ──interrupt, edit, new message──→ cancelled | unknown
 */

async function loadCall(tx: Tx, chatId: ChatId, key: ToolKey): Promise<CallRow | null> {
  const { rows } = await tx.query<CallRow>(
    'select * from chat_tool_calls where key = $1 and chat_id = $2',
    [key, chatId],
  );
  return rows[0] ?? null;
}

type Answer = Scope & {
  readonly key: ToolKey;
  readonly hash: string;
  readonly decision: 'allow' | 'deny';
  readonly note: string | null;
};

export const answerCall = operation('durable', (tx: Tx, args: Answer) =>
  mutate(tx, args, null, async (m) => {
    const call = await loadCall(tx, args.chatId, args.key);
    if (!call) return refuse({ kind: 'not-found' });
    if (call.state !== 'gated') return refuse({ kind: 'already-answered' });
    const { status, archived } = m.chat;
    if (archived || (status !== 'running' && status !== 'requires_action')) {
      return refuse({ kind: 'not-allowed', from: m.from, transition: 'answerCall' });
    }
    if (call.approval?.hash !== args.hash) return refuse({ kind: 'changed' });
    await (args.decision === 'allow' ? allow(tx, call) : deny(tx, call, args.note));
    if (status === 'requires_action') await goOn(m);
    return null;
  }),
);

async function allow(tx: Tx, call: CallRow): Promise<void> {
  await tx.query(`update chat_tool_calls set state = 'cleared' where key = $1`, [call.key]);
}

async function deny(tx: Tx, call: CallRow, note: string | null): Promise<void> {
  const words = note?.trim() ? toText(note.trim()) : null;
  const outcome: ToolOutcome = {
    result: {
      denied: true,
      error: words ? `The person denied this call: ${words}` : 'The person denied this call.',
    },
    isError: true,
    durationMs: null,
  };
  await tx.query(
    `update chat_tool_calls set state = 'denied', note = $2, result = $3, ended_at = now() where key = $1`,
    [call.key, words, toJson(outcome)],
  );
}

type Dispatch = Fence & { readonly keys: readonly ToolKey[]; readonly attempt?: boolean };

export const dispatchCalls = operation('durable', (tx: Tx, args: Dispatch) =>
  mutateFenced(tx, args, 'dispatchCalls', async ({ chat, set }) => {
    const { rowCount } = await tx.query(
      `update chat_tool_calls set state = 'dispatched', started_at = coalesce(started_at, now())
       where chat_id = $1 and key = any($2::text[]) and state in ('cleared', 'dispatched')`,
      [chat.id, [...args.keys]],
    );
    if (rowCount !== args.keys.length || args.keys.length === 0) {
      refuse({ kind: 'invalid', message: 'Only a cleared call can be dispatched' });
    }
    const generationAttempt = chat.generation_attempt + (args.attempt ? 1 : 0);
    if (args.attempt) await set({ generation_attempt: generationAttempt });
    return { generationAttempt };
  }),
);

export const setCallProcess = operation(
  'lazy',
  (tx: Tx, args: { chatId: ChatId; key: ToolKey; processId: string }) =>
    mutate(tx, { chatId: args.chatId, ownerId: null }, null, async () => {
      const { rowCount } = await tx.query(
        'update chat_tool_calls set process_id = $3 where key = $1 and chat_id = $2',
        [args.key, args.chatId, args.processId],
      );
      if (rowCount === 0) refuse({ kind: 'not-found' });
      return null;
    }),
);

interface Settlement {
  readonly chatId: ChatId;
  readonly runnerId: RunnerId;
  readonly key: ToolKey;
  readonly state: 'done' | 'unknown' | 'cancelled';
  readonly outcome: ToolOutcome;
}

/** A read may be settled without having been dispatched: it left nothing to be unsure about. */
export const settleCall = operation('durable', (tx: Tx, args: Settlement) =>
  mutate(tx, { chatId: args.chatId, ownerId: null }, null, async (m) => {
    if (m.chat.runner_id !== args.runnerId) return refuse({ kind: 'fence-lost' });
    const { rowCount } = await tx.query(
      `update chat_tool_calls set state = $3, result = $4, ended_at = now(), started_at = coalesce(started_at, now())
       where key = $1 and chat_id = $2 and (state = 'dispatched' or (state = 'cleared' and effect = 'read'))`,
      [args.key, args.chatId, args.state, toJson(args.outcome)],
    );
    if (rowCount === 0) {
      const isThere = (await loadCall(tx, args.chatId, args.key)) !== null;
      refuse({ kind: isThere ? 'already-answered' : 'not-found' });
    }
    return null;
  }),
);

/** Inserts the tool rows of the last assistant message, in call order, when every call has its result. */
export const commitResults = operation('durable', (tx: Tx, fence: Fence) =>
  mutateFenced(tx, fence, 'commitResults', async ({ chat }) => {
    if (!(await commitLedger(tx, chat)))
      refuse({ kind: 'invalid', message: 'Not every call has its result' });
    return { historyVersion: chat.snapshot_version };
  }),
);
