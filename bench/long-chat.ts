import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { ChatId, ModelConfigId } from '../shared/model/ids.ts';
import type { LivePart } from '../shared/model/part.ts';
import type { StreamEvent } from '../shared/model/stream.ts';
import { startTortureDaemon, type TortureDaemon } from '../torture/harness/daemon.ts';
import { makeScratch } from './electron.ts';
import { type Answer, type ModelServer, startModelServer } from './model-server.ts';
import { type Findings, row } from './report.ts';
import { countRowsRead, type RowsRead, rowsRead, sumOf } from './rows-read.ts';
import { LONG_CHAT, SHORT_CHAT, seededDataDir } from './seed.ts';
import { median } from './stats.ts';

const LONG_ROWS = 100_000;
/** A block of turns in one chat, then one in the other; each turn is one commit. */
const BLOCKS = 12;
const BLOCK_TURNS = 6;
const WARM_UP_BLOCKS = 2;
const DELTAS = 25;
/** What windows of fixed sizes find more of in a long chat: a few of them, whatever its length. */
const MORE_ROWS = 200;

/** Milliseconds: the word leaves the server → the event with it; the end of the answer → the event with the row. */
interface Times {
  readonly delta: number[];
  readonly commit: number[];
  /** The message is sent → the request is at the server. */
  readonly begin: number[];
}

/** A delta and a commit in a chat of 100,000 messages against one of 10, through the daemon's own feeds. */
export async function benchLongChat(): Promise<Findings> {
  const scratch = makeScratch();
  const server = await startModelServer();
  try {
    const dataDir = path.join(scratch.dir, 'data');
    await seededDataDir(dataDir, { chats: 0, longChat: LONG_ROWS });
    const database = path.join(dataDir, 'db/pg18');
    await countRowsRead(database);
    const env = { OPENAI_API_KEY: 'sk-bench', OPENAI_BASE_URL: server.url };
    const daemon = await startTortureDaemon({ dir: scratch.dir, env });
    const measured = await measureAndClose(daemon, server);
    const short = await rowsRead(database, SHORT_CHAT);
    const long = await rowsRead(database, LONG_CHAT);
    return findings(measured, short, long);
  } finally {
    await server.stop();
    await scratch.remove();
  }
}

interface Measured {
  readonly short: Times;
  readonly long: Times;
}

async function measureAndClose(daemon: TortureDaemon, server: ModelServer): Promise<Measured> {
  try {
    return await measure(daemon, server);
  } finally {
    await daemon.close();
  }
}

async function measure(daemon: TortureDaemon, server: ModelServer): Promise<Measured> {
  const modelConfigId = await modelOf(daemon);
  const answers = new Answers(server);
  const short = new Chat(daemon, answers, { chatId: SHORT_CHAT as ChatId, modelConfigId });
  const long = new Chat(daemon, answers, { chatId: LONG_CHAT as ChatId, modelConfigId });
  try {
    const [shortTimes, longTimes] = [noTimes(), noTimes()];
    for (let block = -WARM_UP_BLOCKS; block < BLOCKS; block += 1) {
      for (const [chat, times] of [
        [short, shortTimes],
        [long, longTimes],
      ] as const) {
        for (let turn = 0; turn < BLOCK_TURNS; turn += 1) await chat.turn(block < 0 ? noTimes() : times);
      }
    }
    return { short: shortTimes, long: longTimes };
  } finally {
    await short.close();
    await long.close();
  }
}

function noTimes(): Times {
  return { delta: [], commit: [], begin: [] };
}

async function modelOf(daemon: TortureDaemon): Promise<ModelConfigId> {
  for await (const { models } of daemon.watch('models.watch', {}, AbortSignal.timeout(10_000))) {
    const found = models.find((model) => model.provider === 'OpenAI');
    if (found) return found.id;
  }
  throw new Error('There is no model');
}

/** Gives the answers one after another: only one chat asks at a time. */
class Answers {
  readonly #ready: Answer[] = [];
  #wake: () => void = () => {};

  constructor(server: ModelServer) {
    server.onAnswer((answer) => {
      this.#ready.push(answer);
      this.#wake();
    });
  }

