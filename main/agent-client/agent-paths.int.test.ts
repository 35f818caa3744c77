import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AgentError } from './client.ts';
import { startTestAgent, type TestAgent } from './test-agent.ts';

const isLinux = process.platform === 'linux';
const signal = AbortSignal.timeout(300_000);
const call = { signal };
const keyed = () => ({ signal, key: randomUUID() });

let agent: TestAgent;
let sockets: net.Server;
const at = (...names: readonly string[]): string => path.join(agent.dir, ...names);
const own = (...names: readonly string[]): string => path.join(agent.home, ...names);

beforeAll(async () => {
  agent = await startTestAgent();
  fs.mkdirSync(at('dir'));
  fs.writeFileSync(at('dir/file'), 'content\n');
  fs.writeFileSync(own('AGENTS.md'), 'read me\n');
  fs.symlinkSync('dir/file', at('link'));
  fs.symlinkSync('dir', at('dir-link'));
  fs.symlinkSync('/dev/zero', at('device-link'));
  fs.symlinkSync(agent.home, at('home-link'));
  fs.symlinkSync('/proc/self', at('proc-link'));
  fs.symlinkSync('itself', at('itself'));
  execFileSync('mkfifo', [at('fifo')]);
  fs.symlinkSync('fifo', at('fifo-link'));
  sockets = net.createServer();
  await new Promise<void>((resolve) => sockets.listen(at('socket'), resolve));
});
afterAll(async () => {
  sockets.close();
  await agent.close();
});

/** What each endpoint says of one path: `ok`, or the status of its refusal. Lines are answers, also when they refuse. */
async function verdicts(given: string) {
  const { client } = agent;
  const verdict = (promise: Promise<unknown>): Promise<string | number> =>
    promise.then(
      () => 'ok',
      (error: unknown) => {
        if (error instanceof AgentError) return error.status;
        throw error;
      },
    );
  return {
    read: await verdict(client.readFile(given, { limit: 10 }, call)),
    lines: (await client.readLines({ path: given }, call)).success ? 'ok' : 'no',
    list: await verdict(client.listDirectory(given, call)),
    search: await verdict(client.search({ root: given, pattern: 'x', max_ms: 5_000 }, call)),
    edit: await verdict(
      client.editFiles({ files: [{ path: given, edits: [{ search: 'nowhere', replace: '' }] }] }, keyed()),
    ),
  };
}

const aFile = { read: 'ok', lines: 'ok', list: 400, search: 400, edit: 400 };
const aDirectory = { read: 400, lines: 'no', list: 'ok', search: 'ok', edit: 400 };
const nothing = { read: 404, lines: 'no', list: 404, search: 404, edit: 404 };
const noPath = { read: 400, lines: 'no', list: 400, search: 400, edit: 400 };
const noFile = { read: 403, lines: 'no', list: 400, search: 400, edit: 403 };
const barred = { read: 403, lines: 'no', list: 403, search: 403, edit: 403 };

type Place = readonly [what: string, given: () => string, expected: Awaited<ReturnType<typeof verdicts>>];

describe('what a path leads to, for every endpoint', () => {
  const places: readonly Place[] = [
    ['a file', () => at('dir/file'), aFile],
    ['with . and ..', () => `${at('dir')}/./../dir/../dir/file`, aFile],
    ['a link to a file', () => at('link'), aFile],
    ['through a link', () => at('dir-link/file'), aFile],
    ['a directory', () => at('dir'), aDirectory],
    ['a link to a directory', () => at('dir-link'), aDirectory],
    ['nothing', () => at('none'), nothing],
    ['nothing, far down', () => at(...Array.from({ length: 200 }, () => 'x')), nothing],
    ['below a file', () => at('dir/file/below'), noPath],
    ['no path', () => '', noPath],
    ['relative', () => 'dir/file', noPath],
    ['relative with a dot', () => './dir/file', noPath],
    ['relative, upwards', () => '../../etc/passwd', noPath],
    ['with NUL', () => `${at('dir/file')}\0.png`, noPath],
    ['a name too long', () => at('x'.repeat(300)), noPath],
    ['a path too long', () => at(...Array.from({ length: 700 }, () => 'longer')), noPath],
    ['a link to itself', () => at('itself'), noPath],
    ['a FIFO', () => at('fifo'), noFile],
    ['a link to a FIFO', () => at('fifo-link'), noFile],
    ['a socket', () => at('socket'), noFile],
    ["the agent's socket", () => agent.local.address.socket, barred],
    ["the agent's home", () => agent.home, { ...aDirectory, search: 403 }],
    ["the person's own file there", () => own('AGENTS.md'), aFile],
    ["the agent's directories", () => own('run'), barred],
    ['its journal', () => own('journal'), barred],
    ['its processes', () => own('runs'), barred],
    ['its program', () => own('agent', '1', 'agent.cjs'), barred],
    ['its runtime', () => own('runtime', 'node', 'bin', 'node'), barred],
    ['its home through a link', () => at('home-link', 'run'), barred],
    ['its home with ..', () => `${own('run')}/../../home/journal`, barred],
  ];
  it.each(places)('%s', async (_what, given, expected) => {
    expect(await verdicts(given())).toEqual(expected);
  });

  const systemPlaces: readonly Place[] = [
    ['a device', () => '/dev/zero', noFile],
    ['a link to a device', () => at('device-link'), noFile],
    ['a terminal', () => '/dev/tty', noFile],
    ['an environment', () => '/proc/self/environ', barred],
    ['memory', () => '/proc/self/mem', barred],
    ['of another', () => '/proc/1/environ', barred],
    ['of a thread', () => `/proc/thread-self/environ`, barred],
    ['of a thread, by number', () => `/proc/self/task/${agent.local.address.pid}/environ`, barred],
    ['through a link', () => at('proc-link/environ'), barred],
    ['through a root', () => '/proc/self/root/proc/self/environ', barred],
    ['through a working directory', () => `/proc/self/cwd/proc/${process.pid}/mem`, barred],
    ['its maps', () => '/proc/self/maps', barred],
    ['its open files', () => '/proc/self/fd', barred],
    ["the kernel's memory", () => '/proc/kcore', barred],
    ["the kernel's log", () => '/proc/kmsg', barred],
    ['harmless', () => '/proc/self/status', { ...aFile, edit: 400 }],
  ];
  it.skipIf(!isLinux).each(systemPlaces)('below the system: %s', async (_what, given, expected) => {
    expect(await verdicts(given())).toEqual(expected);
  });

  it.skipIf(!isLinux)('a descriptor of the agent leads to nothing that is its own', async () => {
    const { pid } = agent.local.address;
    for (const fd of fs.readdirSync(`/proc/${pid}/fd`)) {
      const said = await verdicts(`/proc/${pid}/fd/${fd}`);
      expect([403, 404, 400]).toContain(said.read);
      expect(said.lines).toBe('no');
    }
  });
});

