import type { ToolCallState } from '../../shared/model/chat.ts';
import type { ModelConfigId, WorkspaceId } from '../../shared/model/ids.ts';
import type { Chance } from '../random.ts';
import { takeCut } from './check-chat.ts';
import { makeScript, messageText, tokensIn } from './script.ts';
import type { Door } from './window.ts';
import {
  type KnownChat,
  living,
  markStopped,
  newSent,
  type Place,
  type Sent,
  type World,
} from './world.ts';

/** A chat as its feed shows it now. */
export interface LiveChat {
  status: string;
  queue: { id: number; token: string }[];
  calls: readonly ToolCallState[];
}

export interface Stage {
  readonly world: World;
  readonly door: Door;
  readonly workspaces: Readonly<Record<Place, WorkspaceId>>;
  readonly models: Readonly<Record<KnownChat['account'], ModelConfigId>>;
  /** What feeds show, by chat id. */
  readonly live: ReadonlyMap<string, LiveChat>;
  readonly wrong: (what: string) => void;
  /** Told before each call leaves. */
  readonly onCall: () => void;
  readonly counts: Record<string, number>;
}

/** Chats that are there at the most; more join as the run goes on. */
const MOST_CHATS = 6;
const ROUNDS_PER_CHAT = 8;
const QUEUE_LIMIT = 3;

type Action = (stage: Stage, chat: KnownChat, chance: Chance) => Promise<void>;

/** One thing that a person does. One lane never has two calls in the air, so the order in a chat is known. */
export async function act(stage: Stage, lane: number, lanes: number, chance: Chance): Promise<void> {
  const { world } = stage;
  const own = world.chats.filter((chat, at) => at % lanes === lane && chat.chatId !== null);
  const isNext = world.chats.length % lanes === lane;
  const most = MOST_CHATS + Math.floor(world.round / ROUNDS_PER_CHAT);
  if (isNext && world.chats.length < most && (own.length === 0 || chance.hit(0.4))) {
    return createChat(stage, chance);
  }
  if (own.length === 0) return;
  const chat = chance.pick(own);
  const gated = liveOf(stage, chat)?.calls.filter((one) => one.state === 'gated') ?? [];
  const [first] = gated;
  if (first && chance.hit(0.7)) return answer(stage, chat, first, chance.hit(0.8) ? 'allow' : 'deny');
  await chance.pick(ACTIONS)(stage, chat, chance);
}

const send: Action = async (stage, chat, chance) => {
  const live = liveOf(stage, chat);
  if (!live || live.queue.length >= QUEUE_LIMIT) return;
  await sendWith(stage, chat, chance, 'queue');
};

const sendNow: Action = async (stage, chat, chance) => {
  const live = liveOf(stage, chat);
  if (!live || live.queue.length >= QUEUE_LIMIT) return;
  await sendWith(stage, chat, chance, 'interrupt');
};

const interrupt: Action = async (stage, chat) => {
  const live = liveOf(stage, chat);
  if (live?.status !== 'running' && live?.status !== 'requires_action') return;
  markStopped(chat);
  const answer = await called(stage, 'interrupt', () =>
    stage.door.call('chat.interrupt', { chatId: idOf(chat) }),
  );
  if (answer.ok) return;
  chat.stops -= 1;
  if (answer.error.code !== 'not-allowed') stage.wrong(`interrupt: ${JSON.stringify(answer.error)}`);
};

const edit: Action = async (stage, chat, chance) => {
  const rows = Object.entries(chat.rows).flatMap(([id, text]) => {
    const token = text.startsWith('user|') ? tokensIn(text)[0] : undefined;
    const sent = living(chat).find((one) => one.token === token && one.fate === 'acked');
    return sent ? [{ id: Number(id), sent }] : [];
  });
  const target = rows.at(-chance.between(1, Math.min(2, rows.length)));
  if (!target) return;
  markStopped(chat);
  const sent = nextSent(stage.world, chat, chance, { sendKey: null, replaces: target.sent.token });
  const answer = await called(stage, 'edit', () =>
    stage.door.call('chat.edit', {
      chatId: idOf(chat),
      messageId: target.id,
      text: messageText(sent.token),
    }),
  );
  if (answer.ok) takeCut(chat, sent, answer.value.messageId);
  else refused(stage, sent, 'edit', answer.error);
};

const unqueue: Action = async (stage, chat) => {
  const entry = liveOf(stage, chat)?.queue.at(-1);
  const sent = chat.sent.find((one) => one.token === entry?.token);
  if (!entry || !sent || sent.fate !== 'acked') return;
  sent.deletionAsked = true;
  const answer = await called(stage, 'unqueue', () =>
    stage.door.call('queue.delete', { chatId: idOf(chat), queuedId: entry.id }),
  );
  sent.deletionAsked = false;
  if (answer.ok) sent.fate = 'cut';
  else if (answer.error.code !== 'not-found' && answer.error.code !== 'not-allowed') {
    stage.wrong(`queue.delete: ${JSON.stringify(answer.error)}`);
  }
};

const draft: Action = async (stage, chat, chance) => {
  const text = `a draft ${chance.between(1, 1_000_000)}`;
  chat.draft.asked = text;
  const answer = await called(stage, 'draft', () =>
    stage.door.call('draft.set', { key: draftKey(chat), text }),
  );
  if (!answer.ok) return stage.wrong(`draft.set: ${JSON.stringify(answer.error)}`);
  chat.draft = { acked: text, asked: null };
};

/** Named as often as they are likely. */
const ACTIONS: readonly Action[] = [
  send,
  send,
  send,
  send,
  send,
  send,
  sendNow,
  interrupt,
  edit,
  unqueue,
  draft,
];

