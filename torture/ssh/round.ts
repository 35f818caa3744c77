import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { ChatId, WorkspaceId } from '../../shared/model/ids.ts';
import type { TortureDaemon } from '../harness/daemon.ts';
import { subscribe } from '../harness/subscriber.ts';
import { CALM } from '../harness/wire.ts';
import type { Chance } from '../random.ts';
import { isAtRest, readTruth } from '../stream/checks.ts';
import { pause, within } from '../waits.ts';
import { tooSoon } from './attempts.ts';
import { type Checked, checkChat } from './checks.ts';
import type { Excuse, Moment } from './excuse.ts';
import type { Aftermath, Fault, Scene } from './faults.ts';
import type { Agent, TortureHost } from './host.ts';
import type { Links } from './links.ts';
import type { ScriptedModel } from './model.ts';
import { LOG_FILE, longMarks, makeScript, messageText, type Script } from './script.ts';
import type { Ticker } from './ticker.ts';

const CHATS = 2;
const REST_MS = 240_000;
/** The longest pause between two attempts, and an attempt that gets no answer before it. */
const BACK_MS = 120_000;
const LINK_MS = 120_000;
/** After so long a link is steady, and its next break is a first one. */
const STEADY_MS = 31_000;
const CLOSE_MS = 20_000;
/** A command that ends on a full disk waits for room, and its chat with it. */
const MORE_MS = 3_000;

/** One host, and everything that the daemon has there. */
export interface Lane {
  readonly daemon: TortureDaemon;
  readonly model: ScriptedModel;
  readonly links: Links;
  readonly host: TortureHost;
  readonly workspaceId: WorkspaceId;
  readonly ticker: Ticker;
  readonly agentFile: string;
  /** When somebody asked a link to try at once, on any lane: all hear of it. */
  readonly nudges: number[];
  jump(ms: number): void;
}

/** What one fault came to. */
export interface Outcome {
  readonly fault: string;
  /** From the end of the fault until the link was up; null: it had not to break. */
  readonly backMs: number | null;
  readonly attempts: number;
  readonly did: number;
  readonly failures: readonly string[];
  readonly wrong: readonly string[];
}

/** Chats work on the host, the fault strikes, and everything that it touched goes on by itself. */
export async function playRound(lane: Lane, fault: Fault, name: string, chance: Chance): Promise<Outcome> {
  const { model, host } = lane;
  const scripts = Array.from({ length: CHATS }, (_, n) => makeScript(`${name}-${n}`, chance));
  for (const script of scripts) model.play(script);
  const hold = fault.holds ? model.hold(scripts[0]?.token ?? '', chance.between(1, 4)) : null;
  const start: Start = {
    at: performance.now(),
    agents: host.agents(),
    attempts: host.wire.begun.length,
  };
  const chats = await Promise.all(scripts.map((script) => createChat(lane, script)));
  const wrong: string[] = [];
  let backMs: number | null = null;
  let excuse: Excuse | null = null;
  let healedAt = Number.POSITIVE_INFINITY;
  const healed = () => {
    healedAt = Math.min(healedAt, performance.now());
  };
  try {
    const aftermath = await fault.strike({ ...sceneOf(lane, scripts, chance), hold, healed });
    healed();
    excuse = aftermath.excuse ?? null;
    const backAt = await untilBack(lane, aftermath, start);
    backMs = backAt === null ? null : Math.max(0, backAt - healedAt);
    for (const chatId of chats) await untilRest(lane, chatId);
    wrong.push(...checkAftermath(lane, aftermath, start));
  } catch (error) {
    wrong.push(error instanceof Error ? error.message : String(error));
    hold?.release();
    mend(host);
    for (const chatId of chats) await untilRest(lane, chatId).catch(() => {});
  }
  const checked = await Promise.all(
    chats.map((chatId, n) => checkAtRest(lane, { chatId, script: scripts[n], excuse })),
  );
  wrong.push(...checked.flatMap((each) => each.wrong), ...(await checkConnections(lane, start)));
  lane.jump(STEADY_MS);
  return {
    fault: fault.name,
    backMs,
    attempts: host.wire.begun.length - start.attempts,
    did: checked.reduce((sum, each) => sum + each.did, 0),
    failures: checked.flatMap((each) => each.failures),
    wrong,
  };
}

/** What a fault may have left behind that did not come to its end: chats shall end all the same. */
function mend({ wire, disk }: TortureHost): void {
  wire.weather(CALM);
  wire.appear();
  disk?.free();
}

/** How it was before. */
interface Start {
  readonly at: number;
  readonly agents: readonly Agent[];
  readonly attempts: number;
}

async function createChat({ daemon, workspaceId }: Lane, script: Script): Promise<ChatId> {
  const made = await daemon.call('chat.create', {
    workspaceId,
    text: messageText(script),
    sendKey: randomUUID(),
  });
  if (!made.ok) throw new Error(`chat.create: ${made.error.message}`);
  return made.value.chatId;
}

