import { isIn, type Mover, refusals, text, type World } from './move.ts';
import * as ref from './reference.ts';
import { codeOf } from './reference.ts';

const LONG_MS = 3_600_000;

/** What a runner holds; now and then it is out of date. */
function fenceOf({ chance }: World, chat: ref.Chat) {
  const isStale = chance.hit(0.06) ? chance.pick(['runner', 'history', 'status'] as const) : null;
  const fence = {
    chatId: chat.id,
    runnerId: chat.runnerId === null || isStale === 'runner' ? chance.uuid() : chat.runnerId,
    historyVersion: chat.history - (isStale === 'history' ? 1 : 0),
    status: isStale === 'status' ? (chat.status === 'error' ? 'waiting' : 'error') : chat.status,
  };
  const wrong = (): string | false => {
    if (!chat.exists) return 'not-found';
    return (isStale !== null || chat.runnerId === null || chat.archived) && 'fence-lost';
  };
  return { fence, wrong };
}

interface Fenced {
  readonly way?: string;
  readonly args?: object;
  /** Of the arguments. */
  readonly isInvalid?: () => boolean;
  change(value: unknown): void;
}

function fencedMover(
  name: string,
  group: string,
  make: (world: World, chat: ref.Chat) => Fenced | null,
): Mover {
  return (world, chat) => {
    const made = make(world, chat);
    if (!made) return null;
    const { fence, wrong } = fenceOf(world, chat);
    return {
      name,
      ...(made.way === undefined ? {} : { way: made.way }),
      args: { ...fence, ...made.args },
      apply(value) {
        const lost = wrong();
        if (lost) return [lost];
        if (!isIn(codeOf(chat), group)) return ['not-allowed'];
        if (made.isInvalid?.()) return ['invalid'];
        chat.snapshot += 1;
        made.change(value);
        return null;
      },
    };
  };
}

const acquire: Mover = ({ chance }, chat) => {
  const leaseMs = chance.pick([0, LONG_MS]);
  const runnerId = chance.uuid();
  return {
    name: 'acquire',
    way: leaseMs === 0 ? 'dead owner' : 'live owner',
    args: { chatId: chat.id, workerId: chance.uuid(), runnerId, leaseMs, exclusive: false },
    apply() {
      if (!chat.exists) return ['not-found', 'changed'];
      const isFree = chat.runnerId === null || leaseMs === 0;
      if (!isIn(codeOf(chat), 'runnable') || !isFree) return ['not-allowed'];
      chat.snapshot += 1;
      chat.runnerId = runnerId;
      return null;
    },
  };
};

const abandon: Mover = ({ chance }, chat) => {
  const isOther = chance.hit(0.2);
  return {
    name: 'abandon',
    args: { chatId: chat.id, runnerId: isOther ? chance.uuid() : (chat.runnerId ?? chance.uuid()) },
    apply() {
      if (!chat.exists) return ['not-found'];
      const wrong = refusals(chat.runnerId === null && 'not-allowed', isOther && 'fence-lost');
      if (wrong) return wrong;
      chat.snapshot += 1;
      chat.runnerId = null;
      return null;
    },
  };
};

const recordAttempt = fencedMover('recordAttempt', 'running', ({ chance, modelId }, chat) => ({
  args: chance.hit(0.5) ? { hold: { modelConfigId: modelId, estimateMicros: 10 } } : {},
  change: () => ref.setAttempt(chat, chat.attempt + 1),
}));

const recordRetry = fencedMover('recordRetry', 'running', (world, chat) => {
  const isBad = world.chance.hit(0.05);
  const retry = {
    attempt: world.next(),
    delay_ms: 1,
    error: 'x',
    retrying_at: isBad ? 'soon' : '2026-01-01T00:00:00Z',
    kind: 'timeout',
  };
  const clears = world.chance.hit(0.1);
  return {
    way: clears ? 'clear' : 'set',
    args: { retry: clears ? null : retry },
    isInvalid: () => !clears && (isBad || chat.attempt === 0),
    change: () => ref.setRetry(chat, !clears),
  };
});

/** A step is committed where nothing is outstanding: who decides sees to that, not the transition. */
const commitAnswer = fencedMover('commitStep', 'running', (world, chat) => {
  const { chance } = world;
  if (ref.outstanding(chat).length > 0) return null;
  const words = `answer ${world.next()}`;
  const calls = chance.hit(0.7)
    ? Array.from({ length: chance.between(1, 3) }, (_, at) => newCall(world, at))
    : [];
  const isEmpty = chance.hit(0.03);
  const parts = calls.map(({ id }) => ({ type: 'tool-call', tool_call_id: id, tool_name: 't', args: {} }));
  const message = { role: 'assistant', content: [...text(words), ...parts], costMicros: 5 };
  return {
    way: calls.length > 0 ? 'calls' : 'text',
    args: {
      installationId: 'torture',
      messages: isEmpty ? [] : [message],
      calls: isEmpty ? [] : calls.map(toLedger),
      consumeCompaction: false,
      costMicros: 5,
    },
    isInvalid: () => isEmpty,
    change(value) {
      const [id = 0] = (value as { messageIds: readonly number[] }).messageIds;
      for (const [at, call] of calls.entries()) call.key = `torture:${chat.id}:${id}:${at}`;
      ref.append(chat, { role: 'assistant', tag: words, id, calls });
    },
  };
});

