import type { RunningApp } from '../../e2e/fixtures/app.ts';
import type { StreamEvent } from '../../shared/model/stream.ts';
import { type Chance, chanceOf } from '../random.ts';
import { deferred, pause } from '../waits.ts';
import { act, answerAll, create, draftKey, type LiveChat, resend, type Stage } from './actions.ts';
import { checkChat, rememberRow } from './check-chat.ts';
import { checkNoneTwice, readEffects } from './effects.ts';
import { tokenOf } from './turns.ts';
import { type Door, openDoor, readChat } from './window.ts';
import type { KnownChat, Place, World } from './world.ts';

/** A chat that was running goes on and ends within this, with all that is queued behind it. */
const SETTLE_MS = 90_000;
/** No step of a script takes so long, and no poll that only heals may be what a chat waits for. */
const STILL_MS = 20_000;
const LANES = 3;

export interface SessionOptions {
  readonly world: World;
  readonly directories: Readonly<Record<Place, string>>;
  readonly wrong: (what: string) => void;
  readonly counts: Record<string, number>;
  readonly onCall: () => void;
}

/** One life of the app, from its window until it is killed or closed. Its promises reject when the app goes. */
export class Session {
  readonly #options: SessionOptions;
  readonly #live = new Map<string, LiveChat>();
  readonly #app: RunningApp;
  #stage: Stage | null = null;
  readonly #answered = deferred();

  constructor(app: RunningApp, options: SessionOptions) {
    this.#app = app;
    this.#options = options;
  }

  /** The daemon has started. */
  get answered(): Promise<void> {
    return this.#answered.promise;
  }

