import type { ChatFault } from '@shared/model/fault.ts';
import type { MessageId } from '@shared/model/ids.ts';
import { type LedgerRow, LOOP_TIMES, type RecentCall, type StepView } from '../machine/types.ts';
import { isCompactable } from './context-use.ts';

export const MAX_STEPS = 1200;
/** How long the client may take to run its own tools. */
export const DYNAMIC_DEADLINE_MS = 5 * 60_000;

/** What decide must know besides the rows. */
export interface Rules {
  readonly maxSteps: number;
  /** Asking again is the tool's use. */
  polls(tool: string): boolean;
  /** It waits for another chat. */
  waits(tool: string): boolean;
  /** Its result ends the turn: the person is to look at it. */
  endsTurn(tool: string): boolean;
}

/** What the committed history asks for next (CHATD 5.3, decision 9). */
export type Decision =
  /** These calls may run now: cleared or dispatched, and no effect overtakes an earlier gated call. */
  | { readonly kind: 'run-tools'; readonly calls: readonly LedgerRow[] }
  /** Every call has its result: they become rows. */
  | { readonly kind: 'commit-results' }
  /** Only somebody else can say how it goes on: the person, or with a deadline the client. */
  | { readonly kind: 'ask'; readonly deadlineMs: number | null }
  /** The person asked for a summary. */
  | { readonly kind: 'compact' }
  /** The same call gave the same result again and again. */
  | {
      readonly kind: 'loop';
      readonly tool: string;
      readonly messageId: MessageId;
    }
  | { readonly kind: 'finish' }
  | { readonly kind: 'fail'; readonly fault: ChatFault }
  /** A model call, once there is room for it (`roomLeft`). */
  | { readonly kind: 'generate' };

export type DecideView = Pick<
  StepView,
  'tail' | 'calls' | 'stepsInTurn' | 'boundary' | 'recentCalls' | 'actions'
> & { readonly chat: Pick<StepView['chat'], 'compactionRequested'> };

const SETTLED: ReadonlySet<LedgerRow['state']> = new Set(['done', 'denied', 'cancelled', 'unknown']);

/** The ledger has its result. */
export function isSettled(call: Pick<LedgerRow, 'state'>): boolean {
  return SETTLED.has(call.state);
}

/** Pure: the same rows give the same answer on every replica and after every crash. First match wins. */
export function decide(view: DecideView, rules: Rules): Decision {
  if (rules.maxSteps < 1) return { kind: 'fail', fault: NO_STEPS };
  if (view.actions.length > 0) return { kind: 'ask', deadlineMs: null };
  // What a compaction wrote and what it replayed for the model is no part of the conversation.
  const last = view.tail.findLast((m) => m.role !== 'system' && !m.compressed && m.visibility !== 'model');
  const isOpen = last?.role === 'assistant' && view.calls.length > 0;
  if (isOpen) return decideCalls(view, rules);
  if (view.chat.compactionRequested && isCompactable(view)) return { kind: 'compact' };
  const endsTurn = last?.role === 'tool' && view.calls.some((c) => succeeded(c) && rules.endsTurn(c.tool));
  if (endsTurn || last?.role === 'assistant') return { kind: 'finish' };
  if (view.stepsInTurn >= rules.maxSteps) return { kind: 'finish' };
  const looping = findLoop(view.recentCalls, rules);
  if (looping) return { kind: 'loop', tool: looping.tool, messageId: looping.messageId };
  return { kind: 'generate' };
}

function decideCalls(view: DecideView, rules: Rules): Decision {
  const runnable = runnableCalls(view.calls, rules);
  if (runnable.length > 0) return { kind: 'run-tools', calls: runnable };
  const open = view.calls.filter((call) => !isSettled(call));
  if (open.length === 0) return { kind: 'commit-results' };
  return { kind: 'ask', deadlineMs: open.some(asksClient) ? DYNAMIC_DEADLINE_MS : null };
}

/** The person is asked before a wait begins: it may be long, and the step cannot end without the answer. */
function runnableCalls(calls: readonly LedgerRow[], rules: Rules): LedgerRow[] {
  const firstGated = calls.findIndex((c) => c.state === 'gated' && !asksClient(c));
  return calls.filter((call, i) => {
    if (call.state !== 'cleared' && call.state !== 'dispatched') return false;
    if (firstGated >= 0 && rules.waits(call.tool)) return false;
    return call.effect === 'read' || call.state === 'dispatched' || firstGated < 0 || i < firstGated;
  });
}

/** A call of a dynamic tool: there is nothing to approve, and nothing of ours waits for it. */
function asksClient(call: LedgerRow): boolean {
  return call.state === 'gated' && call.approval === null;
}

function succeeded(call: LedgerRow): boolean {
  return call.state === 'done' && call.result?.isError === false;
}

/** LOOP_TIMES in a row, over more than one answer: side by side in one answer is no loop. */
function findLoop(recent: readonly RecentCall[], rules: Rules): RecentCall | null {
  const first = recent[0];
  if (!first || recent.length < LOOP_TIMES || rules.polls(first.tool)) return null;
  const isSame = (call: RecentCall) =>
    call.tool === first.tool && call.argsHash === first.argsHash && call.resultHash === first.resultHash;
  if (!recent.slice(0, LOOP_TIMES).every(isSame)) return null;
  return recent.some((call) => call.messageId !== first.messageId) ? first : null;
}

const NO_STEPS: ChatFault = {
  message: 'The limit of steps in a turn is below 1, so nothing can be done.',
  kind: 'config',
  retryable: false,
};
