/*
 * The state machine of CHATD 2, told a second time and without a database: one object a chat, changed in place.
 * It imports nothing of the daemon, so that a misreading must be made twice to go unseen.
 */
import type { Chance } from '../random.ts';

export type Status = 'waiting' | 'running' | 'interrupting' | 'requires_action' | 'error';
export type CallState = 'gated' | 'cleared' | 'dispatched' | 'done' | 'denied' | 'cancelled' | 'unknown';

export interface Call {
  readonly id: string;
  readonly effect: 'read' | 'effect';
  /** The client runs it. */
  readonly dynamic: boolean;
  /** It has a row in the ledger; the calls of a partial answer have none. */
  readonly isInLedger: boolean;
  /** Known once the step is committed. */
  key: string;
  state: CallState;
  /** What its result will look like in history; null: none yet. */
  outcome: string | null;
}

export interface Row {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  /** What is compared: its text, or the outcome of the call that it answers. */
  readonly tag: string;
  readonly visibility: 'user' | 'model' | 'both';
  readonly compressed: boolean;
  readonly calls: Call[];
  /** The call that a tool row answers. */
  readonly answers: string | null;
  revision: number;
  /** Learnt from the database. */
  id: number;
}

export interface Queued {
  tag: string;
  readonly sendKey: string;
  readonly id: number;
}

export interface Chat {
  readonly id: string;
  readonly ownerId: string;
  readonly rootId: string | null;
  /** False: the state N. */
  exists: boolean;
  status: Status;
  archived: boolean;
  runnerId: string | null;
  snapshot: number;
  history: number;
  queueVersion: number;
  retryVersion: number;
  attempt: number;
  hasRetry: boolean;
  error: string | null;
  /** Only in A that waits for the client alone. */
  deadline: 'none' | 'later' | 'over';
  compactionRequested: boolean;
  compactionHeld: boolean;
  stoppedFromAbove: boolean;
  isTitled: boolean;
  rows: Row[];
  queue: Queued[];
  /** Ids of open actions; `closed` are those that were answered or fell away. */
  actions: string[];
  closed: string[];
  /** What each send was answered, by its key. */
  sent: Map<string, unknown>;
  spawnKey: string;
}

export type Code =
  | 'N'
  | 'W'
  | `E${0 | 1}`
  | `R${0 | 1}`
  | `I${0 | 1}`
  | `A${0 | 1}`
  | 'XW'
  | `XE${0 | 1}`
  | 'Invalid';

const LETTERS = {
  waiting: 'W',
  error: 'E',
  running: 'R',
  interrupting: 'I',
  requires_action: 'A',
} as const;

export function codeOf(chat: Chat): Code {
  if (!chat.exists) return 'N';
  const queued = chat.queue.length > 0 ? 1 : 0;
  const letter = LETTERS[chat.status];
  if (letter === 'W') return queued ? 'Invalid' : chat.archived ? 'XW' : 'W';
  if (!chat.archived) return `${letter}${queued}`;
  return letter === 'E' ? `XE${queued}` : 'Invalid';
}

/** In N, until it is made. */
export function newChat(
  { chance, ownerId }: { readonly chance: Chance; readonly ownerId: string },
  rootId: string | null,
): Chat {
  return {
    id: chance.uuid(),
    ownerId,
    rootId,
    exists: false,
    status: 'running',
    archived: false,
    runnerId: null,
    snapshot: 1,
    history: 1,
    queueVersion: 0,
    retryVersion: 0,
    attempt: 0,
    hasRetry: false,
    error: null,
    deadline: 'none',
    compactionRequested: false,
    compactionHeld: false,
    stoppedFromAbove: false,
    isTitled: false,
    rows: [],
    queue: [],
    actions: [],
    closed: [],
    sent: new Map(),
    spawnKey: chance.uuid(),
  };
}

export function append(chat: Chat, row: Pick<Row, 'role' | 'tag'> & Partial<Row>): Row {
  const whole: Row = {
    visibility: 'both',
    compressed: false,
    calls: [],
    answers: null,
    id: 0,
    ...row,
    revision: chat.snapshot,
  };
  chat.rows.push(whole);
  moveHistory(chat);
  return whole;
}

export function moveHistory(chat: Chat): void {
  chat.history = chat.snapshot;
  setAttempt(chat, 0);
}

/** A changed attempt takes the retry away, and its version with it. */
export function setAttempt(chat: Chat, attempt: number): void {
  if (chat.attempt !== attempt) setRetry(chat, false);
  chat.attempt = attempt;
}

export function setRetry(chat: Chat, hasRetry: boolean): void {
  if (hasRetry || chat.hasRetry) chat.retryVersion = chat.snapshot;
  chat.hasRetry = hasRetry;
}

export function changeQueue(chat: Chat, queue: readonly Queued[]): void {
  chat.queue = [...queue];
  chat.queueVersion = chat.snapshot;
}

