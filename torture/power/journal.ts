import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { AGENT_BASE, type AgentAddress, KEY_HEADER } from '../../shared/agent-protocol/index.ts';
import { chanceOf } from '../random.ts';
import { pause } from '../waits.ts';
import type { Recording } from './store.ts';

const root = path.resolve(import.meta.dirname, '../..');
const START_MS = 30_000;
const LIVES = 3;
const FILES = 4;

/** One call that was made, in the order of its file. */
interface Call {
  readonly key: string;
  readonly file: number;
  readonly kind: 'write' | 'edit';
  readonly number: number;
  /** Bytes of the record when its answer had come; null: the agent died first. */
  answeredAt: number | null;
}

export interface JournalWork {
  readonly calls: readonly Call[];
}

interface Agent {
  readonly address: AgentAddress;
  kill(): Promise<void>;
}

/** Writes and edits through the real agent, recorded; it dies between them, too. */
export async function workOnJournal(
  recording: Recording,
  { seed, steps }: { readonly seed: number; readonly steps: number },
  onLife: () => void,
): Promise<JournalWork> {
  const calls: Call[] = [];
  const numbers = Array.from({ length: FILES }, () => 0);
  fs.mkdirSync(recording.root, { recursive: true });
  for (let life = 0; life < LIVES; life += 1) {
    onLife();
    const agent = await startAgent(recording.root, recording);
    const lanes = numbers.map(async (_, file) => {
      const chance = chanceOf(seed, life, file);
      for (let i = 0; i < steps / LIVES / FILES; i += 1) {
        const number = numbers[file] ?? 0;
        numbers[file] = number + 1;
        const kind = number === 0 || chance.hit(0.3) ? 'write' : 'edit';
        const call: Call = { key: chance.uuid(), file, kind, number, answeredAt: null };
        calls.push(call);
        const status = await send(agent.address, recording.root, call);
        if (status !== 200)
          throw new Error(`${kind} ${number} of file ${file} was answered with ${status}`);
        call.answeredAt = fs.statSync(recording.log).size;
      }
    });
    await Promise.all(lanes);
    await agent.kill();
  }
  return { calls };
}

/**
 * Starts the agent on what a power cut left and repeats every call that was begun before it, as the daemon would:
 * what was answered is answered again and has no second effect, what was not is finished.
 */
export async function checkJournalState(
  base: string,
  work: JournalWork,
  cutAt: number,
): Promise<readonly string[]> {
  const wrong: string[] = [];
  const agent = await startAgent(base, null);
  try {
    for (let file = 0; file < FILES; file += 1) {
      const mine = work.calls.filter((call) => call.file === file);
      const done = mine.filter(({ answeredAt }) => answeredAt !== null && answeredAt <= cutAt);
      const last = done.at(-1);
      const before = contentOf(base, file);
      const expected = last ? textAfter(last.number) : null;
      const next = mine[done.length];
      const onItsWay = next && before === textAfter(next.number);
      if (before !== expected && !onItsWay)
        wrong.push(`file ${file} holds ${before ?? 'nothing'}, acknowledged was ${expected ?? 'nothing'}`);
      for (const call of done) {
        const status = await send(agent.address, base, call);
        if (status !== 200) wrong.push(`${call.kind} ${call.number} of file ${file}: repeated, ${status}`);
      }
      if (contentOf(base, file) !== before) wrong.push(`a repeat changed file ${file} again`);
      if (!next) continue;
      const status = await send(agent.address, base, next);
      const after = contentOf(base, file);
      if (status !== 200 || after !== textAfter(next.number))
        wrong.push(
          `${next.kind} ${next.number} of file ${file} ended with ${status} and ${after ?? 'nothing'}`,
        );
    }
  } finally {
    await agent.kill();
  }
  return wrong;
}

/** After the call of that number; an edit of it would match again. */
function textAfter(number: number): string {
  return `x${'x'.repeat(number)}`;
}

function fileOf(base: string, file: number): string {
  return path.join(base, 'work', `file-${file}`);
}

function contentOf(base: string, file: number): string | null {
  const at = fileOf(base, file);
  return fs.existsSync(at) ? fs.readFileSync(at, 'utf8') : null;
}

function send({ socket, token }: AgentAddress, base: string, call: Call): Promise<number> {
  const target = fileOf(base, call.file);
  const [to, body] =
    call.kind === 'write'
      ? [`/write-file?path=${encodeURIComponent(target)}`, textAfter(call.number)]
      : ['/edit-files', JSON.stringify({ files: [{ path: target, edits: [editOf(call.number)] }] })];
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, [KEY_HEADER]: call.key };
    const request = http.request(
      { socketPath: socket, method: 'POST', path: AGENT_BASE + to, headers, agent: false },
      (response) => {
        response.resume();
        response.once('end', () => resolve(response.statusCode ?? 0));
      },
    );
    request.once('error', reject);
    request.end(body);
  });
}

function editOf(number: number) {
  return { search: textAfter(number - 1), replace: textAfter(number) };
}

async function startAgent(base: string, recording: Recording | null): Promise<Agent> {
  const home = path.join(base, 'home');
  fs.mkdirSync(path.join(base, 'work'), { recursive: true });
  const recorder = recording ? ['--import', path.join(import.meta.dirname, 'recorder.mjs')] : [];
  const args = [...recorder, path.join(root, 'out/agent/agent.cjs'), 'run', '--home', home];
  const child = spawn(process.execPath, args, {
    stdio: 'ignore',
    env: {
      PATH: process.env['PATH'],
      SHELL: '/bin/sh',
      ...(recording
        ? {
            GAFFER_RECORD_ROOT: recording.root,
            GAFFER_RECORD_LOG: recording.log,
            GAFFER_RECORD_THREAD: 'main',
          }
        : {}),
    },
  });
  const ended = once(child, 'exit');
  return {
    address: await addressOf(home, child),
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function addressOf(home: string, child: ChildProcess): Promise<AgentAddress> {
  const until = Date.now() + START_MS;
  while (Date.now() < until && child.exitCode === null) {
    const found = fs.existsSync(path.join(home, 'run'))
      ? fs.readdirSync(path.join(home, 'run'), { recursive: true, encoding: 'utf8' })
      : [];
    for (const name of found.filter((each) => each.endsWith('.json'))) {
      const address = parsed(path.join(home, 'run', name));
      if (address && address.pid === child.pid && fs.existsSync(address.socket)) return address;
    }
    await pause(10);
  }
  throw new Error('the agent did not start');
}

function parsed(file: string): AgentAddress | null {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')) as AgentAddress;
  } catch {
    return null;
  }
}
