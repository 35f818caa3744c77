import type { ToolKey } from '@shared/model/ids.ts';
import type { ToolCallPart } from '@shared/model/part.ts';
import { invariant } from '@shared/util/invariant.ts';
import { failpoint } from '../../base/failpoints.ts';
import { ModelError } from '../../models/port.ts';
import { Interrupted } from '../../tools/interrupted.ts';
import { orderCalls } from '../../tools/order-calls.ts';
import type { Fence, LedgerRow, StepView } from '../machine/types.ts';
import type { EpisodeWriter } from '../stream/part-buffer.ts';
import { isSettled } from './decide.ts';
import { held } from './held.ts';
import { type GenerationDeps, type Ran, treeOf } from './ports.ts';

/** Tools of one step that run side by side, besides those that only wait; the app's own limit is `toolSlots`. */
const PER_STEP = 8;

/**
 * Runs the calls that may run now (CHATD decisions 3 and 4): `dispatched` is committed before each call leaves,
 * its result is in the ledger before it is shown. Throws the signal's reason; 'lost' when the fence is, 'settled' when
 * every call of the answer has its result in the ledger now.
 */
export async function runTools(
  deps: GenerationDeps,
  step: { readonly view: StepView; readonly calls: readonly LedgerRow[]; readonly fence: Fence },
  signal: AbortSignal,
): Promise<'settled' | 'ran' | 'lost'> {
  const { view, calls, fence } = step;
  const contextLimit = await knownLimit(deps, view);
  const open = new Set(view.calls.filter((row) => !isSettled(row)).map((row) => row.key));
  const dispatch = openDispatch(deps, fence);
  let lost = false;
  const runOne = async (row: LedgerRow) => {
    if (lost) return;
    const release = deps.toolbox.waits(row.tool)
      ? () => {}
      : await deps.toolSlots(treeOf(view.chat)).take(signal);
    try {
      failpoint('before-dispatch', row.tool);
      const episode = await dispatch.commit(row.key);
      failpoint('after-dispatch', row.tool);
      if (!episode) lost = true;
      else if (await runCall(deps, { view, row, fence, episode, contextLimit }, signal))
        open.delete(row.key);
    } finally {
      release();
    }
  };
  try {
    const scheduled = calls.map((row) => ({
      row,
      effect: row.effect,
      state: 'waiting' as const,
      waits: deps.toolbox.waits(row.tool),
    }));
    await orderCalls(scheduled, ({ row }) => runOne(row), { limit: PER_STEP, signal });
  } finally {
    await dispatch.close();
  }
  if (lost) return 'lost';
  return open.size === 0 ? 'settled' : 'ran';
}

interface Dispatch {
  /** Where the call's parts go; null when the fence is lost. */
  commit(key: ToolKey): Promise<EpisodeWriter | null>;
  close(): Promise<void>;
}

/** The first call's commit begins the attempt, and the others wait for it: nobody sees parts of one that is not there. */
function openDispatch(deps: GenerationDeps, fence: Fence): Dispatch {
  let opening: Promise<EpisodeWriter | null> | null = null;

  async function open(key: ToolKey): Promise<EpisodeWriter | null> {
    const first = held(await deps.store.call('dispatchCalls', { ...fence, keys: [key], attempt: true }));
    if (!first) return null;
    return deps.parts.create(fence.chatId, {
      history_version: fence.historyVersion,
      generation_attempt: first.value.generationAttempt,
    });
  }

  return {
    async commit(key) {
      if (!opening) {
        opening = open(key);
        return opening;
      }
      const episode = await opening;
      if (!episode) return null;
      return held(await deps.store.call('dispatchCalls', { ...fence, keys: [key] })) && episode;
    },
    async close() {
      const episode = await opening?.catch(() => null);
      episode?.close();
    },
  };
}

