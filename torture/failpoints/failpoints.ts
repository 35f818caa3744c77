import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { FAILPOINT_VARIABLE, type Failpoint, failpoints } from '../../shared/util/failpoints.ts';
import { type ChatServer, startChatServer } from '../harness/chat-server.ts';
import type { TortureOptions } from '../index.ts';
import { chanceOf } from '../random.ts';
import { pause, within } from '../waits.ts';
import type { ChatAtRest, LifeOrder } from './life.ts';
import { answer, faultsOf, passes, prepareFolder, TOOLS, type ToolName, victimOf } from './scenes.ts';

const LIFE_MS = 120_000;
const AT_ONCE = 2;

/** One process dies once at one place; `both`: the agent, and with it the app. */
interface Case {
  readonly tool: ToolName;
  readonly point: Failpoint;
  readonly both: boolean;
}

/**
 * Every failpoint × every tool with an effect: the process dies there, the app is started again, and the chat ends by
 * itself with one effect and its true result. `count`: how many of the cases; all when there are not so many.
 */
export async function tortureByFailpoints({ count, seed, say }: TortureOptions): Promise<boolean> {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'gaffer-failpoints-'));
  const server = await startChatServer(answer);
  const all = casesIn(seed).slice(0, count);
  const waiting = [...all];
  let wrong = 0;
  say(`failpoints: ${all.length} cases, in ${home}`);
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const dir = path.join(home, `${next.tool}-${next.point}${next.both ? '-both' : ''}`);
      const found = await run(next, dir, server).catch((error: unknown) => [String(error)]);
      const name = `${next.tool.padEnd(14)} ${next.point.padEnd(24)} ${next.both ? 'agent and app' : victimOf(next.tool, next.point)}`;
      say(`  ${name.padEnd(54)} ${found.length === 0 ? 'once' : 'WRONG'}`);
      for (const what of found) say(`      ${what}`);
      if (found.length === 0) fs.rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
      else wrong += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  await server.stop();
  if (wrong === 0) fs.rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  say(`${all.length} cases, ${wrong} violations${wrong === 0 ? '' : `; what they left is in ${home}`}`);
  return wrong === 0;
}

/** In a random order, so that a sample has some of everything. */
function casesIn(seed: number): readonly Case[] {
  const cases = TOOLS.flatMap((tool) =>
    failpoints
      .filter((point) => passes(tool, point))
      .flatMap((point) => {
        const alone = { tool, point, both: false };
        return victimOf(tool, point) === 'agent' ? [alone, { ...alone, both: true }] : [alone];
      }),
  );
  const chance = chanceOf(seed, 'failpoints');
  return cases
    .map((each) => ({ each, at: chance.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ each }) => each);
}

async function run(
  { tool, point, both }: Case,
  dir: string,
  server: ChatServer,
): Promise<readonly string[]> {
  const folder = path.join(dir, 'work');
  prepareFolder(folder);
  const writes = watchWrites(folder);
  const agent = new AgentOf(path.join(dir, 'home'));
  const order = { dir, folder, env: server.env, sendKey: randomUUID() };
  try {
    const victim = victimOf(tool, point);
    const first = startLife({ ...order, text: `Use ${tool}, please.` }, `${point}@${tool}`);
    const killing = both ? agent.whenDead().then(() => first.child.kill('SIGKILL')) : null;
    const ended = await within(LIFE_MS, 'the first life', first.ended);
    await killing;
    if (victim === 'daemon' && ended !== null) return ['the app passed the failpoint alive'];
    if (victim === 'agent' && !agent.hasDied()) return ['the agent passed the failpoint alive'];
    const chats =
      ended ?? (await within(LIFE_MS, 'the second life', startLife({ ...order, text: null }, '').ended));
    if (!chats) return ['the second life ended without a word'];
    return faultsOf(tool, point, { chats, folder, writes: writes.count() });
  } finally {
    writes.close();
    await agent.end();
  }
}

interface Life {
  readonly child: ChildProcess;
  /** Null: it was killed. */
  readonly ended: Promise<readonly ChatAtRest[] | null>;
}

function startLife(order: LifeOrder, failpoint: string): Life {
  const child = fork(path.join(import.meta.dirname, 'life.ts'), [JSON.stringify(order)], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, SHELL: '/bin/sh', [FAILPOINT_VARIABLE]: failpoint },
  });
  let chats: readonly ChatAtRest[] | null = null;
  let words = '';
  child.stderr?.on('data', (chunk: Buffer) => (words += chunk.toString('utf8')));
  child.once('message', (told) => {
    chats = told as readonly ChatAtRest[];
  });
  const ended = once(child, 'close').then(([code, signal]) => {
    if (signal === 'SIGKILL') return null;
    if (code !== 0 || !chats) throw new Error(`a life ended with ${code ?? signal}: ${words.slice(-500)}`);
    return chats;
  });
  return { child, ended };
}

/** Each new content of the file comes with a rename over it. */
function watchWrites(folder: string): { count(): number; close(): void } {
  let count = 0;
  const watcher = fs.watch(folder, (event, name) => {
    if (event === 'rename' && name === 'written') count += 1;
  });
  return { count: () => count, close: () => watcher.close() };
}

/** The agents of a home, as their address files tell. */
class AgentOf {
  readonly #run: string;
  readonly #log: string;

  constructor(home: string) {
    this.#run = path.join(home, '.gaffer/run');
    this.#log = path.join(home, '.gaffer/log');
  }

  hasDied(): boolean {
    const starts = filesIn(this.#log).flatMap(
      (file) => fs.readFileSync(file, 'utf8').match(/"message":"started"/g) ?? [],
    );
    const ends = filesIn(this.#log).flatMap(
      (file) => fs.readFileSync(file, 'utf8').match(/"message":"ended"/g) ?? [],
    );
    return starts.length - ends.length > (this.#pid() === null ? 0 : 1);
  }

  async whenDead(): Promise<void> {
    const until = Date.now() + LIFE_MS;
    let seen: number | null = null;
    while (Date.now() < until) {
      const pid = this.#pid();
      if (seen !== null && pid !== seen) return;
      seen = pid ?? seen;
      await pause(5);
    }
  }

  async end(): Promise<void> {
    const pid = this.#pid();
    if (pid === null) return;
    process.kill(pid, 'SIGKILL');
    for (let tries = 0; tries < 400 && isAlive(pid); tries += 1) await pause(5);
  }

  /** Of the one that lives. */
  #pid(): number | null {
    for (const file of filesIn(this.#run).filter((name) => name.endsWith('.json'))) {
      try {
        const { pid } = JSON.parse(fs.readFileSync(file, 'utf8')) as { pid: number };
        if (isAlive(pid)) return pid;
      } catch {
        // It is being written.
      }
    }
    return null;
  }
}

function filesIn(directory: string): readonly string[] {
  if (!fs.existsSync(directory)) return [];
  return fs
    .readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}

/** A zombie is dead: who reaps what was orphaned may be slow. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/\) [ZX] /.test(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
