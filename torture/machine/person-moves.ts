import { isIn, type Mover, refusals, scopeOf, text } from './move.ts';
import * as ref from './reference.ts';
import { codeOf } from './reference.ts';

const MAX_QUEUED = 20;

const sendMessage: Mover = (world, chat) => {
  const { chance } = world;
  const busy = chance.hit(0.5) ? 'queue' : 'interrupt';
  const repeats = chance.hit(0.05) ? [...chat.sent.keys()] : [];
  const sendKey = repeats.length > 0 ? chance.pick(repeats) : chance.uuid();
  const { scope, isMissing } = scopeOf(world, chat);
  const isBlank = chance.hit(0.02);
  const isUnknownModel = chance.hit(0.02);
  const words = `said ${world.next()}`;
  return {
    name: 'sendMessage',
    way: busy,
    args: {
      ...scope,
      content: text(isBlank ? ' ' : words),
      modelConfigId: isUnknownModel ? chance.uuid() : null,
      busy,
      sendKey,
    },
    apply(value) {
      const code = codeOf(chat);
      if (!isMissing && chat.sent.has(sendKey)) return null;
      if (isMissing) return refusals('not-found', isBlank && 'invalid');
      const isFull = code !== 'W' && code !== 'E0' && chat.queue.length >= MAX_QUEUED;
      const wrong = refusals(
        !isIn(code, 'sendMessage') && 'not-allowed',
        isBlank && 'invalid',
        isUnknownModel && 'unknown-model',
        isFull && 'queue-full',
      );
      if (wrong) return wrong;
      chat.snapshot += 1;
      const sent = value as { messageId: number | null; queuedId: number | null };
      chat.sent.set(sendKey, sent);
      send(chat, busy, { tag: words, sendKey, id: sent.queuedId ?? 0 });
      return null;
    },
  };
};

function send(chat: ref.Chat, busy: string, said: ref.Queued): void {
  if (chat.status === 'waiting' || (chat.status === 'error' && chat.queue.length === 0)) {
    ref.resolve(chat);
    ref.append(chat, { role: 'user', tag: said.tag });
    chat.compactionHeld = false;
    return ref.run(chat);
  }
  ref.changeQueue(chat, [...chat.queue, said]);
  chat.stoppedFromAbove = false;
  if (chat.status === 'error') {
    ref.promoteHead(chat);
    return ref.run(chat);
  }
  if (busy === 'queue') return;
  if (chat.status !== 'requires_action') return ref.interruptStep(chat);
  ref.closeActions(chat);
  ref.promoteHead(chat);
  ref.run(chat);
}

const editMessage: Mover = (world, chat) => {
  const { chance } = world;
  const shown = chat.rows.filter((row) => row.visibility !== 'model' && row.role !== 'tool');
  const target = shown.length > 0 && chance.hit(0.95) ? chance.pick(shown) : null;
  const { scope, isMissing } = scopeOf(world, chat);
  const words = `edited ${world.next()}`;
  const suffix = chance.hit(0.1)
    ? [{ role: 'user', content: text(`${words} too`), visibility: 'model' }]
    : [];
  return {
    name: 'editMessage',
    args: { ...scope, messageId: target?.id ?? 9_999_999, content: text(words), suffix },
    apply() {
      if (isMissing) return ['not-found'];
      const wrong = refusals(
        !isIn(codeOf(chat), 'editMessage') && 'not-allowed',
        !target && 'message-not-found',
        target !== null && target.role !== 'user' && 'not-user-message',
      );
      if (wrong || !target) return wrong;
      chat.snapshot += 1;
      chat.rows = chat.rows.slice(0, chat.rows.indexOf(target));
      ref.moveHistory(chat);
      ref.closeActions(chat);
      ref.resolve(chat);
      ref.append(chat, { role: 'user', tag: words });
      for (const _ of suffix) ref.append(chat, { role: 'user', tag: `${words} too`, visibility: 'model' });
      if (chat.queue.length > 0) {
        for (const { sendKey } of chat.queue) chat.sent.delete(sendKey);
        ref.changeQueue(chat, []);
      }
      chat.compactionHeld = false;
      chat.stoppedFromAbove = false;
      ref.run(chat);
      return null;
    },
  };
};