function sceneOf(lane: Lane, scripts: readonly Script[], chance: Chance): Omit<Scene, 'hold' | 'healed'> {
  const { daemon, model, host, links, workspaceId, agentFile, nudges, jump } = lane;
  const tokens = scripts.map(({ token }) => token);
  const calls = scripts.reduce((sum, script) => sum + script.calls.length, 0);
  return {
    host,
    chance,
    agentFile,
    jump,
    midway: () =>
      within(REST_MS, 'calls of the chats', model.untilMade(tokens, chance.between(1, calls - 2))),
    more: (some) => Promise.race([model.untilMade(tokens, model.made(tokens) + some), pause(MORE_MS)]),
    command: () => within(REST_MS, 'a command', untilBegun(host, scripts.flatMap(longMarks))),
    moment: () => momentOf(lane, tokens),
    until: (what, wanted) => links.until(workspaceId, what, wanted, LINK_MS),
    wake() {
      nudges.push(performance.now());
      daemon.wake();
    },
    async reconnect() {
      nudges.push(performance.now());
      await daemon.call('workspaces.reconnect', { workspaceId });
    },
  };
}

function momentOf({ model, host }: Lane, tokens: readonly string[]): Moment {
  return { made: new Map(tokens.map((token) => [token, model.made([token])])), begun: begunOn(host) };
}

function begunOn({ work }: TortureHost): ReadonlySet<string> {
  const file = path.join(work, LOG_FILE);
  return new Set(fs.existsSync(file) ? fs.readFileSync(file, 'utf8').split('\n') : []);
}

async function untilBegun(host: TortureHost, marks: readonly string[]): Promise<void> {
  for (;;) {
    const begun = begunOn(host);
    if (marks.some((mark) => begun.has(mark))) return;
    await pause(20);
  }
}

/** A break is heard of later than it happens. Answers when the link was up for the last time; null: it had not to break. */
async function untilBack(
  { links, workspaceId }: Lane,
  { link }: Aftermath,
  start: Start,
): Promise<number | null> {
  if (link !== 'broke') return null;
  const isBroken = () => links.since(workspaceId, start.at).some(({ state }) => state.state !== 'up');
  await links.until(workspaceId, 'the break of the link', isBroken, BACK_MS);
  await links.until(workspaceId, 'the link', ({ state }) => state === 'up', BACK_MS);
  return links.since(workspaceId, start.at).findLast(({ state }) => state.state === 'up')?.at ?? null;
}

async function untilRest({ daemon }: Lane, chatId: ChatId): Promise<void> {
  const subscriber = subscribe(daemon, { chatId });
  try {
    await subscriber.until('rest', isAtRest, REST_MS);
  } catch {
    const { status, calls } = subscriber.view() ?? {};
    throw new Error(`a chat does not come to rest: ${JSON.stringify({ status, calls })}`);
  } finally {
    await subscriber.close();
  }
}

function checkAftermath(
  { links, workspaceId, host, ticker }: Lane,
  { link, agent }: Aftermath,
  start: Start,
): string[] {
  const wrong: string[] = [];
  const states = links.since(workspaceId, start.at);
  if (link === 'held' && states.length > 0)
    wrong.push(`the link did not hold: ${JSON.stringify(states.map(({ state }) => state))}`);
  const now = new Set(host.agents().map(({ pid }) => pid));
  const lost = start.agents.filter(({ pid }) => !now.has(pid));
  if (agent === 'same' && lost.length > 0) wrong.push('an agent ended that nobody had killed');
  if (agent === 'new' && start.agents.length > 0 && now.size === 0) wrong.push('no agent lives');
  return [...wrong, ...ticker.wrong()];
}

async function checkAtRest(
  { daemon, host }: Lane,
  { chatId, script, excuse }: { chatId: ChatId; script: Script | undefined; excuse: Excuse | null },
): Promise<Checked> {
  if (!script) throw new Error('A chat without a script');
  const { rows, view } = await readTruth(daemon, chatId);
  const checked = checkChat(script, rows, { work: host.work, excuse });
  if (view.error === null) return checked;
  return { ...checked, wrong: [...checked.wrong, `${script.token}: ${JSON.stringify(view.error)}`] };
}

/** One for all chats, none left over, and none begun too soon. */
async function checkConnections({ host, nudges }: Lane, start: Start): Promise<string[]> {
  const until = Date.now() + CLOSE_MS;
  while (host.wire.open() > 1 && Date.now() < until) await pause(50);
  const open = host.wire.open();
  const begun = host.wire.begun.slice(start.attempts);
  return [...(open > 1 ? [`${open} connections are open`] : []), ...tooSoon(begun, nudges)];
}
