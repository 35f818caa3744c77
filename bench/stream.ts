import type { IntervalHistogram } from 'node:perf_hooks';
import type { ChatId, ModelConfigId } from '@shared/model/ids.ts';
import type { Message } from '@shared/model/message.ts';
import { ask } from '../e2e/fixtures/window-calls.ts';
import { addAccounts, type BenchAccount, giveKeys } from './accounts.ts';
import { type Driven, drive, makeScratch } from './electron.ts';
import { type Frames, startRecording, stopRecording } from './frames.ts';
import { type Answer, type ModelServer, startModelServer } from './model-server.ts';
import { type Findings, row } from './report.ts';
import { seededDataDir } from './seed.ts';
import { subjectIn } from './start.ts';
import { median } from './stats.ts';
import { openStoreWorker } from './store-worker.ts';

const ROUNDS = 5;
const CHATS = 20;
const DELTAS_PER_SECOND = 1_000;
const ROUND_MS = 6_000;
const ACCOUNTS = 3;
const GIVE_UP_MS = 30_000;

interface Round {
  readonly app: Frames;
  readonly empty: Frames;
  readonly mainDelayP99Ms: number;
  readonly emptyDelayP99Ms: number;
  /** Deltas that left the server in a second. */
  readonly rate: number;
  readonly lost: number;
}

/** 20 chats stream at once, one of them visible, in turn with an empty window in which one element moves. */
export async function benchStream(): Promise<Findings> {
  const scratch = makeScratch();
  const server = await startModelServer();
  const stops: (() => Promise<void>)[] = [() => scratch.remove(), () => server.stop()];
  try {
    const subject = subjectIn(scratch.dir, 'app');
    await seededDataDir(subject.dataDir, { chats: 1_000, longChat: 0 });
    const accounts = await addAccounts(subject.dataDir, server.url, ACCOUNTS);
    const empty = await drive(subjectIn(scratch.dir, 'empty'));
    stops.push(() => empty.stop());
    const app = await drive(subject);
    let stopApp: (() => Promise<void>) | null = () => app.stop();
    stops.push(async () => stopApp?.());
    await giveKeys(app.window, accounts);
    const crowd = new Crowd(app, server, accounts);
    const rounds: Round[] = [];
    for (let i = 0; i < ROUNDS; i += 1) rounds.push(await crowd.round(i, empty));
    await app.stop();
    stopApp = null;
    return findings(rounds, await crowd.countLostRows(subject.dataDir));
  } finally {
    for (const stop of stops.toReversed()) await stop().catch(() => undefined);
  }
}

function findings(rounds: readonly Round[], lostInDatabase: number): Findings {
  const dropped = median(rounds.map((r) => r.app.dropped));
  const baseline = median(rounds.map((r) => r.empty.dropped));
  const longest = Math.max(0, ...rounds.flatMap((r) => r.app.longTasksMs));
  const longestEmpty = Math.max(0, ...rounds.flatMap((r) => r.empty.longTasksMs));
  const long = rounds.reduce((n, r) => n + r.app.longTasksMs.length, 0);
  const lost = rounds.reduce((n, r) => n + r.lost, 0);
  const rate = Math.round(median(rounds.map((r) => r.rate)));
  return {
    rows: [
      row({
        name: 'stream.dropped',
        value: dropped,
        unit: 'frames',
        baseline,
        target: `≤ 1.25× (${(baseline * 1.25).toFixed(1)})`,
        meets: (value) => value <= baseline * 1.25,
      }),
      row({
        name: 'stream.longest-task',
        value: longest,
        unit: 'ms',
        baseline: longestEmpty,
        target: 'none > 50 ms',
        meets: (value) => value <= 50,
      }),
      row({
        name: 'stream.main-delay p99',
        value: median(rounds.map((r) => r.mainDelayP99Ms)),
        unit: 'ms',
        baseline: median(rounds.map((r) => r.emptyDelayP99Ms)),
        target: '≤ 20 ms',
        meets: (value) => value <= 20,
      }),
      row({
        name: 'stream.lost-in-window',
        value: lost,
        unit: 'deltas',
        target: '0',
        meets: (value) => value === 0,
      }),
      row({
        name: 'stream.lost-in-database',
        value: lostInDatabase,
        unit: 'deltas',
        target: '0',
        meets: (value) => value === 0,
      }),
    ],
    notes: [
      `stream: ${CHATS} chats, ${rate} deltas/s in all, ${ROUNDS} rounds of ${ROUND_MS / 1000} s; frames drawn ` +
        `${median(rounds.map((r) => r.app.drawn))} against ${median(rounds.map((r) => r.empty.drawn))}; ` +
        `dropped per round ${rounds.map((r) => r.app.dropped).join(' ')} against ` +
        `${rounds.map((r) => r.empty.dropped).join(' ')}; tasks over 50 ms: ${long} (0 ms: none)`,
    ],
  };
}