  /** The app answers, and its chats are what they must be. What the kill left open is settled. */
  async begin(chance: Chance): Promise<void> {
    const { world, wrong } = this.#options;
    const door = await openDoor(this.#app.window, (chatId, events) => this.#onEvents(chatId, events));
    const info = await door.call('app.info', {});
    if (!info.ok) throw new Error(`the daemon did not start: ${JSON.stringify(info.error)}`);
    this.#answered.resolve();
    const { workspaceId, folderProblem } = info.value;
    if (workspaceId === null) throw new Error(`the folder was not opened: ${folderProblem}`);
    const asking = await door.call('workspaces.openFolder', { path: this.#options.directories.ask });
    if (!asking.ok) throw new Error(`the second folder was not opened: ${JSON.stringify(asking.error)}`);
    const stage: Stage = {
      ...this.#options,
      door,
      workspaces: { auto: workspaceId, ask: asking.value.workspaceId },
      models: await modelsOf(door),
      live: this.#live,
    };
    this.#stage = stage;
    const before = await chatsOf(door);
    for (const chat of world.chats) if (chat.chatId === null) await create(stage, chat);
    await this.check(false);
    await Promise.all(
      world.chats.map((chat) => this.#settleOpen(stage, chat, chanceOf(chance.uuid(), chat.firstToken))),
    );
    const known = new Set(world.chats.map((chat) => chat.chatId));
    for (const { id, title } of before) if (!known.has(id)) wrong(`nobody made the chat ${id} (${title})`);
  }

  /** What the kill left open: asked again with its key, or found not to be there and never to come. */
  async #settleOpen(stage: Stage, chat: KnownChat, chance: Chance): Promise<void> {
    for (const sent of chat.sent) {
      if (sent.fate === 'asked' && chance.hit(0.3)) sent.fate = 'gone';
      else if (sent.fate === 'asked') await resend(stage, chat, sent);
      else if (sent.fate === 'acked' && sent === chat.sent.at(-1) && chance.hit(0.2))
        await resend(stage, chat, sent);
    }
    const { draft } = chat;
    const found = await stage.door.call('draft.get', { key: draftKey(chat) });
    const text = found.ok ? found.value.text : null;
    if (text !== draft.acked && text !== draft.asked) {
      stage.wrong(
        `the draft of ${chat.firstToken} is ${JSON.stringify(text)}, it was ${JSON.stringify(draft)}`,
      );
    }
    chat.draft = { acked: text ?? '', asked: null };
    if (chat.chatId !== null) await stage.door.follow(chat.chatId);
  }

  /** Acts until the app is gone. */
  async run(chance: (lane: number) => Chance, isOver: () => boolean): Promise<void> {
    const stage = this.#requireStage();
    const lanes = Array.from({ length: LANES }, async (_, lane) => {
      const own = chance(lane);
      while (!isOver()) {
        await act(stage, lane, LANES, own);
        await pause(own.between(0, 180));
      }
    });
    await Promise.all(lanes);
  }

  async check(settled: boolean): Promise<void> {
    const stage = this.#requireStage();
    const { world, directories, wrong } = this.#options;
    const checkOne = async (chat: KnownChat) => {
      if (chat.chatId === null) return;
      const seen = await readChat(stage.door, chat.chatId);
      const directory = directories[chat.place];
      // After the history: what it claims must be there by now.
      const effects = readEffects(directory);
      for (const what of checkChat({ world, directory, effects, settled }, chat, seen)) wrong(what);
    };
    await Promise.all(world.chats.map(checkOne));
    for (const directory of Object.values(directories)) {
      for (const what of checkNoneTwice(readEffects(directory))) wrong(what);
    }
  }

  /** Every chat goes on by itself until it waits. Answers how long that took. */
  async settle(): Promise<number> {
    const stage = this.#requireStage();
    const startedAt = Date.now();
    const moved = new Map<string, { version: number; at: number }>();
    for (;;) {
      const busy = (await chatsOf(stage.door)).filter((chat) => chat.status !== 'waiting');
      if (busy.length === 0 || busy.some((chat) => chat.status === 'error')) break;
      for (const { id, asks, snapshot_version: version } of busy) {
        const chat = stage.world.chats.find((one) => one.chatId === id);
        if (chat && asks > 0) await answerAll(stage, chat);
        if (moved.get(id)?.version !== version) moved.set(id, { version, at: Date.now() });
      }
      const still = busy.filter(({ id }) => Date.now() - (moved.get(id)?.at ?? 0) > STILL_MS);
      if (still.length > 0) stage.wrong(`nothing happens any more: ${JSON.stringify(still)}`);
      const isLate = Date.now() - startedAt > SETTLE_MS;
      if (isLate) stage.wrong(`still busy after ${SETTLE_MS / 1000} s: ${JSON.stringify(busy)}`);
      if (isLate || still.length > 0) break;
      await pause(100);
    }
    const tookMs = Date.now() - startedAt;
    // Commands in the background outlive their turn.
    await pause(1_200);
    await this.check(true);
    return tookMs;
  }

  #requireStage(): Stage {
    if (!this.#stage) throw new Error('the session has not begun');
    return this.#stage;
  }

  #onEvents(chatId: string, events: readonly StreamEvent[]): void {
    const chat = this.#options.world.chats.find((one) => one.chatId === chatId);
    if (!chat) return;
    const wrong = (what: string) => this.#options.wrong(`the feed of ${chat.firstToken}: ${what}`);
    const live = this.#live.get(chatId) ?? { status: 'unknown', queue: [], calls: [] };
    this.#live.set(chatId, live);
    for (const event of events) {
      if (event.type === 'snapshot') {
        live.status = event.status;
        live.calls = event.calls;
        live.queue = event.queue.map((entry) => ({ id: entry.id, token: tokenOf(entry) }));
        for (const row of event.messages) rememberRow(chat, row, wrong);
      } else if (event.type === 'message') rememberRow(chat, event.message, wrong);
      else if (event.type === 'status') live.status = event.status;
      else if (event.type === 'queue_update') {
        live.queue = event.queue.map((entry) => ({ id: entry.id, token: tokenOf(entry) }));
      } else if (event.type === 'calls') live.calls = event.calls;
      else if (event.type === 'error') wrong(`it failed: ${JSON.stringify(event)}`);
    }
  }
}

async function chatsOf(door: Door) {
  const event = await door.first('chats.watch', {});
  if (event.kind !== 'list') throw new Error(`the feed of chats began with ${event.kind}`);
  return event.chats;
}

async function modelsOf(door: Door): Promise<Stage['models']> {
  const { models } = await door.first('models.watch', {});
  const of = (kind: string, name: RegExp) => {
    const model = models.find(
      (one) => one.kind === kind && name.test(one.model) && one.unavailable === null,
    );
    if (!model) throw new Error(`no model of ${kind} can be used: ${JSON.stringify(models)}`);
    return model.id;
  };
  return { openai: of('openai', /^gpt-4o$/), anthropic: of('anthropic', /sonnet/) };
}
