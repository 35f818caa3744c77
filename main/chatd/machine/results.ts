import type { MessageId, ToolKey } from '@shared/model/ids.ts';
import type { ToolCallPart } from '@shared/model/part.ts';
import { toJson } from '../../db/json.ts';
import type { Tx } from '../../db/store.ts';
import { insertMessage, loadTail, outstandingCalls } from './messages.ts';
import type { CallRow, ChatRow } from './rows.ts';
import type { ToolOutcome } from './types.ts';

/** Why results were made up by us; the text is what the model reads. */
export const CANCEL_REASONS = {
  newMessage: 'tool call was cancelled by a new user message',
  promoted: 'tool call was cancelled because a queued message was sent',
  edited: 'tool call was cancelled by an edit of an earlier message',
  interrupted: 'tool call was interrupted before it produced a result',
  turnEnded: 'tool call was cancelled because the turn ended',
  cleared: 'tool call was cancelled because the conversation was cleared',
  timedOut: 'tool execution timed out',
  forked: 'tool call had no result yet when the chat was forked',
  repaired: 'tool call was cancelled because the chat had to be repaired',
} as const;

export type CancelReason = keyof typeof CANCEL_REASONS;

/** Ledger rows of one assistant message, in call order. */
export async function loadCalls(tx: Tx, messageId: MessageId): Promise<readonly CallRow[]> {
  const { rows } = await tx.query<CallRow>(
    'select * from chat_tool_calls where message_id = $1 order by index',
    [messageId],
  );
  return rows;
}

/**
 * Gives every outstanding call of the last assistant message a tool row: the ledger's result where there is
 * one, else a made-up one. Afterwards nothing is outstanding and no ledger row of the message is open.
 */
export async function resolveOutstanding(tx: Tx, chat: ChatRow, reason: CancelReason): Promise<void> {
  const tail = await loadTail(tx, chat.id);
  const calls = outstandingCalls(tail);
  const assistant = tail[0];
  if (!assistant || calls.length === 0) return;
  const ledger = await loadCalls(tx, assistant.id);
  for (const call of calls) {
    const row = ledger.find((r) => r.provider_call_id === call.tool_call_id);
    const outcome = row?.result ?? makeUp(row, reason);
    if (row && !row.result)
      await close(tx, row.key, row.state === 'dispatched' && row.effect === 'effect', outcome);
    await insertResult(tx, chat, call, outcome);
  }
}

/** An effect that left without an answer may have happened: that is not a cancellation (decision 3). */
function makeUp(row: CallRow | undefined, reason: CancelReason): ToolOutcome {
  if (row?.state === 'dispatched' && row.effect === 'effect') {
    const result = {
      outcome: 'unknown',
      message: `${CANCEL_REASONS[reason]}; check whether it took effect`,
    };
    return { result, isError: true, durationMs: null };
  }
  return { result: CANCEL_REASONS[reason], isError: true, durationMs: null };
}

async function close(tx: Tx, key: ToolKey, isUnknown: boolean, outcome: ToolOutcome): Promise<void> {
  await tx.query('update chat_tool_calls set state = $2, result = $3, ended_at = now() where key = $1', [
    key,
    isUnknown ? 'unknown' : 'cancelled',
    toJson(outcome),
  ]);
}

/** The ledger's results of the last assistant message as tool rows, in call order: all of them, or none (false). */
export async function commitLedger(tx: Tx, chat: ChatRow): Promise<boolean> {
  const tail = await loadTail(tx, chat.id);
  const calls = outstandingCalls(tail);
  const assistant = tail[0];
  if (!assistant || calls.length === 0) return false;
  const ledger = await loadCalls(tx, assistant.id);
  const outcomes = calls.map(
    (call) => ledger.find((row) => row.provider_call_id === call.tool_call_id)?.result,
  );
  if (outcomes.some((outcome) => !outcome)) return false;
  for (const [at, call] of calls.entries()) {
    const outcome = outcomes[at];
    if (outcome) await insertResult(tx, chat, call, outcome);
  }
  return true;
}

/** One tool row with one result. */
export async function insertResult(
  tx: Tx,
  chat: ChatRow,
  call: Pick<ToolCallPart, 'tool_call_id' | 'tool_name'>,
  outcome: ToolOutcome,
): Promise<MessageId> {
  return insertMessage(tx, chat, {
    role: 'tool',
    modelConfigId: chat.last_model_config_id,
    runtimeMs: outcome.durationMs,
    content: [
      {
        type: 'tool-result',
        tool_call_id: call.tool_call_id,
        tool_name: call.tool_name,
        result: outcome.result ?? null,
        ...(outcome.isError ? { is_error: true } : {}),
        ...(outcome.durationMs === null ? {} : { duration_ms: Math.round(outcome.durationMs) }),
      },
    ],
  });
}