function newCall({ chance, next }: World, index: number): ref.Call {
  const state = chance.pick(['gated', 'gated', 'cleared', 'cleared', 'done'] as const);
  return {
    id: `call_${index}`,
    effect: chance.pick(['read', 'effect'] as const),
    dynamic: state === 'gated' && chance.hit(0.4),
    isInLedger: true,
    key: '',
    state,
    outcome: state === 'done' ? `at once ${next()}` : null,
  };
}

function toLedger(call: ref.Call, index: number): object {
  const approval = { hash: 'H', host: 'h', directory: '/', verb: 'Run', subject: 'ls' };
  return {
    index,
    providerCallId: call.id,
    tool: call.dynamic ? 'pick' : 't',
    argsHash: 'h',
    effect: call.effect,
    state: call.state,
    approval: call.state === 'gated' && !call.dynamic ? approval : null,
    ...(call.outcome === null ? {} : { result: toOutcome(call.outcome) }),
  };
}

function toOutcome(tag: string): object {
  return { result: { tag }, isError: false, durationMs: 1 };
}

const commitSummary = fencedMover('commitStep', 'running', (world, chat) => {
  if (ref.outstanding(chat).length > 0) return null;
  const isAsked = chat.compactionRequested;
  const last = chat.rows.findLast((row) => row.role === 'user' && row.visibility !== 'model');
  const rows = [
    { role: 'system', tag: 'boundary', visibility: 'model', compressed: true },
    { role: 'assistant', tag: 'chat_summarized', visibility: 'user', compressed: true },
    {
      role: 'tool',
      tag: 'chat_summarized',
      visibility: 'both',
      compressed: true,
      answers: 'chat_summarized',
    },
    ...(last ? [{ role: 'user', tag: last.tag, visibility: 'model', compressed: false } as const] : []),
  ] as const;
  return {
    way: 'summary',
    args: {
      installationId: 'torture',
      messages: rows.map(({ tag, ...row }) => ({ ...row, content: contentOf(row.role, tag) })),
      calls: [],
      consumeCompaction: isAsked,
    },
    change() {
      for (const row of rows) ref.append(chat, row);
      if (isAsked) chat.compactionRequested = false;
    },
  };
});

function contentOf(role: ref.Row['role'], tag: string): readonly object[] {
  const call = { tool_call_id: tag, tool_name: tag };
  if (role === 'assistant') return [{ type: 'tool-call', ...call, args: {} }];
  return role === 'tool' ? [{ type: 'tool-result', ...call, result: { tag } }] : text(tag);
}

const dispatchCalls = fencedMover('dispatchCalls', 'running', ({ chance }, chat) => {
  const open = ref.callsOf(chat).filter((call) => call.isInLedger);
  const ready = open.filter((call) => call.state === 'cleared' || call.state === 'dispatched');
  const chosen = chance.hit(0.9) ? ready : open;
  const attempt = chance.hit(0.5);
  return {
    args: { keys: chosen.map((call) => call.key), attempt },
    isInvalid: () => chosen.length === 0 || chosen.length > ready.length,
    change() {
      for (const call of chosen) call.state = 'dispatched';
      if (attempt) ref.setAttempt(chat, chat.attempt + 1);
    },
  };
});

/** One call of the newest answer, or a key that is nobody's. */
function someCall({ chance }: World, chat: ref.Chat): ref.Call | null {
  const known = ref.callsOf(chat).filter((call) => call.isInLedger);
  return known.length > 0 && chance.hit(0.95) ? chance.pick(known) : null;
}

const setCallProcess: Mover = (world, chat) => {
  const call = someCall(world, chat);
  return {
    name: 'setCallProcess',
    args: { chatId: chat.id, key: call?.key ?? 'no such key', processId: 'p' },
    apply() {
      if (!chat.exists || !call) return ['not-found'];
      chat.snapshot += 1;
      return null;
    },
  };
};

const settleCall: Mover = (world, chat) => {
  const { chance } = world;
  const call = someCall(world, chat);
  const isOther = chance.hit(0.05) || chat.runnerId === null;
  const state = chance.hit(0.85) ? 'done' : 'unknown';
  const tag = `settled ${world.next()}`;
  return {
    name: 'settleCall',
    way: state,
    args: {
      chatId: chat.id,
      runnerId: isOther ? chance.uuid() : chat.runnerId,
      key: call?.key ?? 'no such key',
      state,
      outcome: toOutcome(tag),
    },
    apply() {
      if (!chat.exists) return ['not-found'];
      const isOpen = call?.state === 'dispatched' || (call?.state === 'cleared' && call.effect === 'read');
      const wrong = refusals(
        isOther && 'fence-lost',
        !call && !isOther && 'not-found',
        call !== null && !isOpen && 'already-answered',
      );
      if (wrong || !call) return wrong;
      chat.snapshot += 1;
      call.state = state;
      call.outcome = tag;
      return null;
    },
  };
};

