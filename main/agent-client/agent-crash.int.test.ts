import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { Failpoint } from '@shared/util/failpoints.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LinkDown } from './client.ts';
import { createAgentClient } from './http-client.ts';
import { isProcessAlive, startTestAgent, type TestAgent } from './test-agent.ts';

const signal = AbortSignal.timeout(300_000);
const call = { signal };
let base: string;
let agents: TestAgent[];
beforeEach(() => {
  base = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'gaffer-crash-')));
  agents = [];
});
afterEach(async () => {
  for (const agent of agents) await agent.close();
  rmSync(base, { recursive: true, force: true });
});

async function start(failpoint?: Failpoint): Promise<TestAgent> {
  const agent = await startTestAgent({ base, env: failpoint ? { GAFFER_FAILPOINT: failpoint } : {} });
  agents.push(agent);
  return agent;
}

/** A client that sees the agent die, unlike the local one, which starts another. */
async function untilItDies(
  agent: TestAgent,
  run: (client: TestAgent['client']) => Promise<unknown>,
): Promise<void> {
  const { socket, token, pid } = agent.local.address;
  const client = createAgentClient({ token, connect: () => net.connect(socket) });
  try {
    await expect(run(client)).rejects.toBeInstanceOf(LinkDown);
  } finally {
    client.close();
  }
  await expect.poll(() => isProcessAlive(pid)).toBe(false);
}

const agentPoints: readonly Failpoint[] = [
  'before-intent',
  'after-intent',
  'before-effect',
  'after-effect',
  'before-result',
  'after-result',
  'before-reply',
];

describe('killed in the middle of a call, the repeat has its effect once', () => {
  it.each([...agentPoints, 'before-spawn', 'after-spawn'] as const)('a command, %s', async (point) => {
    const ran = path.join(base, 'ran');
    const request = { command: `echo run >> '${ran}'; echo out` };
    const keyed = { signal, key: randomUUID() };
    await untilItDies(await start(point), (client) => client.startProcess(request, keyed));
    const next = await start();
    const { id } = await next.client.startProcess(request, keyed);
    expect(await next.client.processOutput(id, true, call)).toMatchObject({
      output: 'out\n',
      exit_code: 0,
    });
    expect((await next.client.startProcess(request, keyed)).id).toBe(id);
    expect(readFileSync(ran, 'utf8')).toBe('run\n');
  });

  it.each([...agentPoints, 'mid-effect'] as const)('a write, %s', async (point) => {
    const file = path.join(base, 'a file');
    writeFileSync(file, 'old');
    const keyed = { signal, key: randomUUID() };
    await untilItDies(await start(point), (client) => client.writeFile(file, 'new', keyed));
    const next = await start();
    await next.client.writeFile(file, 'new', keyed);
    expect(readFileSync(file, 'utf8')).toBe('new');
    writeFileSync(file, 'the person went on');
    await next.client.writeFile(file, 'new', keyed);
    expect(readFileSync(file, 'utf8')).toBe('the person went on');
  });

  it.each([...agentPoints, 'mid-effect'] as const)(
    'an edit of two files that would match again, %s',
    async (point) => {
      const files = ['a', 'b'].map((name) => path.join(base, name));
      for (const file of files) writeFileSync(file, 'x');
      const request = {
        files: files.map((file) => ({ path: file, edits: [{ search: 'x', replace: 'xx' }] })),
      };
      const keyed = { signal, key: randomUUID() };
      await untilItDies(await start(point), (client) => client.editFiles(request, keyed));
      const next = await start();
      await next.client.editFiles(request, keyed);
      expect(files.map((file) => readFileSync(file, 'utf8'))).toEqual(['xx', 'xx']);
    },
  );

  it('a write whose file changed meanwhile is an unknown outcome', async () => {
    const file = path.join(base, 'a');
    writeFileSync(file, 'old');
    const keyed = { signal, key: randomUUID() };
    await untilItDies(await start('after-intent'), (client) => client.writeFile(file, 'new', keyed));
    writeFileSync(file, 'other');
    const next = await start();
    await expect(next.client.writeFile(file, 'new', keyed)).rejects.toMatchObject({
      status: 409,
      code: 'unknown-outcome',
    });
    expect(readFileSync(file, 'utf8')).toBe('other');
  });

  it('a signal, after-effect', async () => {
    const first = await start();
    const { id } = await first.client.startProcess({ command: 'sleep 300' }, { signal, key: randomUUID() });
    await first.kill();
    const keyed = { signal, key: randomUUID() };
    await untilItDies(await start('after-effect'), (client) =>
      client.signalProcess(id, 'terminate', keyed),
    );
    const next = await start();
    await next.client.signalProcess(id, 'terminate', keyed);
    expect(await next.client.processOutput(id, true, call)).toMatchObject({
      running: false,
      exit_code: -1,
    });
  });

  it('a command whose launcher died before it began is run by the repeat', async () => {
    const ran = path.join(base, 'ran');
    const request = { command: `echo run >> '${ran}'` };
    const keyed = { signal, key: randomUUID() };
    const broken = await start('launcher-before-started');
    await expect(broken.client.startProcess(request, keyed)).rejects.toMatchObject({ status: 500 });
    expect(existsSync(ran)).toBe(false);
    await broken.kill();
    const next = await start();
    const { id } = await next.client.startProcess(request, keyed);
    await next.client.processOutput(id, true, call);
    expect(readFileSync(ran, 'utf8')).toBe('run\n');
  });

  it('a command whose launcher died at the beginning is never run again', async () => {
    const ran = path.join(base, 'ran');
    const request = { command: `echo run >> '${ran}'` };
    const broken = await start('launcher-after-started');
    const keyed = { signal, key: randomUUID() };
    const { id } = await broken.client.startProcess(request, keyed);
    expect(await broken.client.processOutput(id, true, call)).toMatchObject({
      running: false,
      exit_code: -1,
    });
    await broken.kill();
    const next = await start();
    expect(await next.client.startProcess(request, keyed)).toMatchObject({ id });
    expect(existsSync(ran)).toBe(false);
  });
});

