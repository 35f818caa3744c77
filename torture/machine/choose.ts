import { chatMoves } from './chat-moves.ts';
import { forkChat } from './fork-move.ts';
import type { Move, Mover, World } from './move.ts';
import { personMoves } from './person-moves.ts';
import { queueMoves } from './queue-moves.ts';
import {
  asksPerson,
  boundaryOf,
  type Chat,
  callsOf,
  codeOf,
  dynamicCalls,
  outstanding,
} from './reference.ts';
import { workerMoves } from './worker-moves.ts';

const MOVES = { ...personMoves, ...queueMoves, ...chatMoves, forkChat, ...workerMoves };
const ALL: readonly Mover[] = Object.values(MOVES);

/** A move for the chat: mostly what could come next, else any, which is then refused more often than not. */
export function choose(world: World, chat: Chat): Move {
  const { chance } = world;
  for (;;) {
    const mover = chance.hit(0.65) ? chance.pick(likely(chat)) : chance.pick(ALL);
    // What is not there is made before long.
    const move = (chat.exists || chance.hit(0.3) ? mover : MOVES.createChat)(world, chat);
    if (move) return move;
  }
}

/** What a person or a runner does next, each about as often as it should be seen. */
function likely(chat: Chat): readonly Mover[] {
  const m = MOVES;
  const ofQueue =
    chat.queue.length > 0 ? [m.promoteQueued, m.deleteQueued, m.moveQueued, m.editQueued] : [];
  switch (codeOf(chat)) {
    case 'W':
      return [
        m.sendMessage,
        m.sendMessage,
        m.sendMessage,
        m.editMessage,
        m.forkChat,
        m.setArchived,
        ...ofContext(chat),
      ];
    case 'E0':
    case 'E1':
      return [m.retryError, m.sendMessage, m.setArchived, ...ofQueue, ...ofContext(chat)];
    case 'A0':
    case 'A1':
      return [...ofWait(chat), ...ofQueue];
    case 'I0':
    case 'I1':
      if (chat.runnerId === null) return [m.acquire];
      return [...Array.from({ length: 5 }, () => m.finishInterruption), m.sendMessage, ...ofQueue];
    case 'R0':
    case 'R1':
      if (chat.runnerId === null) return [m.acquire];
      return [...nextOfStep(chat), ...nextOfStep(chat), m.sendMessage, ...ofQueue];
    case 'XW':
    case 'XE0':
    case 'XE1':
      return [m.setArchived];
    case 'N':
    case 'Invalid':
      return [m.createChat];
  }
}

function ofContext(chat: Chat): readonly Mover[] {
  if (boundaryOf(chat) >= 0) return [MOVES.undoCompaction];
  return chat.rows.length > 2 ? [MOVES.requestCompaction, MOVES.clearContext] : [];
}

function ofWait(chat: Chat): readonly Mover[] {
  const m = MOVES;
  if (chat.actions.length > 0) return [m.answerAction];
  const isClient = dynamicCalls(chat).length > 0;
  return asksPerson(chat) > 0 && !isClient
    ? [m.answerCall]
    : [m.completeRequiresAction, m.answerCall, m.cancelOverdueActions];
}

/** What the runner of a running chat may do, by its calls. */
function nextOfStep(chat: Chat): readonly Mover[] {
  const m = MOVES;
  const open = outstanding(chat).length > 0 ? callsOf(chat) : [];
  const isAny = (state: string) => open.some((call) => call.state === state);
  if (isAny('cleared')) return [m.dispatchCalls, m.settleCall];
  if (isAny('dispatched')) return [m.settleCall, m.settleCall, m.interrupt];
  const { enterRequiresAction } = m;
  if (isAny('gated'))
    return [enterRequiresAction, enterRequiresAction, enterRequiresAction, m.interruptTree];
  if (open.length > 0) return [m.commitResults];
  const ends = [m.finishTurn, m.finishTurn, m.finishError, m.enterRequiresAction, m.interrupt];
  const retries = chat.hasRetry
    ? [m.skipRetryWait, m.recordRetry]
    : chat.attempt > 0
      ? [m.recordRetry]
      : [];
  const goesOn = [m.recordAttempt, m.recordAttempt, ...retries, m.sendMessage];
  return [m.commitAnswer, m.commitAnswer, m.commitAnswer, m.commitSummary, ...goesOn, ...ends];
}