const commitResults = fencedMover('commitResults', 'running', (_, chat) => ({
  isInvalid: () => {
    const open = ref.outstanding(chat);
    return open.length === 0 || open.some((call) => call.outcome === null);
  },
  change: () => void ref.commitOutcomes(chat),
}));

const enterRequiresAction = fencedMover('enterRequiresAction', 'running', ({ chance }, chat) => {
  const deadlineMs = chance.pick([null, 0, LONG_MS]);
  const action = chance.hit(0.3)
    ? { kind: 'budget', cap_micros: 1, spent_micros: 1, estimate_micros: 1 }
    : undefined;
  const asks = () => ref.asksPerson(chat) > 0 || action !== undefined;
  return {
    way: action ? 'action' : 'calls',
    args: { ...(action ? { action } : {}), ...(deadlineMs === null ? {} : { deadlineMs }) },
    isInvalid: () => !asks() && (ref.dynamicCalls(chat).length === 0 || deadlineMs === null),
    change() {
      if (!asks()) chat.deadline = deadlineMs === 0 ? 'over' : 'later';
      // Its id is learnt from the next look.
      if (action) chat.actions.push('');
      chat.status = 'requires_action';
      chat.runnerId = null;
      ref.setAttempt(chat, 0);
      // What a summary may cost is asked first; the request for it waits.
      if (!action) chat.compactionRequested = false;
    },
  };
});

/** Of all chats at once. */
const cancelOverdueActions: Mover = (world) => ({
  name: 'cancelOverdueActions',
  args: {},
  apply(value) {
    const late = world.chats.filter((chat) => chat.deadline === 'over' && !chat.archived);
    const ids = late.map((chat) => chat.id).toSorted();
    if ((value as readonly string[]).join() !== ids.join()) return ['other chats should be cancelled'];
    for (const chat of late) {
      chat.snapshot += 1;
      for (const call of ref.dynamicCalls(chat)) {
        call.state = 'cancelled';
        call.outcome = 'cancelled';
      }
      chat.deadline = 'none';
      ref.commitOutcomes(chat);
      ref.goOn(chat);
    }
    return null;
  },
});

const finishTurn = fencedMover('finishTurn', 'running', (_, chat) => ({
  change: () => ref.endTurn(chat),
}));

const finishError = fencedMover('finishError', 'fails', (_, chat) => ({
  args: { fault: { kind: 'generic', message: 'broke', retryable: false } },
  change() {
    chat.status = 'error';
    chat.error = 'generic';
    ref.setAttempt(chat, 0);
    ref.setRetry(chat, false);
    chat.compactionRequested = false;
  },
}));

const finishInterruption = fencedMover('finishInterruption', 'interrupting', (world, chat) => {
  const kind = world.chance.pick(['nothing', 'text', 'call', 'open call'] as const);
  const words = `half ${world.next()}`;
  const call = { type: 'tool-call', tool_call_id: 'half', tool_name: 't', args: {} };
  const answer = {
    role: 'assistant',
    content: [...text(words), ...(kind.endsWith('call') ? [call] : [])],
    interrupted: true,
  };
  const result = { type: 'tool-result', tool_call_id: 'half', tool_name: 't', result: { tag: 'cut' } };
  const rows = kind === 'call' ? [answer, { role: 'tool', content: [result] }] : [answer];
  return {
    way: kind,
    args: { messages: kind === 'nothing' ? [] : rows, costMicros: 2 },
    isInvalid: () => kind === 'open call',
    change() {
      ref.resolve(chat);
      if (kind !== 'nothing') {
        const calls = kind === 'call' ? [partialCall()] : [];
        ref.append(chat, { role: 'assistant', tag: words, calls });
      }
      if (kind === 'call') ref.append(chat, { role: 'tool', tag: 'cut', answers: 'half' });
      if (chat.stoppedFromAbove && chat.queue.length > 0) ref.endStopped(chat);
      else ref.endTurn(chat);
    },
  };
});

function partialCall(): ref.Call {
  return {
    id: 'half',
    effect: 'effect',
    dynamic: false,
    isInLedger: false,
    key: '',
    state: 'cancelled',
    outcome: 'cut',
  };
}

export const workerMoves = {
  acquire,
  abandon,
  recordAttempt,
  recordRetry,
  commitAnswer,
  commitSummary,
  dispatchCalls,
  setCallProcess,
  settleCall,
  commitResults,
  enterRequiresAction,
  cancelOverdueActions,
  finishTurn,
  finishError,
  finishInterruption,
};
