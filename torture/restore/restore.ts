import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { FAILPOINT_VARIABLE, restoreFailpoints } from '../../shared/util/failpoints.ts';
import { startChatServer } from '../harness/chat-server.ts';
import type { TortureOptions } from '../index.ts';
import { chanceOf } from '../random.ts';
import { pause, within } from '../waits.ts';
import type { RestoreNews, RestoreOrder } from './life.ts';

const LIFE_MS = 180_000;
/** From the restore's beginning to where nothing of it is left to do. */
const RESTORE_TAKES_MS = 12_000;

/** Where a restore is killed: at one of its steps, or so long after it began. */
interface Plan {
  readonly point: string | null;
  readonly afterMs: number;
  readonly broken: boolean;
}

/**
 * Kills a restore at each of its steps and at random moments, while chats work and more are begun. The next start opens
 * either of the two databases, whole, and says which; what was acknowledged is in it, or in a verified copy.
 */
export async function tortureByRestore({ count, seed, say }: TortureOptions): Promise<boolean> {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'gaffer-restore-'));
  const server = await startChatServer(async ({ messages, signal }, reply) => {
    const asked = messages.findLast(({ role }) => role === 'user')?.content ?? '';
    reply.say('So it is.');
    if (asked.includes('HOLD')) await new Promise((resolve) => signal.addEventListener('abort', resolve));
    reply.finish();
  });
  say(`restore: seed ${seed}, ${count} restores, in ${home}`);
  const ends: Record<string, number> = {};
  let wrong = 0;
  for (let round = 0; round < count; round += 1) {
    const plan = planOf(round, seed);
    const dir = path.join(home, String(round));
    const met = await oneRestore({ dir, env: server.env, round, broken: plan.broken }, plan);
    const where = `${plan.point ?? `after ${plan.afterMs} ms`}${plan.broken ? ', spoilt' : ''}`;
    ends[met.end] = (ends[met.end] ?? 0) + 1;
    say(
      `  ${String(round).padStart(3)}  ${where.padEnd(38)} ${met.problems.length === 0 ? met.end : 'WRONG'}`,
    );
    for (const problem of met.problems) say(`      ${problem}`);
    wrong += met.problems.length;
    if (met.problems.length === 0) fs.rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  }
  await server.stop();
  for (const [end, times] of Object.entries(ends)) say(`${end.padEnd(42)} ${times}`);
  say(`${'violations'.padEnd(42)} ${wrong}`);
  if (wrong === 0) fs.rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  else
    say(`everything is kept in ${home}; again: npm run torture -- restore --count ${count} --seed ${seed}`);
  return wrong === 0;
}

/** Each step once, and between them random moments. */
function planOf(round: number, seed: number): Plan {
  const chance = chanceOf(seed, round);
  const afterMs = chance.between(0, RESTORE_TAKES_MS);
  if (round % 3 === 2) return { point: null, afterMs, broken: chance.hit(0.3) };
  // The seed says where the row of steps begins; none is taken twice before all were.
  const begin = chanceOf(seed, 'first').between(0, restoreFailpoints.length - 1);
  const at = begin + Math.floor(round / 3) * 2 + (round % 3);
  const name = restoreFailpoints[at % restoreFailpoints.length] ?? 'mid-restore-swap';
  const ofCopy = name.endsWith('copy-noted');
  // The first is of the copy that is made by hand.
  return {
    point: ofCopy ? `${name}:${chance.between(1, 2)}` : name,
    afterMs,
    broken: name.includes('put-back') || (name.includes('swap') && chance.hit(0.5)),
  };
}

interface Told {
  readonly asked: Set<string>;
  readonly acked: Set<string>;
  held: readonly string[] | null;
  found: readonly string[] | null;
  outcome: string | null;
  kept: readonly string[] | null;
  done: boolean;
  readonly wrong: string[];
}

async function oneRestore(
  order: Omit<RestoreOrder, 'what'>,
  { point, afterMs }: Plan,
): Promise<{ readonly end: string; readonly problems: readonly string[] }> {
  const told: Told = {
    asked: new Set(),
    acked: new Set(),
    held: null,
    found: null,
    outcome: null,
    kept: null,
    done: false,
    wrong: [],
  };
  try {
    const first = startLife({ ...order, what: 'restore' }, point ?? '', told);
    if (point === null)
      void first.restoring.then(() => pause(afterMs)).then(() => first.child.kill('SIGKILL'));
    const killed = await within(LIFE_MS, 'the first life', first.ended);
    if (!killed && point !== null) return { end: 'alive', problems: [`it passed ${point} alive`] };
    await within(LIFE_MS, 'the second life', startLife({ ...order, what: 'look' }, '', told).ended);
  } catch (error) {
    told.wrong.push(error instanceof Error ? error.message : String(error));
  }
  return { end: told.outcome ?? 'nothing was begun', problems: [...told.wrong, ...faultsOf(told)] };
}

/** What does not hold of what the second life found. */
function faultsOf({ asked, acked, held, found, outcome, kept }: Told): readonly string[] {
  if (found === null) return ['the second life did not say what it found'];
  const wrong: string[] = [];
  const all = (texts: readonly string[], what: string) => {
    const lost = [...acked].filter((text) => !texts.includes(text));
    const strange = texts.filter((text) => !asked.has(text));
    if (lost.length > 0) wrong.push(`${what} has lost: ${lost.join(' | ')}`);
    if (strange.length > 0) wrong.push(`${what} has what nobody wrote: ${strange.join(' | ')}`);
    if (new Set(texts).size !== texts.length) wrong.push(`${what} has something twice`);
  };
  if (outcome !== 'restored') {
    all(found, `the database (${outcome ?? 'no restore'})`);
    return wrong;
  }
  if (JSON.stringify(found) !== JSON.stringify(held))
    wrong.push(`it says that it is restored, and holds ${found.join(' | ')}`);
  if (kept === null) wrong.push('no copy of what was there before');
  else all(kept, 'the copy of what was there before');
  return wrong;
}

interface Life {
  readonly child: ChildProcess;
  readonly restoring: Promise<void>;
  /** Whether it was killed. */
  readonly ended: Promise<boolean>;
}

function startLife(order: RestoreOrder, failpoint: string, told: Told): Life {
  const child = fork(path.join(import.meta.dirname, 'life.ts'), [JSON.stringify(order)], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, SHELL: '/bin/sh', [FAILPOINT_VARIABLE]: failpoint },
  });
  let words = '';
  child.stderr?.on('data', (chunk: Buffer) => (words += chunk.toString('utf8')));
  told.done = false;
  const restoring = new Promise<void>((resolve) => {
    child.on('message', (news) => {
      hear(news as RestoreNews, told);
      if ((news as RestoreNews).type === 'restoring') resolve();
    });
  });
  const ended = once(child, 'close').then(([code, signal]) => {
    if (signal === 'SIGKILL') return true;
    if (code !== 0 || !told.done)
      throw new Error(
        `the life that was to ${order.what} ended with ${code ?? signal}: ${words.slice(-800)}`,
      );
    return false;
  });
  return { child, restoring, ended };
}

function hear(news: RestoreNews, told: Told): void {
  switch (news.type) {
    case 'asked':
    case 'acked':
      told[news.type].add(news.text);
      break;
    case 'copied':
      told.held = news.holds;
      break;
    case 'found':
      told.found = news.texts;
      told.outcome = news.outcome;
      break;
    case 'kept':
      told.kept = news.texts;
      break;
    case 'wrong':
      told.wrong.push(news.what);
      break;
    case 'done':
      told.done = true;
      break;
    case 'restoring':
      break;
  }
}