interface Sent {
  readonly words: string[];
}

/** The chats, what the server said to each, and one round of saying. */
class Crowd {
  readonly #app: Driven;
  readonly #server: ModelServer;
  readonly #accounts: readonly BenchAccount[];
  readonly #sent = new Map<string, Sent>();
  #chats: readonly ChatId[] = [];

  constructor(app: Driven, server: ModelServer, accounts: readonly BenchAccount[]) {
    this.#app = app;
    this.#server = server;
    this.#accounts = accounts;
  }

  async round(number: number, emptyApp: Driven): Promise<Round> {
    await emptyApp.electron.evaluate(startDelays);
    await startRecording(emptyApp.window);
    await pause(ROUND_MS);
    const empty = await stopRecording(emptyApp.window);
    const emptyDelayP99Ms = await emptyApp.electron.evaluate(stopDelays);

    const { window, electron } = this.#app;
    const answers = await this.#askAll(number);
    await pause(500);
    await electron.evaluate(startDelays);
    await startRecording(window);
    const startedAt = performance.now();
    const said = await this.#sayAll(answers);
    const rate = said / ((performance.now() - startedAt) / 1000);
    const app = await stopRecording(window, empty.intervalMs);
    const mainDelayP99Ms = await electron.evaluate(stopDelays);
    const visible = answers.find((answer) => answer.asked.startsWith('Visible'));
    for (const answer of answers) answer.end();
    await window.getByRole('feed').and(window.locator('[aria-busy="false"]')).waitFor();
    const shown = await window.locator('.agent .prose').last().innerText();
    const wanted = this.#sent.get(visible?.asked ?? '')?.words ?? [];
    await this.#settle();
    return { app, empty, mainDelayP99Ms, emptyDelayP99Ms, rate, lost: missing(wanted, shown) };
  }

