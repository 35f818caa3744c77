import type { ChatStatus } from '@shared/model/chat.ts';
import { err } from '@shared/util/result.ts';
import { Rollback } from '../../db/rollback.ts';
import type { ExecState, Refusal } from './types.ts';

/** The facts of a row that make its execution state (CHATD 2.1). */
export interface ExecFacts {
  readonly status: ChatStatus;
  readonly archived: boolean;
  readonly queued: number;
}

export function execState({ status, archived, queued }: ExecFacts): ExecState {
  const q = queued > 0 ? 1 : 0;
  if (archived) {
    if (status === 'waiting') return q ? 'Invalid' : 'XW';
    return status === 'error' ? `XE${q}` : 'Invalid';
  }
  switch (status) {
    case 'waiting':
      return q ? 'Invalid' : 'W';
    case 'error':
      return `E${q}`;
    case 'running':
      return `R${q}`;
    case 'interrupting':
      return `I${q}`;
    case 'requires_action':
      return `A${q}`;
  }
}

const R = ['R0', 'R1'] as const;
const I = ['I0', 'I1'] as const;
const A = ['A0', 'A1'] as const;
const E = ['E0', 'E1'] as const;
const QUEUED = ['E1', 'R1', 'I1', 'A1'] as const;

/**
 * From which states each transition may start (CHATD 2.3 and 2.4).
 *
 *             send                    interrupt / send now
 *   N ─create→ R0 ⇄ R1 ───────────────→ I0 / I1
 *              │ ↑  │ enterRequiresAction  │ finishInterruption
 *   finishTurn │ │  └──→ A0 / A1 ──answer──┼→ R
 *              ↓ │send       │interrupt    ↓
 *              W ←───────────┴───────────── W (a queue: the head is promoted, R)
 *              │ finishError: R → E0 / E1, which send, edit and retry leave again; W, E ⇄ XW, XE by archiving
 */
export const transitions = {
  sendMessage: ['W', ...E, ...R, ...I, ...A],
  editMessage: ['W', ...E, ...R, ...I, ...A],
  deleteQueued: QUEUED,
  editQueued: QUEUED,
  moveQueued: QUEUED,
  promoteQueued: QUEUED,
  pauseQueue: [...R, ...I, ...A, 'E1'],
  interrupt: [...R, ...A],
  retryError: E,
  answerCall: [...R, ...A],
  answerAction: A,
  completeRequiresAction: A,
  cancelRequiresAction: A,
  archive: ['W', ...E],
  unarchive: ['XW', 'XE0', 'XE1'],
  acquire: [...R, ...I],
  recordAttempt: R,
  recordRetry: R,
  skipRetryWait: R,
  commitStep: R,
  dispatchCalls: R,
  commitResults: R,
  requestCompaction: ['W', ...E],
  clearContext: ['W', 'E0'],
  undoCompaction: ['W', ...E],
  reconcileInvalidState: ['Invalid'],
  enterRequiresAction: R,
  finishTurn: R,
  finishError: ['W', ...R],
  finishInterruption: I,
} as const satisfies Readonly<Record<string, readonly ExecState[]>>;

export type TransitionName = keyof typeof transitions;

export function isAllowed(transition: TransitionName, from: ExecState): boolean {
  return (transitions[transition] as readonly ExecState[]).includes(from);
}

/** Ends the operation: all that it wrote is undone and the refusal is its answer. */
export function refuse(refusal: Refusal): never {
  throw new Rollback(err(refusal));
}