describe('a killed agent', () => {
  it('leaves its commands running, and the next one adopts them with all output', async () => {
    const gate = path.join(base, 'gate');
    const ran = path.join(base, 'ran');
    execFileSync('mkfifo', [gate]);
    const first = await start();
    const command = `echo run >> '${ran}'; seq 1 1000; cat '${gate}'; seq 1001 2000; exit 5`;
    const { id } = await first.client.startProcess(
      { command },
      { signal, key: randomUUID(), chatId: 'chat-1' },
    );
    const before = first.local.address.pid;
    await first.kill();
    // The local client notices, starts another agent and repeats the call.
    expect(await first.client.listProcesses({ signal, chatId: 'chat-1' })).toMatchObject([
      { id, running: true, command },
    ]);
    expect(first.local.address.pid).not.toBe(before);
    const waiting = first.client.processOutput(id, true, call);
    execFileSync('sh', ['-c', `echo go > '${gate}'`]);
    const { output, exit_code } = await waiting;
    const numbers = (from: number) =>
      Array.from({ length: 1_000 }, (_, index) => `${from + index}\n`).join('');
    expect(output).toBe(`${numbers(1)}go\n${numbers(1_001)}`);
    expect(exit_code).toBe(5);
    expect(readFileSync(ran, 'utf8')).toBe('run\n');
  });

  it('that ended while a command did finds its exit', async () => {
    const first = await start();
    const done = path.join(base, 'done');
    const { id } = await first.client.startProcess(
      { command: `echo bye; touch '${done}'; exit 3` },
      { signal, key: randomUUID() },
    );
    await first.kill();
    const next = await start();
    expect(await next.client.processOutput(id, true, call)).toEqual({
      output: 'bye\n',
      running: false,
      exit_code: 3,
    });
  });

  it('adopts a command and can end it', async () => {
    const first = await start();
    const { id } = await first.client.startProcess({ command: 'sleep 300' }, { signal, key: randomUUID() });
    await first.kill();
    const next = await start();
    await next.client.signalProcess(id, 'kill', { signal, key: randomUUID() });
    expect(await next.client.processOutput(id, true, call)).toMatchObject({
      running: false,
      exit_code: -1,
    });
  });

  it('a killed launcher: the command goes on, and its end is not known', async () => {
    const agent = await start();
    const { id } = await agent.client.startProcess({ command: 'sleep 300' }, { signal, key: randomUUID() });
    const run = path.join(agent.home, 'runs', id);
    const pidOf = (name: string) =>
      (JSON.parse(readFileSync(path.join(run, name), 'utf8')) as { pid: number }).pid;
    process.kill(pidOf('started'), 'SIGKILL');
    expect(await agent.client.processOutput(id, false, call)).toMatchObject({ running: true });
    process.kill(-pidOf('pid'), 'SIGKILL');
    expect(await agent.client.processOutput(id, true, call)).toMatchObject({
      running: false,
      exit_code: -1,
    });
  });
});

