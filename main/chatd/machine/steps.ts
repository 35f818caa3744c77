import type { ChatFault, RetryInfo } from '@shared/model/fault.ts';
import type { MessageId, ToolKey } from '@shared/model/ids.ts';
import { asId } from '@shared/model/ids.ts';
import { failpoint } from '../../base/failpoints.ts';
import { toJson } from '../../db/json.ts';
import { operation, type Tx } from '../../db/store.ts';
import { hold, releaseHold, settleHold, tokensOf } from './budget.ts';
import { refuse } from './exec-state.ts';
import { insertMessage } from './messages.ts';
import { type Mutation, mutate, mutateFenced, type Scope } from './protocol.ts';
import { promoteHeadOrFail } from './queue.ts';
import { resolveOutstanding } from './results.ts';
import type { Fence, Hold, NewMessage, NewToolCall } from './types.ts';

export const recordAttempt = operation('lazy', (tx: Tx, args: Fence & { hold?: Hold }) =>
  mutateFenced(tx, args, 'recordAttempt', async ({ chat, set }) => {
    const generationAttempt = chat.generation_attempt + 1;
    await settleHold(tx, chat, null);
    if (args.hold) await hold(tx, chat, generationAttempt, args.hold);
    await set({ generation_attempt: generationAttempt });
    return { generationAttempt };
  }),
);

/** Never while the attempt is 0: only a change of the attempt makes the trigger take the banner away. */
export const recordRetry = operation('lazy', (tx: Tx, args: Fence & { retry: RetryInfo | null }) =>
  mutateFenced(tx, args, 'recordRetry', async ({ chat, set }) => {
    const { retry } = args;
    if (retry && chat.generation_attempt === 0) {
      refuse({ kind: 'invalid', message: 'A retry needs an attempt before it' });
    }
    if (retry !== null && (typeof retry !== 'object' || Number.isNaN(Date.parse(retry.retrying_at)))) {
      refuse({ kind: 'invalid', message: 'A retry names the time of the next try' });
    }
    await releaseHold(tx, chat.id);
    await set({ retry_state: retry });
    return null;
  }),
);

export const skipRetryWait = operation('durable', (tx: Tx, scope: Scope) =>
  mutate(tx, scope, 'skipRetryWait', async ({ chat, from, set }) => {
    if (!chat.retry_state) return refuse({ kind: 'not-allowed', from, transition: 'skipRetryWait' });
    const { retrying_at, delay_ms } = chat.retry_state;
    // When the try failed: past by the clock of the process that waits, which need not be ours.
    const failedAt = new Date(Date.parse(retrying_at) - delay_ms).toISOString();
    await set({ retry_state: { ...chat.retry_state, retrying_at: failedAt } });
    return null;
  }),
);

interface Step extends Fence {
  readonly installationId: string;
  readonly messages: readonly NewMessage[];
  readonly calls: readonly NewToolCall[];
  readonly consumeCompaction: boolean;
  readonly costMicros?: number | null;
}

export const commitStep = operation('durable', (tx: Tx, step: Step) =>
  mutateFenced(tx, step, 'commitStep', async (m) => {
    if (step.messages.length === 0)
      refuse({ kind: 'invalid', message: 'A step commits at least one message' });
    const messageIds: MessageId[] = [];
    let assistantId: MessageId | null = null;
    for (const message of step.messages) {
      const id = await insertMessage(tx, m.chat, message);
      messageIds.push(id);
      if (message.role === 'assistant') assistantId = id;
    }
    if (step.calls.length > 0) {
      if (assistantId === null)
        return refuse({ kind: 'invalid', message: 'Calls belong to an assistant message' });
      await insertCalls(m, assistantId, step);
    }
    await settleHold(tx, m.chat, step.costMicros ?? null, tokensOf(step.messages));
    if (step.consumeCompaction) await m.set({ compaction_requested_at: null });
    return { historyVersion: m.chat.snapshot_version, messageIds };
  }),
);

async function insertCalls({ tx, chat }: Mutation, messageId: MessageId, step: Step): Promise<void> {
  for (const call of step.calls) {
    failpoint('before-ledger-insert', call.tool);
    const result = call.result ?? null;
    const isDynamic = chat.dynamic_tools?.some((tool) => tool.name === call.tool) ?? false;
    if (call.state === 'gated' && call.approval === null && !isDynamic) {
      refuse({ kind: 'invalid', message: `${call.tool} waits for nobody: it is not the client's` });
    }
    if ((call.state === 'done') !== (result !== null)) {
      refuse({ kind: 'invalid', message: 'A call has a result when, and only when, it is done' });
    }
    await tx.query(
      `insert into chat_tool_calls (chat_id, message_id, index, key, provider_call_id, tool, args_hash, effect,
         state, approval, result, ended_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, case when $9 = 'done' then now() end)`,
      [
        chat.id,
        messageId,
        call.index,
        asId<ToolKey>(`${step.installationId}:${chat.id}:${messageId}:${call.index}`),
        call.providerCallId,
        call.tool,
        call.argsHash,
        call.effect,
        call.state,
        call.approval && toJson(call.approval),
        result && toJson(result),
      ],
    );
    failpoint('after-ledger-insert', call.tool);
  }
}

/** R0 → W; with a queue the head becomes history and the turn goes on, or ends in E1 without a model. */
export const finishTurn = operation('durable', (tx: Tx, fence: Fence) =>
  mutateFenced(tx, fence, 'finishTurn', async (m) => {
    if (m.chat.queued > 0) return { promoted: await promoteHeadOrFail(m, 'promoted') };
    await resolveOutstanding(tx, m.chat, 'turnEnded');
    await m.set({
      status: 'waiting',
      generation_attempt: 0,
      compaction_requested_at: null,
      queue_paused: false,
    });
    return { promoted: false };
  }),
);

type Failure = Fence & { readonly fault: ChatFault; readonly costMicros?: number | null };

export const finishError = operation('durable', (tx: Tx, args: Failure) =>
  mutateFenced(tx, args, 'finishError', async ({ chat, set }) => {
    await (args.costMicros === undefined
      ? releaseHold(tx, chat.id)
      : settleHold(tx, chat, args.costMicros));
    await set({
      status: 'error',
      last_error: args.fault,
      generation_attempt: 0,
      retry_state: null,
      compaction_requested_at: null,
    });
    return null;
  }),
);
