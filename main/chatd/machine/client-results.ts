import type { ChatId } from '@shared/model/ids.ts';
import { toJson } from '../../db/json.ts';
import { operation, type Tx } from '../../db/store.ts';
import { ASKS_CLIENT, goOn } from './actions.ts';
import { refuse } from './exec-state.ts';
import { type Mutation, mutate, type Scope } from './protocol.ts';
import { CANCEL_REASONS, commitLedger } from './results.ts';
import type { CallRow } from './rows.ts';
import type { ToolOutcome } from './types.ts';

interface ClientResult {
  readonly toolCallId: string;
  /** JSON. */
  readonly output: string;
  readonly isError: boolean;
}

/** A0 → R0, A1 → R1: the results become history with the others of their step. */
export const completeRequiresAction = operation(
  'durable',
  (tx: Tx, args: Scope & { readonly results: readonly ClientResult[] }) =>
    mutate(tx, args, 'completeRequiresAction', async (m) => {
      const open = await loadClientCalls(tx, m.chat.id);
      if (open.length === 0) invalid('No call waits for the client');
      const outcomes = new Map(args.results.map((result) => [result.toolCallId, toOutcome(result)]));
      if (outcomes.size !== args.results.length) invalid('A call has two results');
      const expected = new Set(open.map((call) => call.provider_call_id));
      for (const id of outcomes.keys()) if (!expected.has(id)) invalid(`Call ${id} waits for no result`);
      for (const call of open) {
        const outcome = outcomes.get(call.provider_call_id);
        if (!outcome) return invalid(`Call ${call.provider_call_id} has no result`);
        await settle(tx, call, 'done', outcome);
      }
      await leave(m);
      return null;
    }),
);

function invalid(message: string): never {
  return refuse({ kind: 'invalid', message });
}

function toOutcome({ toolCallId, output, isError }: ClientResult): ToolOutcome {
  try {
    return { result: JSON.parse(output) as unknown, isError, durationMs: null };
  } catch {
    return invalid(`The result of call ${toolCallId} is not JSON`);
  }
}

/** CancelRequiresAction of CHATD 2.4 for every chat whose client is late; the database's clock decides. */
export const cancelOverdueActions = operation(
  'durable',
  async (tx: Tx, _: Record<string, never>): Promise<readonly ChatId[]> => {
    const { rows } = await tx.query<{ id: ChatId }>(
      `select id from chats where not archived and status = 'requires_action'
         and requires_action_deadline_at <= now() order by id limit 100 for no key update skip locked`,
    );
    for (const { id } of rows) {
      await mutate(tx, { chatId: id, ownerId: null }, 'cancelRequiresAction', async (m) => {
        const outcome = { result: CANCEL_REASONS.timedOut, isError: true, durationMs: null };
        for (const call of await loadClientCalls(tx, id)) await settle(tx, call, 'cancelled', outcome);
        await leave(m);
        return null;
      });
    }
    return rows.map((row) => row.id);
  },
);

async function loadClientCalls(tx: Tx, chatId: ChatId): Promise<readonly CallRow[]> {
  const { rows } = await tx.query<CallRow>(
    `select * from chat_tool_calls t where t.chat_id = $1 and ${ASKS_CLIENT} order by t.message_id, t.index`,
    [chatId],
  );
  return rows;
}

async function settle(
  tx: Tx,
  call: CallRow,
  state: 'done' | 'cancelled',
  outcome: ToolOutcome,
): Promise<void> {
  await tx.query('update chat_tool_calls set state = $2, result = $3, ended_at = now() where key = $1', [
    call.key,
    state,
    toJson(outcome),
  ]);
}

/** Where the person is asked something, too, the chat goes on waiting, and its results with it. */
async function leave(m: Mutation): Promise<void> {
  await m.set({ requires_action_deadline_at: null });
  await commitLedger(m.tx, m.chat);
  await goOn(m);
}