describe('one agent', () => {
  it('serves all who start one at the same time', async () => {
    const all = await Promise.all(Array.from({ length: 4 }, () => start()));
    expect(new Set(all.map((agent) => agent.local.address.pid)).size).toBe(1);
  });

  it('is kept as it is when it only could not be reached for a moment', async () => {
    const agent = await start();
    const { address } = agent.local;
    const { id } = await agent.client.startProcess({ command: 'sleep 300' }, { signal, key: randomUUID() });
    const waiting = agent.client.processOutput(id, true, call);
    rmSync(address.socket);
    // The connections that stand are busy: this call needs a new one.
    const others = await Promise.all([agent.client.hello(call), agent.client.hello(call)]);
    expect(others.map((hello) => hello.pid)).toEqual([address.pid, address.pid]);
    expect(agent.local.address).toBe(address);
    await agent.client.signalProcess(id, 'kill', { signal, key: randomUUID() });
    expect(await waiting).toMatchObject({ running: false });
  });

  it('makes a missing socket again', async () => {
    const agent = await start();
    const { socket, token, pid } = agent.local.address;
    rmSync(socket);
    await expect.poll(() => existsSync(socket), { timeout: 20_000 }).toBe(true);
    const fresh = createAgentClient({ token, connect: () => net.connect(socket) });
    expect((await fresh.hello(call)).pid).toBe(pid);
    fresh.close();
  });

  it('ends when it is told to, unless a command runs', async () => {
    const agent = await start();
    const { pid } = agent.local.address;
    const { id } = await agent.client.startProcess({ command: 'sleep 300' }, { signal, key: randomUUID() });
    await expect(agent.client.shutdown(false, call)).rejects.toMatchObject({
      status: 409,
      code: 'conflict',
    });
    await agent.client.signalProcess(id, 'kill', { signal, key: randomUUID() });
    await agent.client.processOutput(id, true, call);
    await agent.client.shutdown(false, call);
    await expect.poll(() => isProcessAlive(pid), { timeout: 20_000 }).toBe(false);
  });

  it('ends when it is idle, and a later call starts another', async () => {
    const agent = await startTestAgent({ base, idleMs: 300 });
    agents.push(agent);
    const { pid } = agent.local.address;
    await expect.poll(() => isProcessAlive(pid), { timeout: 20_000 }).toBe(false);
    expect((await agent.client.hello(call)).pid).not.toBe(pid);
  });

  it('does not end while a command runs, however idle it is', async () => {
    const agent = await startTestAgent({ base, idleMs: 300 });
    agents.push(agent);
    const gate = path.join(base, 'gate');
    execFileSync('mkfifo', [gate]);
    await agent.client.startProcess({ command: `cat '${gate}'` }, { signal, key: randomUUID() });
    const { pid, version } = agent.local.address;
    const log = () => readFileSync(path.join(agent.home, 'log', `agent-${version}.log`), 'utf8');
    await expect.poll(log, { timeout: 60_000 }).toContain('"idle, and not alone","running":1');
    expect(isProcessAlive(pid)).toBe(true);
    execFileSync('sh', ['-c', `echo go > '${gate}'`]);
    await expect.poll(() => isProcessAlive(pid), { timeout: 60_000 }).toBe(false);
  });

  it('ends after ten minutes without anybody when nothing else was said', async () => {
    expect((await (await start()).client.hello(call)).limits).toMatchObject({ idleMs: 600_000 });
  });

  it('answers who waits when it is terminated, and leaves the commands', async () => {
    const agent = await start();
    const { socket, token, pid } = agent.local.address;
    const client = createAgentClient({ token, connect: () => net.connect(socket) });
    const { id } = await client.startProcess({ command: 'sleep 300' }, { signal, key: randomUUID() });
    const waiting = client.processOutput(id, true, call);
    await client.hello(call);
    process.kill(pid, 'SIGTERM');
    expect(await waiting).toMatchObject({ running: true });
    await expect.poll(() => isProcessAlive(pid), { timeout: 20_000 }).toBe(false);
    client.close();
    expect(await agent.client.processOutput(id, false, call)).toMatchObject({ running: true });
  });

  it('is followed by another while it is still ending', async () => {
    const agent = await start();
    const { pid } = agent.local.address;
    process.kill(pid, 'SIGTERM');
    const next = await start();
    await expect.poll(async () => (await next.client.hello(call)).pid, { timeout: 20_000 }).not.toBe(pid);
  });

  it('finds a short place for its socket when the home is far down', async () => {
    const deep = path.join(base, 'd'.repeat(60), 'e'.repeat(60));
    const agent = await startTestAgent({ base: deep });
    agents.push(agent);
    expect(Buffer.byteLength(agent.local.address.socket)).toBeLessThan(100);
    expect((await agent.client.hello(call)).protocol).toBe(1);
  });
});