/** Answers whether its result is in the ledger: somebody else may have closed the call, or taken the chat. */
async function runCall(
  deps: GenerationDeps,
  run: {
    view: StepView;
    row: LedgerRow;
    fence: Fence;
    episode: EpisodeWriter;
    contextLimit: number | null;
  },
  signal: AbortSignal,
): Promise<boolean> {
  const { view, row, fence, episode, contextLimit } = run;
  const startedAt = deps.clock.now();
  const call = findCall(view, row);
  const part = { type: 'tool-result', tool_call_id: row.tool_call_id, tool_name: row.tool } as const;
  const ran = isForgotten(row, startedAt)
    ? FORGOTTEN
    : await untilItLeft(row, signal, (onLeave) =>
        deps.toolbox.run(view.chat, row, call.args, {
          signal,
          runnerId: fence.runnerId,
          contextLimit,
          onLeave,
          onDelta: (text) => episode.add('tool', { ...part, result_delta: text }),
          onProcess: async (processId) => {
            if (row.process_id === processId) return;
            await deps.store.call('setCallProcess', { chatId: fence.chatId, key: row.key, processId });
          },
        }),
      );
  const { state, outcome, settled: inLedger } = ran;
  const durationMs = outcome.durationMs ?? Math.round(deps.clock.now() - startedAt);
  const settled = { ...outcome, durationMs };
  const { chatId, runnerId } = fence;
  if (!inLedger) {
    const settlement = { chatId, runnerId, key: row.key, state, outcome: settled };
    failpoint('before-settle', row.tool);
    const saved = await deps.store.call('settleCall', settlement);
    failpoint('after-settle', row.tool);
    if (!saved.ok) return false;
  }
  episode.add('tool', {
    ...part,
    result: wireResult(settled.result),
    is_error: settled.isError,
    duration_ms: durationMs,
  });
  return true;
}

/**
 * A stop between the dispatch and the first request: nothing has happened, and that is known. A row that was
 * dispatched before may have left in an earlier life of the app.
 */
async function untilItLeft(
  row: LedgerRow,
  signal: AbortSignal,
  run: (onLeave: () => void) => Promise<Ran>,
): Promise<Ran> {
  let hasLeft = row.state === 'dispatched';
  try {
    return await run(() => {
      hasLeft = true;
    });
  } catch (error) {
    if (hasLeft || !(signal.reason instanceof Interrupted)) throw error;
    return NEVER_LEFT;
  }
}

const NEVER_LEFT: Ran = {
  state: 'cancelled',
  outcome: {
    result: 'The call was stopped before it began: it did nothing.',
    isError: true,
    durationMs: null,
  },
};

/** For the size of results; an account that cannot be asked at the moment is no reason not to run a tool. */
async function knownLimit(deps: GenerationDeps, view: StepView): Promise<number | null> {
  const said = view.tail.findLast((m) => m.context_limit !== null)?.context_limit ?? null;
  if (said !== null) return said;
  const ready = await deps.resolveModel(view.chat.modelConfigId).catch((error: unknown) => {
    if (error instanceof ModelError) return null;
    throw error;
  });
  return ready?.contextLimit ?? null;
}

/** A live result is a preview: over 16 KiB only that it is there; the durable row carries the rest. */
function wireResult(result: unknown): unknown {
  const text = JSON.stringify(result) ?? 'null';
  return text.length <= 16 * 1024 ? result : { output: text.slice(0, 8 * 1024), more: true };
}

/** An agent keeps what it did under a key for 7 days: after that a repeat would do it again (decision 3). */
const REPEATABLE_MS = 6 * 24 * 3_600_000;

const FORGOTTEN: Ran = {
  state: 'unknown',
  outcome: {
    result: {
      outcome: 'unknown',
      message: 'This call was started days ago and its result was lost. Check whether it took effect.',
    },
    isError: true,
    durationMs: null,
  },
};

function isForgotten(row: LedgerRow, now: number): boolean {
  if (row.state !== 'dispatched' || row.effect !== 'effect' || row.started_at === null) return false;
  return now - Date.parse(row.started_at) > REPEATABLE_MS;
}

function findCall(view: StepView, row: LedgerRow): ToolCallPart {
  const message = view.tail.find((m) => m.id === row.message_id);
  const call = message?.content.find(
    (p): p is ToolCallPart => p.type === 'tool-call' && p.tool_call_id === row.tool_call_id,
  );
  invariant(call, `ledger row ${row.key} has no call in its message`);
  return call;
}
