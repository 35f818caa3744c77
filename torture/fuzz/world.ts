import { execFile, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { AGENT_BASE, type AgentAddress, KEY_HEADER } from '../../shared/agent-protocol/index.ts';
import { exchange } from './exchange.ts';

const run = promisify(execFile);
const root = path.resolve(import.meta.dirname, '../..');

/** What must be in no answer, whoever asks for what. */
export interface Canaries {
  readonly token: string;
  readonly journal: string;
  readonly environment: string;
  /** Of a file beside the workspace, with links to it inside: in no answer to a search. */
  readonly outside: string;
}

/** One agent, the directory that it is asked about, and traps in it. */
export interface World {
  readonly base: string;
  readonly home: string;
  readonly work: string;
  readonly address: AgentAddress;
  readonly canaries: Canaries;
  /** Of processes that were started; grows while the fuzz goes on. */
  readonly processes: string[];
  close(): Promise<void>;
}

export async function makeWorld(): Promise<World> {
  const base = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'gaffer-fuzz-')));
  const work = path.join(base, 'work');
  const home = path.join(base, 'home');
  const environment = 'canary-in-the-environment-0123456789';
  const outside = 'needle canary-beside-the-workspace';
  fs.mkdirSync(path.join(base, 'person'));
  furnish(work, path.join(base, 'beside'), outside);
  fs.symlinkSync(home, path.join(work, 'home-link'));
  const agentFile = path.join(root, 'out/agent/agent.cjs');
  const { stdout } = await run(
    process.execPath,
    [agentFile, 'serve', '--home', home, '--idle-ms', '3600000'],
    {
      env: {
        PATH: process.env['PATH'],
        SHELL: '/bin/sh',
        HOME: path.join(base, 'person'),
        FUZZ_CANARY: environment,
      },
    },
  );
  const address = JSON.parse(stdout) as AgentAddress;
  const swaps = swapForever(work, path.dirname(address.socket));
  const socket = net.createServer();
  await new Promise<void>((resolve) => socket.listen(path.join(work, 'socket'), resolve));
  const canaries = {
    token: address.token,
    journal: 'canary-of-the-journal-9876543210',
    environment,
    outside,
  };
  await leaveInJournal(address, work, canaries.journal);
  return {
    base,
    home,
    work,
    address,
    canaries,
    processes: [],
    async close() {
      socket.close();
      await swaps.end();
      if (isThere(address.pid)) process.kill(address.pid, 'SIGTERM');
      for (let tries = 0; tries < 500 && isThere(address.pid); tries += 1)
        await new Promise((resolve) => setTimeout(resolve, 20));
      fs.rmSync(base, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
    },
  };
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function furnish(work: string, beside: string, outside: string): void {
  const at = (...names: readonly string[]) => path.join(work, ...names);
  for (const dir of ['sub/deep', 'race/name', '.git', 'ü ß']) fs.mkdirSync(at(dir), { recursive: true });
  fs.mkdirSync(beside);
  fs.writeFileSync(path.join(beside, 'secret'), outside);
  fs.writeFileSync(at('a.txt'), 'one needle\ntwo\n');
  fs.writeFileSync(
    at('sub/b.md'),
    `${'line with a needle\n'.repeat(200)}aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\n`,
  );
  fs.writeFileSync(
    at('sub/deep/c.bin'),
    Buffer.from(Array.from({ length: 4_096 }, (_, index) => index % 256)),
  );
  fs.writeFileSync(at('ü ß/größe.txt'), 'nädel needle 😀\n');
  fs.writeFileSync(at('large'), Buffer.alloc(3_000_000, 'needle '));
  for (const name of ['edited', 'sub/edited']) fs.writeFileSync(at(name), 'a needle\n');
  fs.writeFileSync(at('.gitignore'), '*.log\n');
  fs.writeFileSync(at('x.log'), 'needle');
  fs.writeFileSync(at('race/name/address.json'), 'mine');
  fs.symlinkSync(path.join(beside, 'secret'), at('link-out'));
  fs.symlinkSync(beside, at('dir-out'));
  fs.symlinkSync('a.txt', at('link-in'));
  fs.symlinkSync('.', at('loop'));
  fs.symlinkSync('itself', at('itself'));
  fs.symlinkSync('/proc/self', at('proc-link'));
  fs.symlinkSync('/dev/zero', at('zero-link'));
  execFileSync('mkfifo', [at('fifo')]);
  makeRepository(at('repo'));
  execFileSync('git', ['init', '--quiet', at('sub')]);
}

function makeRepository(dir: string): void {
  fs.mkdirSync(dir);
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-C', dir, ...args], { stdio: 'ignore' });
  git('init', '-q');
  fs.writeFileSync(path.join(dir, 'a.txt'), 'one needle\n');
  git('add', '.');
  git('-c', 'user.name=x', '-c', 'user.email=x@example.org', 'commit', '-q', '-m', 'first');
  fs.writeFileSync(path.join(dir, 'a.txt'), 'another needle\n');
}

/** One key is used once, so that it stands in the journal and nowhere else. */
async function leaveInJournal(address: AgentAddress, work: string, key: string): Promise<void> {
  const target = encodeURIComponent(path.join(work, 'first'));
  const head = [
    `POST ${AGENT_BASE}/write-file?path=${target} HTTP/1.1`,
    `authorization: Bearer ${address.token}`,
    `${KEY_HEADER}: ${key}`,
    'content-length: 1',
    'connection: close',
  ].join('\r\n');
  const { answers } = await exchange(address.socket, {
    pieces: [Buffer.from(`${head}\r\n\r\nx`)],
    after: 'wait',
  });
  if (answers[0]?.status !== 200) throw new Error('the agent does not write');
}

const SWAPS = `
  const { workerData } = require('node:worker_threads');
  const fs = require('node:fs');
  const { flag, name, link, aside } = workerData;
  while (Atomics.load(flag, 0) === 0) {
    for (const [from, to] of [[link, aside], [aside, link]]) {
      try {
        fs.renameSync(name, to);
        fs.renameSync(from, name);
      } catch {}
      Atomics.wait(flag, 1, 0, 1);
    }
  }
`;

/** All the time one name is a directory and a link into the agent's home in turn. */
function swapForever(work: string, secret: string): { end(): Promise<void> } {
  const [name, link, aside] = ['name', 'other', 'aside'].map((one) => path.join(work, 'race', one));
  fs.symlinkSync(secret, link ?? '');
  const flag = new Int32Array(new SharedArrayBuffer(8));
  const worker = new Worker(SWAPS, { eval: true, workerData: { flag, name, link, aside } });
  return {
    async end() {
      const ended = new Promise((resolve) => worker.once('exit', resolve));
      Atomics.store(flag, 0, 1);
      await ended;
    },
  };
}