  async take(): Promise<Answer> {
    for (;;) {
      const answer = this.#ready.shift();
      if (answer) return answer;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

/** One chat with its feed. */
class Chat {
  readonly #daemon: TortureDaemon;
  readonly #answers: Answers;
  readonly #about: { readonly chatId: ChatId; readonly modelConfigId: ModelConfigId };
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  #look: (event: StreamEvent) => void = () => {};

  constructor(
    daemon: TortureDaemon,
    answers: Answers,
    about: { chatId: ChatId; modelConfigId: ModelConfigId },
  ) {
    this.#daemon = daemon;
    this.#answers = answers;
    this.#about = about;
    this.#done = this.#read();
  }

  async #read(): Promise<void> {
    const { chatId } = this.#about;
    for await (const event of this.#daemon.watch('chat.stream', { chatId }, this.#stop.signal))
      this.#look(event);
  }

  #next(wanted: (event: StreamEvent) => boolean): Promise<number> {
    return new Promise((resolve) => {
      this.#look = (event) => {
        if (wanted(event)) resolve(performance.now());
      };
    });
  }

  async turn(times: Times): Promise<void> {
    const sentAt = performance.now();
    const sent = await this.#daemon.call('chat.send', {
      ...this.#about,
      text: 'Go on.',
      sendKey: randomUUID(),
    });
    if (!sent.ok) throw new Error(sent.error.code);
    await this.answer(times, sentAt);
  }

  async answer(times: Times, sentAt = performance.now()): Promise<void> {
    const answer = await this.#answers.take();
    times.begin.push(performance.now() - sentAt);
    for (let n = 0; n < DELTAS; n += 1) {
      const words = `some words of an answer, delta ${n} `;
      const shown = this.#next((event) => event.type === 'message_part' && holds(event.frame.part, words));
      const saidAt = performance.now();
      answer.say(words);
      times.delta.push((await shown) - saidAt);
    }
    const committed = this.#next((event) => event.type === 'message' && event.message.role === 'assistant');
    const saidAt = performance.now();
    answer.end();
    times.commit.push((await committed) - saidAt);
    await this.#next((event) => event.type === 'status' && event.status === 'waiting');
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }
}

function holds(part: LivePart, words: string): boolean {
  return part.type === 'text' && part.text === words;
}

function findings(
  { short, long }: Measured,
  shortRead: readonly RowsRead[],
  longRead: readonly RowsRead[],
): Findings {
  const alike = (name: string, pick: (times: Times) => readonly number[]) =>
    row({
      name,
      value: median(pick(long)),
      unit: 'ms',
      baseline: median(pick(short)),
      target: '≤ 1.15×',
      meets: (_, ratio) => ratio <= 1.15,
    });
  const rows = (read: readonly RowsRead[]) => median(read.map(sumOf));
  return {
    rows: [
      alike('long-chat.delta p50', (times) => times.delta),
      alike('long-chat.commit p50', (times) => times.commit),
      alike('long-chat.begin p50', (times) => times.begin),
      row({
        name: 'long-chat.rows read p50',
        value: rows(longRead),
        unit: 'rows',
        baseline: rows(shortRead),
        target: `≤ + ${MORE_ROWS}`,
        meets: (value, ratio) => value - value / ratio <= MORE_ROWS,
      }),
    ],
    notes: [
      `long-chat: ${BLOCKS * BLOCK_TURNS} turns of ${DELTAS} deltas in each of two chats, ${LONG_ROWS} messages ` +
        'against 10, both summarised 8 rows before their end, and what the turns add; a delta: from the server to its event; a ' +
        'commit: from the end of the answer to the event with its row; begin: from the message to the request',
      'long-chat: rows read are those that the database read for everything from one commit to the next, at most ' +
        `${told(longRead)} against ${told(shortRead)}`,
    ],
  };
}

function told(read: readonly RowsRead[]): string {
  const most = read.reduce((worst, one) => (sumOf(one) > sumOf(worst) ? one : worst));
  return Object.entries(most)
    .map(([table, rows]) => `${rows} ${table}`)
    .join(', ');
}
