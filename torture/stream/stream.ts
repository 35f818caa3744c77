import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { ChatId } from '../../shared/model/ids.ts';
import { startTortureDaemon, type TortureDaemon } from '../harness/daemon.ts';
import { type Subscriber, subscribe } from '../harness/subscriber.ts';
import type { TortureOptions } from '../index.ts';
import { type Chance, chanceOf } from '../random.ts';
import { pause } from '../waits.ts';
import { actAtRandom } from './actions.ts';
import { differences, isAtRest, readTruth, wordsInOrder } from './checks.ts';
import { startTalkingModel } from './model.ts';

/** At once: they share the daemon, as the chats of an app do. */
const LANES = 4;
const ACTS_A_CHAT = 14;
const REST_MS = 60_000;
/** A chat that shows "running" with an owner shows its words: a subscriber that hangs is found by this. */
const SAME_MS = 15_000;

interface Counts {
  chats: number;
  acts: Record<string, number>;
  subscribers: number;
  events: Record<string, number>;
  reopened: number;
}

interface Stage {
  readonly daemon: TortureDaemon;
  readonly counts: Counts;
  readonly wrong: string[];
}

/**
 * Subscribers join and leave at random while chats run, fail, are edited, stopped and queued up; some are slow. When a
 * chat rests, what each of them folded is what the database holds.
 */
export async function tortureStreams({ count, seed, say }: TortureOptions): Promise<boolean> {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'gaffer-torture-stream-'));
  const server = await startTalkingModel(seed);
  const daemon = await startTortureDaemon({ dir, env: server.env });
  const counts: Counts = { chats: 0, acts: {}, subscribers: 0, events: {}, reopened: 0 };
  const wrong: string[] = [];
  say(`stream: ${count} chats, seed ${seed}, in ${dir}`);
  try {
    let next = 0;
    const lane = async () => {
      while (next < count && wrong.length === 0) {
        next += 1;
        await oneChat({ daemon, counts, wrong }, chanceOf(seed, 'chat', next), `chat ${next}`);
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    for (const line of daemon.log)
      if (line.level === 'error') wrong.push(`logged: ${JSON.stringify(line)}`);
  } finally {
    await daemon.close();
    await server.stop();
  }
  report(say, counts, wrong);
  if (wrong.length === 0) fs.rmSync(dir, { recursive: true, force: true });
  else say(`The log is in ${dir}; the same plan: --count ${count} --seed ${seed}`);
  return wrong.length === 0;
}

async function oneChat(stage: Stage, chance: Chance, name: string): Promise<void> {
  const { daemon, counts, wrong } = stage;
  const made = await daemon.call('chat.create', {
    workspaceId: null,
    text: 'Please begin.',
    sendKey: randomUUID(),
  });
  if (!made.ok) throw new Error(made.error.message);
  const { chatId } = made.value;
  counts.chats += 1;
  const present = new Set<Subscriber>();
  // One is there from the beginning to the end: it sees every step.
  const witness = join(stage, chatId, chance, name);
  await witness.until('the first snapshot', () => true);
  try {
    for (let i = 0; i < ACTS_A_CHAT; i += 1) {
      await pause(chance.between(0, 60));
      if (chance.hit(0.4)) present.add(join(stage, chatId, chance, name));
      const [oldest] = present;
      if (oldest && chance.hit(0.2)) {
        present.delete(oldest);
        await oldest.close();
      }
      const view = witness.view();
      if (!view) throw new Error('the witness lost its view');
      const act = await actAtRandom(daemon, chatId, view, chance);
      counts.acts[act] = (counts.acts[act] ?? 0) + 1;
    }
    await settle(stage, chatId, witness);
    await compare(stage, chatId, [witness, ...present], name);
  } catch (error) {
    wrong.push(`${name} (${chatId}): ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    for (const each of [witness, ...present]) {
      counts.reopened += each.opened() - 1;
      await each.close();
    }
  }
}

/** A window that may be slow; words that it shows are looked at. */
function join({ daemon, counts, wrong }: Stage, chatId: ChatId, chance: Chance, name: string): Subscriber {
  const slowness = chance.pick([0, 0, 0, 3, 25]);
  counts.subscribers += 1;
  return subscribe(daemon, {
    chatId,
    onEvent(event, view) {
      counts.events[event.type] = (counts.events[event.type] ?? 0) + 1;
      const broken = view && wordsInOrder(view);
      if (broken) wrong.push(`${name}: ${broken}`);
    },
    pace: () => (slowness > 0 ? pause(slowness * Math.random()) : null),
  });
}

/** Waits of a retry are cut short, as a person would by "Retry now"; an error and what is queued behind it stay. */
async function settle({ daemon }: Stage, chatId: ChatId, witness: Subscriber): Promise<void> {
  const until = Date.now() + REST_MS;
  for (;;) {
    const view = await witness
      .until('rest, or a retry', (v) => isAtRest(v) || v.retry !== null, Math.max(1, until - Date.now()))
      .catch(() => {
        throw new Error(
          `does not come to rest: ${JSON.stringify(witness.view(), null, 1).slice(0, 2_000)}`,
        );
      });
    if (isAtRest(view)) return;
    await daemon.call('chat.retry', { chatId });
    await pause(20);
  }
}

async function compare(
  { daemon, wrong }: Stage,
  chatId: ChatId,
  subscribers: readonly Subscriber[],
  name: string,
): Promise<void> {
  const until = Date.now() + SAME_MS;
  for (;;) {
    const truth = await readTruth(daemon, chatId);
    const found = subscribers.flatMap((each, i) => differences(`subscriber ${i}`, each, truth));
    if (found.length === 0) return;
    // A slow one is given the time that it takes.
    if (Date.now() > until) {
      wrong.push(...found.map((line) => `${name} (${chatId}): ${line}`));
      return;
    }
    await pause(50);
  }
}

function report(say: TortureOptions['say'], counts: Counts, wrong: readonly string[]): void {
  const list = (all: Readonly<Record<string, number>>) =>
    Object.entries(all)
      .map(([what, n]) => `${what} ${n}`)
      .join(', ');
  say(`chats ${counts.chats}, subscribers ${counts.subscribers}, feeds opened again ${counts.reopened}`);
  say(`acts: ${list(counts.acts)}`);
  say(`events: ${list(counts.events)}`);
  for (const line of wrong.slice(0, 20)) say(`WRONG ${line}`);
  say(
    wrong.length === 0 ? 'stream: all folded to what the database holds' : `stream: ${wrong.length} wrong`,
  );
}