  /** The visible chat is asked by hand, the others through the contract. Answers once the server has all of them. */
  async #askAll(number: number): Promise<readonly Answer[]> {
    const { window } = this.#app;
    const answers: Answer[] = [];
    const all = new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`Only ${answers.length} chats asked`)), GIVE_UP_MS);
      this.#server.onAnswer((answer) => {
        answers.push(answer);
        this.#sent.set(answer.asked, { words: [] });
        if (answers.length < CHATS) return;
        clearTimeout(late);
        resolve();
      });
    });
    const box = window.getByRole('textbox', { name: 'Message' });
    await box.fill(`Visible ${number}`);
    await box.press('Enter');
    if (this.#chats.length === 0) {
      const created: ChatId[] = [];
      for (let i = 1; i < CHATS; i += 1) created.push(await this.#create(i, `Hidden ${i} ${number}`));
      this.#chats = created;
    } else {
      for (const [i, chatId] of this.#chats.entries()) {
        await ask(window, 'chat.send', {
          chatId,
          text: `Hidden ${i + 1} ${number}`,
          sendKey: crypto.randomUUID(),
        });
      }
    }
    await all;
    return answers;
  }

  async #create(index: number, text: string): Promise<ChatId> {
    const account = this.#accounts[index % this.#accounts.length];
    const { chatId } = await ask(this.#app.window, 'chat.create', {
      workspaceId: null,
      text,
      modelConfigId: account?.modelConfigId as ModelConfigId,
      sendKey: crypto.randomUUID(),
    });
    return chatId;
  }

  /** One word a delta, to each chat in turn, as many as the time asks for. Answers how many were said. */
  async #sayAll(answers: readonly Answer[]): Promise<number> {
    const startedAt = performance.now();
    let said = 0;
    for (;;) {
      const due = Math.floor(((performance.now() - startedAt) * DELTAS_PER_SECOND) / 1000);
      for (; said < due; said += 1) {
        const answer = answers[said % answers.length];
        const { words } = this.#sent.get(answer?.asked ?? '') ?? { words: [] };
        const word = `w${words.length}${words.length % 60 === 59 ? '.\n\n' : ' '}`;
        words.push(word);
        answer?.say(word);
      }
      if (performance.now() - startedAt >= ROUND_MS) return said;
      await pause(2);
    }
  }

  /** Until no chat runs any more: the tree shows one "beat" for each that does. */
  async #settle(): Promise<void> {
    const { window } = this.#app;
    for (const chatId of this.#chats) {
      await waitFor(async () => {
        const { messages } = await ask(window, 'chat.page', { chatId, limit: 1 });
        return messages.at(-1)?.role === 'assistant';
      });
    }
  }

  /** Compares what the database holds, after the app has gone, with all that the server said. */
  async countLostRows(dataDir: string): Promise<number> {
    const store = await openStoreWorker(dataDir);
    try {
      const { ownerId } = await store.call<{ ownerId: string }>('loadInstallation', {});
      const chats = await store.call<readonly { id: ChatId; title: string }[]>('listChats', {
        ownerId,
        archived: false,
      });
      const found = new Map<string, string>();
      // The newest come first; the seeded ones were not asked anything.
      for (const { id } of chats.slice(0, CHATS)) {
        const page = { chatId: id, ownerId, limit: 200 };
        const messages = await store.call<readonly Message[]>('loadPage', page);
        for (const [i, message] of messages.entries()) {
          if (message.role === 'user') found.set(textOf(message), textOf(messages[i + 1]));
        }
      }
      return [...this.#sent].reduce(
        (n, [asked, { words }]) => n + missing(words, found.get(asked) ?? ''),
        0,
      );
    } finally {
      await store.close();
    }
  }
}

function textOf(message: Message | undefined): string {
  return (message?.content ?? []).map((part) => (part.type === 'text' ? part.text : '')).join('');
}

/** Words that are not where they belong; what was said twice moves all that follow it. */
function missing(words: readonly string[], text: string): number {
  const shown = text.split(/\s+/).filter((word) => word !== '');
  const surplus = Math.max(0, shown.length - words.length);
  return words.filter((word, i) => shown[i] !== word.trim()).length + surplus;
}

type WithDelays = {
  benchDelays: IntervalHistogram;
};

/** In main: how late a timer of 10 ms comes. The histogram holds the whole interval. */
function startDelays(): void {
  const { monitorEventLoopDelay } = process.getBuiltinModule('perf_hooks');
  const benchDelays = monitorEventLoopDelay({ resolution: 10 });
  Object.assign(globalThis, { benchDelays });
  benchDelays.enable();
}

function stopDelays(): number {
  const { benchDelays } = globalThis as unknown as WithDelays;
  benchDelays.disable();
  return Math.max(0, benchDelays.percentile(99) / 1e6 - 10);
}

async function waitFor(holds: () => Promise<boolean>): Promise<void> {
  const until = performance.now() + GIVE_UP_MS;
  while (!(await holds())) {
    if (performance.now() > until) throw new Error('The chats did not come to rest');
    await pause(50);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