describe('a write', () => {
  const write = (given: string) =>
    agent.client.writeFile(given, 'written', keyed()).then(
      () => 'ok',
      (error: AgentError) => error.status,
    );

  it('goes nowhere that is forbidden, also where nothing is yet', async () => {
    fs.symlinkSync(own('runs', 'new'), at('dangling-into-home'));
    const places: readonly (readonly [string, number])[] = [
      [own('token'), 403],
      [own('journal', 'new.log'), 403],
      [own('not yet', 'there'), 403],
      [at('dangling-into-home'), 403],
      [at('home-link', 'agent', 'x'), 403],
      [at('fifo'), 403],
      [at('socket'), 403],
      [at('dir'), 400],
      [at('dir/file/below'), 400],
      ...(isLinux ? ([['/proc/self/mem', 403]] as const) : []),
      // Making directories there went on for ever.
      ...(isLinux ? ([['/proc/self/new/file', 403]] as const) : []),
      ...(isLinux ? ([['/sys/kernel/new/file', 403]] as const) : []),
      ...(isLinux ? ([['/dev/null', 403]] as const) : []),
    ];
    for (const [given, status] of places) expect([given, await write(given)]).toEqual([given, status]);
    expect(fs.existsSync(own('not yet'))).toBe(false);
    expect(fs.readdirSync(agent.dir).filter((name) => name.includes('.tmp.'))).toEqual([]);
  });

  it('makes a FIFO no less a FIFO and waits for nobody', async () => {
    expect(await write(at('fifo-link'))).toBe(403);
    expect(fs.lstatSync(at('fifo')).isFIFO()).toBe(true);
  });
});

/** As fast as it can, one name is a directory and a link to elsewhere in turn. */
const SWAPS = `
  const { workerData } = require('node:worker_threads');
  const fs = require('node:fs');
  const { flag, name, good, bad } = workerData;
  while (Atomics.load(flag, 0) === 0) {
    for (const [from, aside] of [[good, bad], [bad, good]]) {
      try {
        fs.renameSync(name, aside);
        fs.renameSync(from, name);
      } catch {}
    }
  }
`;

describe.skipIf(!isLinux)('a link into the home that is put in the place of a directory just now', () => {
  it('is followed by no read, no write and no search', async () => {
    const { socket, version } = agent.local.address;
    const name = `${version}.json`;
    fs.mkdirSync(at('race/name'), { recursive: true });
    fs.writeFileSync(at('race/name', name), 'mine');
    fs.symlinkSync(path.dirname(socket), at('race/other'));
    const flag = new Int32Array(new SharedArrayBuffer(4));
    const places = { name: at('race/name'), good: at('race/other'), bad: at('race/aside') };
    const swapper = new Worker(SWAPS, { eval: true, workerData: { flag, ...places } });
    const said = (promise: Promise<{ toString(): string }>) =>
      promise.then(
        (answer) => answer.toString(),
        (error: AgentError) => error.code,
      );
    const seen = new Set<string>();
    try {
      for (let round = 0; round < 300; round++) {
        seen.add(await said(agent.client.readFile(at('race/name', name), {}, call)));
        await said(agent.client.writeFile(at('race/name/planted'), 'x', keyed()).then(() => 'ok'));
        if (round % 60 > 0) continue;
        const request = { root: at('race'), pattern: '"socket"', hidden: true };
        expect(await agent.client.search(request, call)).toEqual({ files: [], cut: null });
      }
    } finally {
      Atomics.store(flag, 0, 1);
      await new Promise((resolve) => swapper.once('exit', resolve));
    }
    const allowed = ['mine', 'forbidden', 'not-found', 'conflict', 'not-a-directory', 'bad-request'];
    expect([...seen].filter((one) => !allowed.includes(one))).toEqual([]);
    const inHome = fs.readdirSync(path.dirname(socket));
    expect(inHome.filter((one) => one === 'planted' || one.includes('.tmp.'))).toEqual([]);
  });
});