async function answer(
  stage: Stage,
  chat: KnownChat,
  call: ToolCallState,
  decision: 'allow' | 'deny',
): Promise<void> {
  const at = `${call.message_id}:${call.index}`;
  // What the feed shows may be older than what was answered.
  if (chat.answers[at] === 'allow' || chat.answers[at] === 'deny') return;
  chat.answers[at] = `?${decision}`;
  const { key, approval } = call;
  const said = await called(stage, decision, () =>
    stage.door.call('chat.answer', { chatId: idOf(chat), key, hash: approval?.hash ?? '', decision }),
  );
  if (said.ok) chat.answers[at] = decision;
  else if (said.error.code === 'internal' || said.error.code === 'bad-input') {
    stage.wrong(`chat.answer: ${JSON.stringify(said.error)}`);
  }
}

/** Allows all that a chat asks for. */
export async function answerAll(stage: Stage, chat: KnownChat): Promise<void> {
  const snapshot = await stage.door.first('chat.stream', { chatId: idOf(chat) });
  if (snapshot.type !== 'snapshot') return;
  for (const call of snapshot.calls) {
    if (call.state === 'gated') await answer(stage, chat, call, 'allow');
  }
}

export function draftKey(chat: KnownChat): string {
  return `torture:${chat.firstToken}`;
}

async function createChat(stage: Stage, chance: Chance): Promise<void> {
  const { world } = stage;
  const sendKey = chance.uuid();
  const token = nextToken(world, chance);
  const chat: KnownChat = {
    createKey: sendKey,
    firstToken: token,
    place: chance.pick(['auto', 'auto', 'ask'] as const),
    account: chance.pick(['openai', 'openai', 'anthropic'] as const),
    chatId: null,
    sent: [newSent(token, sendKey)],
    rows: {},
    cuts: [],
    stops: 0,
    answers: {},
    draft: { acked: '', asked: null },
  };
  world.chats.push(chat);
  await create(stage, chat);
}

/** Also repeats a creation that was not answered: the same key gives the same chat. */
export async function create(stage: Stage, chat: KnownChat): Promise<void> {
  const answer = await called(stage, 'create', () =>
    stage.door.call('chat.create', {
      workspaceId: stage.workspaces[chat.place],
      text: messageText(chat.firstToken),
      modelConfigId: stage.models[chat.account],
      sendKey: chat.createKey,
    }),
  );
  if (!answer.ok) return stage.wrong(`chat.create: ${JSON.stringify(answer.error)}`);
  if (chat.chatId !== null && chat.chatId !== answer.value.chatId) {
    stage.wrong(`the creation ${chat.firstToken} was repeated and made another chat`);
  }
  chat.chatId = answer.value.chatId;
  const [first] = chat.sent;
  if (first?.fate === 'asked') first.fate = 'acked';
  await stage.door.follow(answer.value.chatId);
}

async function sendWith(
  stage: Stage,
  chat: KnownChat,
  chance: Chance,
  busy: 'queue' | 'interrupt',
): Promise<void> {
  if (busy === 'interrupt') markStopped(chat);
  const sent = nextSent(stage.world, chat, chance, { sendKey: chance.uuid(), replaces: null });
  await repeatable(stage, chat, sent, busy);
  // A window that got no answer asks again, and may be wrong about it.
  if (chance.hit(0.1)) await repeatable(stage, chat, sent, busy);
}

/** Sends once more with the same key after a kill left it open. */
export async function resend(stage: Stage, chat: KnownChat, sent: Sent): Promise<void> {
  // The first message came with the chat's creation, whose key is another kind.
  if (sent.token === chat.firstToken) await create(stage, chat);
  else await repeatable(stage, chat, sent, 'queue');
}

async function repeatable(
  stage: Stage,
  chat: KnownChat,
  sent: Sent,
  busy: 'queue' | 'interrupt',
): Promise<void> {
  const { sendKey } = sent;
  if (sendKey === null) return;
  const answer = await called(stage, busy === 'queue' ? 'send' : 'send now', () =>
    stage.door.call('chat.send', { chatId: idOf(chat), text: messageText(sent.token), busy, sendKey }),
  );
  if (answer.ok) sent.fate = 'acked';
  else refused(stage, sent, 'send', answer.error);
}

function refused(stage: Stage, sent: Sent, what: string, error: unknown): void {
  sent.fate = 'gone';
  stage.wrong(`${what} of ${sent.token} was refused: ${JSON.stringify(error)}`);
}

async function called<T>(stage: Stage, name: string, call: () => Promise<T>): Promise<T> {
  stage.onCall();
  const answer = await call();
  stage.counts[name] = (stage.counts[name] ?? 0) + 1;
  return answer;
}

function nextToken(world: World, chance: Chance): string {
  world.tokens += 1;
  const token = `m${world.tokens}`;
  world.scripts[token] = makeScript(token, chance);
  return token;
}

function nextSent(
  world: World,
  chat: KnownChat,
  chance: Chance,
  { sendKey, replaces }: Pick<Sent, 'sendKey' | 'replaces'>,
): Sent {
  const sent = newSent(nextToken(world, chance), sendKey, replaces);
  chat.sent.push(sent);
  return sent;
}

function liveOf(stage: Stage, chat: KnownChat): LiveChat | undefined {
  return chat.chatId === null ? undefined : stage.live.get(chat.chatId);
}

function idOf(chat: KnownChat): string {
  if (chat.chatId === null) throw new Error(`chat ${chat.firstToken} has no id yet`);
  return chat.chatId;
}