/** The newest answer, a divider or not. */
function newestAnswer(chat: Chat): number {
  return chat.rows.findLastIndex((row) => row.role === 'assistant');
}

export function callsOf(chat: Chat): readonly Call[] {
  return chat.rows[newestAnswer(chat)]?.calls ?? [];
}

export function outstanding(chat: Chat): readonly Call[] {
  const at = newestAnswer(chat);
  const answered = chat.rows.slice(at + 1).map((row) => row.answers);
  return callsOf(chat).filter((call) => !answered.includes(call.id));
}

/** Every outstanding call gets a tool row: its result, or one that is made up. */
export function resolve(chat: Chat): void {
  for (const call of outstanding(chat)) {
    if (call.outcome === null) {
      const mayHaveHappened = call.state === 'dispatched' && call.effect === 'effect';
      call.outcome = mayHaveHappened ? 'unknown' : 'cancelled';
      call.state = call.outcome === 'unknown' ? 'unknown' : 'cancelled';
    }
    append(chat, { role: 'tool', tag: call.outcome, answers: call.id });
  }
}

/** All results of the newest answer become history, or none does. */
export function commitOutcomes(chat: Chat): boolean {
  const open = outstanding(chat);
  if (open.length === 0 || open.some((call) => call.outcome === null)) return false;
  resolve(chat);
  return true;
}

export function asksPerson(chat: Chat): number {
  const gated = callsOf(chat).filter((call) => call.state === 'gated' && !call.dynamic);
  return gated.length + chat.actions.length;
}

export function dynamicCalls(chat: Chat): readonly Call[] {
  return callsOf(chat).filter((call) => call.state === 'gated' && call.dynamic);
}

export function closeActions(chat: Chat): void {
  chat.closed.push(...chat.actions);
  chat.actions = [];
}

export function insertPromoted(chat: Chat, queued: Queued): void {
  resolve(chat);
  changeQueue(
    chat,
    chat.queue.filter((other) => other !== queued),
  );
  append(chat, { role: 'user', tag: queued.tag });
  chat.compactionHeld = false;
}

export function promoteHead(chat: Chat): void {
  const [head] = chat.queue;
  if (head) insertPromoted(chat, head);
}

/** The end of a turn: idle, or on with the queue. */
export function endTurn(chat: Chat): void {
  const goesOn = chat.queue.length > 0;
  if (goesOn) promoteHead(chat);
  else resolve(chat);
  chat.status = goesOn ? 'running' : 'waiting';
  setAttempt(chat, 0);
  chat.compactionRequested = false;
  chat.stoppedFromAbove = false;
}

/** Ends a wait in A without an answer. */
export function stopWaiting(chat: Chat): void {
  closeActions(chat);
  chat.deadline = 'none';
  endTurn(chat);
}

/** E1 of kind `stopped`: the queue is kept. */
export function endStopped(chat: Chat): void {
  resolve(chat);
  chat.status = 'error';
  chat.error = 'stopped';
  setAttempt(chat, 0);
  chat.compactionRequested = false;
  chat.stoppedFromAbove = false;
}

/** After an answer in A: it runs, for any worker, once the person has nothing left to say. */
export function goOn(chat: Chat): void {
  if (asksPerson(chat) > 0) return;
  chat.status = 'running';
  chat.runnerId = null;
  chat.deadline = 'none';
}

export function interruptStep(chat: Chat): void {
  chat.status = 'interrupting';
  setAttempt(chat, 0);
  chat.compactionRequested = false;
}

/** A message of the person came into history: the chat runs. */
export function run(chat: Chat): void {
  chat.status = 'running';
  chat.error = null;
  chat.deadline = 'none';
  chat.compactionRequested = false;
}

/** Copies up to a question, or an answer with the results behind it; calls leave their ledger behind. */
export function fork(chat: Chat, at: number, copy: Chat): void {
  let end = at + 1;
  if (chat.rows[at]?.role === 'assistant') while (chat.rows[end]?.role === 'tool') end += 1;
  Object.assign(copy, {
    exists: true,
    isTitled: true,
    status: chat.rows[at]?.role === 'user' ? 'running' : 'waiting',
    snapshot: chat.snapshot,
    history: chat.history,
    rows: chat.rows.slice(0, end).map((row) => ({ ...row, id: 0, calls: row.calls.map(leftBehind) })),
  } satisfies Partial<Chat>);
  resolve(copy);
}

function leftBehind(call: Call): Call {
  return { ...call, isInLedger: false, state: 'cancelled', outcome: null };
}

/** The rows that the model reads (CHATD 1.12). */
export function promptOf(chat: Chat): readonly Row[] {
  const at = boundaryOf(chat);
  return chat.rows.filter((row, index) => {
    if (row.visibility === 'user') return false;
    if (index === at) return true;
    return !row.compressed && (row.role === 'system' || index > at);
  });
}

/** Index of the newest boundary, or -1. */
export function boundaryOf(chat: Chat): number {
  return chat.rows.findLastIndex((row) => row.compressed && row.role === 'system');
}