const answerCall: Mover = (world, chat) => {
  const { chance } = world;
  const known = ref.callsOf(chat).filter((call) => call.isInLedger);
  const gated = known.filter((call) => call.state === 'gated');
  const call = gated.length > 0 && chance.hit(0.8) ? chance.pick(gated) : known[0];
  const isUnknown = !call || chance.hit(0.03);
  const isOther = chance.hit(0.05);
  const isAllowed = chance.hit(0.6);
  const { scope, isMissing } = scopeOf(world, chat);
  return {
    name: 'answerCall',
    way: isAllowed ? 'allow' : 'deny',
    args: {
      ...scope,
      key: isUnknown ? 'no such key' : call.key,
      hash: isOther ? 'other' : 'H',
      decision: isAllowed ? 'allow' : 'deny',
      note: chance.hit(0.5) ? 'rather not' : null,
    },
    apply() {
      if (isMissing || isUnknown) return ['not-found'];
      const wrong = refusals(
        call.state !== 'gated' && 'already-answered',
        !isIn(codeOf(chat), 'person') && 'not-allowed',
        (isOther || call.dynamic) && 'changed',
      );
      if (wrong) return wrong;
      chat.snapshot += 1;
      call.state = isAllowed ? 'cleared' : 'denied';
      if (!isAllowed) call.outcome = 'denied';
      if (chat.status === 'requires_action') ref.goOn(chat);
      return null;
    },
  };
};

const answerAction: Mover = (world, chat) => {
  const { chance } = world;
  const [open] = chat.actions;
  const id = open && chance.hit(0.9) ? open : (chat.closed.at(-1) ?? chance.uuid());
  const decision = chance.hit(0.6) ? 'continue' : 'stop';
  const { scope, isMissing } = scopeOf(world, chat);
  return {
    name: 'answerAction',
    way: decision,
    args: { ...scope, actionId: id, answer: { decision } },
    apply() {
      if (isMissing) return ['not-found'];
      const isOpen = chat.actions.includes(id);
      const wrong = refusals(
        !isOpen && !chat.closed.includes(id) && 'not-found',
        !isOpen && 'already-answered',
        isOpen && !isIn(codeOf(chat), 'waiting') && 'not-allowed',
      );
      if (wrong) return wrong;
      chat.snapshot += 1;
      chat.actions = chat.actions.filter((action) => action !== id);
      chat.closed.push(id);
      if (decision === 'stop') ref.stopWaiting(chat);
      else ref.goOn(chat);
      return null;
    },
  };
};

const completeRequiresAction: Mover = (world, chat) => {
  const { chance } = world;
  const open = ref.dynamicCalls(chat);
  const whole = open.map((call) => ({
    toolCallId: call.id,
    output: `{"tag":"client ${world.next()}"}`,
    isError: false,
  }));
  const flaw = chance.hit(0.15) ? chance.pick(['twice', 'stranger', 'gap', 'no json'] as const) : null;
  const results = {
    twice: [...whole, ...whole.slice(0, 1)],
    stranger: [...whole, { toolCallId: 'stranger', output: '1', isError: false }],
    gap: whole.slice(1),
    'no json': whole.map((result) => ({ ...result, output: '{' })),
  };
  const { scope, isMissing } = scopeOf(world, chat);
  return {
    name: 'completeRequiresAction',
    args: { ...scope, results: flaw ? results[flaw] : whole },
    apply() {
      if (isMissing) return ['not-found'];
      const wrong = refusals(
        !isIn(codeOf(chat), 'waiting') && 'not-allowed',
        (flaw !== null || open.length === 0) && 'invalid',
      );
      if (wrong) return wrong;
      chat.snapshot += 1;
      for (const [at, call] of open.entries()) {
        call.state = 'done';
        call.outcome = (JSON.parse(whole[at]?.output ?? '{}') as { tag: string }).tag;
      }
      chat.deadline = 'none';
      ref.commitOutcomes(chat);
      ref.goOn(chat);
      return null;
    },
  };
};

export const personMoves = {
  sendMessage,
  editMessage,
  answerCall,
  answerAction,
  completeRequiresAction,
};
