import { setMaxListeners } from 'node:events';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { AgentEvent } from '@shared/agent-protocol/events.ts';
import type { LinkState } from '@shared/model/workspace.ts';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { buildAgent } from '../../e2e/fixtures/agent-bundle.ts';
import { startDeafLine } from '../../e2e/fixtures/deaf-line.ts';
import { type SshdOptions, sshdMissing } from '../../e2e/fixtures/sshd.ts';
import type { AgentCall, KeyedCall } from './client.ts';
import { createHosts, type HostConfig, type HostsDeps, type RemoteHost } from './hosts.ts';
import { newTestPlace, type TestPlace } from './test-place.ts';

const missing = sshdMissing();
if (missing) console.log(`not run here: ${missing}`);

const call: AgentCall = { signal: new AbortController().signal };
// One signal for all: many calls listen to it at once.
setMaxListeners(0, call.signal);
let nextKey = 0;
const keyed = (): KeyedCall => ({ ...call, key: `test:${process.pid}:${nextKey++}` });

let base: string;
let agentFile: string;
beforeAll(async () => {
  base = await mkdtemp(path.join(os.tmpdir(), 'gaffer-remote-'));
  agentFile = await buildAgent(path.join(base, 'bundle'));
});
afterAll(() => rm(base, { recursive: true, force: true, maxRetries: 10 }));

const newPlace = (options: SshdOptions = {}, change: Partial<HostsDeps & HostConfig> = {}) =>
  newTestPlace(base, options, { agentFile, ...change });

/** As `newPlace`, with an agent that is ended after the test. */
async function openPlace(options: SshdOptions = {}): Promise<TestPlace> {
  const place = await newPlace(options);
  await place.host.client.hello(call);
  onTestFinished(async () => {
    await place.host.client.shutdown(true, call);
  });
  return place;
}

async function reach(host: RemoteHost, wanted: (state: LinkState) => boolean): Promise<LinkState> {
  for await (const state of host.watch(call.signal)) if (wanted(state)) return state;
  throw new Error('the host was closed');
}

/** Ticks ten times, once it may; counts its starts. */
const slowCommand = (dir: string) =>
  `echo started >> '${dir}/starts'; for i in 1 2 3 4 5 6 7 8 9 10; do echo tick $i; [ $i = 3 ] && while [ ! -e '${dir}/go' ]; do sleep 0.05; done; done; exit 4`;
const ticks = Array.from({ length: 10 }, (_, index) => `tick ${index + 1}\n`).join('');

/** Starts the slow command and answers once it stands at its third tick. */
async function startSlow({ host, dir }: TestPlace): Promise<string> {
  const { id } = await host.client.startProcess({ command: slowCommand(dir), workdir: dir }, keyed());
  for (let after = 0, text = ''; !text.includes('tick 3'); ) {
    const chunk = await host.client.spool(id, after, true, call);
    text += Buffer.from(chunk.data, 'base64').toString();
    after = chunk.next;
  }
  return id;
}

describe.skipIf(missing)('an agent on a real SSH host', () => {
  test('the first connection uploads, a second one finds everything there', async () => {
    const place = await openPlace();
    expect(place.reached.map(({ uploaded }) => uploaded)).toEqual([true]);
    expect(place.host.state).toEqual({ state: 'up' });
    const again = createHosts(place.deps);
    onTestFinished(() => again.close());
    const first = await place.host.client.hello(call);
    expect((await again.host(place.config).client.hello(call)).pid).toBe(first.pid);
    expect(place.reached.map(({ uploaded }) => uploaded)).toEqual([true, false]);
  });

  test('files and commands through the tunnel, with spaces and Unicode', async () => {
    const { host, dir } = await openPlace();
    const file = path.join(dir, 'ein Ordner', 'Übung "1" — 日本.txt');
    const content = 'Zeile eins\nZweite: 🦊\n';
    await host.client.writeFile(file, content, keyed());
    expect(await readFile(file, 'utf8')).toBe(content);
    expect(Buffer.from(await host.client.readFile(file, {}, call)).toString()).toBe(content);
    const { id } = await host.client.startProcess(
      { command: 'cat -- "$WHICH"; pwd; exit 3', workdir: path.dirname(file), env: { WHICH: file } },
      keyed(),
    );
    const done = await host.client.processOutput(id, true, call);
    expect(done).toMatchObject({ running: false, exit_code: 3 });
    expect(done.output).toBe(`${content}${path.dirname(file)}\n`);
    await expect(host.client.readFile(path.join(dir, 'none'), {}, call)).rejects.toMatchObject({
      status: 404,
    });
  });

  test('a megabyte in each direction and many calls at once', async () => {
    const { host, dir } = await openPlace();
    const content = Buffer.alloc(1024 * 1024, 'abcdefghi\n');
    await host.client.writeFile(path.join(dir, 'big'), content, keyed());
    const copies = await Promise.all(
      Array.from({ length: 8 }, () => host.client.readFile(path.join(dir, 'big'), {}, call)),
    );
    expect(copies.every((copy) => content.equals(copy))).toBe(true);
  });

  test('a cut in the middle of a command: the same call answers after the reconnect, and it ran once', async () => {
    const place = await openPlace();
    const id = await startSlow(place);
    const waiting = place.host.client.processOutput(id, true, call);
    const down = reach(place.host, (state) => state.state === 'down');
    expect(await place.sshd.cut()).toBeGreaterThan(0);
    expect(await down).toMatchObject({ final: false, retryAt: expect.any(String) });
    await writeFile(path.join(place.dir, 'go'), '');
    expect(await waiting).toMatchObject({ output: ticks, running: false, exit_code: 4 });
    expect(await readFile(path.join(place.dir, 'starts'), 'utf8')).toBe('started\n');
    expect(place.reached.map(({ uploaded }) => uploaded)).toEqual([true, false]);
  });

  test('mutations that were under way when the link was cut have their effect exactly once', async () => {
    const place = await newPlace();
    const line = await startDeafLine(place.sshd.port);
    onTestFinished(() => line.close());
    const known = path.join(place.dir, '.ssh', 'known_hosts');
    await appendFile(known, `[127.0.0.1]:${line.port} ${place.sshd.hostKey}\n`);
    const hosts = createHosts(place.deps);
    onTestFinished(() => hosts.close());
    const { client } = hosts.host({
      ...place.config,
      target: `${place.sshd.username}@127.0.0.1:${line.port}`,
    });
    // Connections that stay open: over a deaf line no others come about.
    await Promise.all(Array.from({ length: 20 }, () => client.hello(call)));
    onTestFinished(() => client.shutdown(true, call));
    const file = path.join(place.dir, 'count');
    const numbers = async () =>
      (await readFile(file, 'utf8').catch(() => '')).split('\n').filter(Boolean).map(Number);
    line.deafen();
    const starts = Array.from({ length: 20 }, (_, index) =>
      client.startProcess({ command: `echo ${index} >> '${file}'` }, keyed()),
    );
    // Some have had their effect, and nobody here knows.
    await expect.poll(numbers, { timeout: 60_000 }).not.toEqual([]);
    expect(line.cut()).toBeGreaterThan(0);
    const ids = (await Promise.all(starts)).map(({ id }) => id);
    expect(new Set(ids).size).toBe(20);
    await Promise.all(ids.map((id) => client.processOutput(id, true, call)));
    expect((await numbers()).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, index) => index),
    );
    expect(place.reached).toHaveLength(2);
  });

  test('an agent killed in the middle of a command is replaced, and the command is adopted', async () => {
    const place = await openPlace();
    const { pid } = await place.host.client.hello(call);
    const id = await startSlow(place);
    const waiting = place.host.client.processOutput(id, true, call);
    process.kill(pid, 'SIGKILL');
    await writeFile(path.join(place.dir, 'go'), '');
    expect(await waiting).toMatchObject({ output: ticks, running: false, exit_code: 4 });
    expect(await readFile(path.join(place.dir, 'starts'), 'utf8')).toBe('started\n');
    expect((await place.host.client.hello(call)).pid).not.toBe(pid);
    expect(place.host.state).toEqual({ state: 'up' });
  });

  test('events go on after a cut, and begin anew with the present state', async () => {
    const place = await openPlace();
    const stop = new AbortController();
    const query = { processes: true, directories: [place.dir] };
    const events = place.host.client.events(query, { signal: stop.signal })[Symbol.asyncIterator]();
    const next = async (type: AgentEvent['type']) => {
      for (;;) {
        const { value, done } = await events.next();
        if (done) throw new Error('the events ended');
        if (value.type === type) return value;
      }
    };
    expect(await next('directory')).toMatchObject({ state: 'present', names: null });
    const down = reach(place.host, (state) => state.state === 'down');
    await place.sshd.cut();
    await down;
    await writeFile(path.join(place.dir, 'made while it was down'), '');
    expect(await next('processes')).toMatchObject({ processes: [] });
    expect(await next('directory')).toMatchObject({ state: 'present', entries: true, names: null });
    const { id } = await place.host.client.startProcess({ command: 'true' }, keyed());
    expect(await next('processes')).toMatchObject({ processes: [{ id }] });
    stop.abort(new Error('no more'));
    await expect(events.next()).rejects.toThrow('no more');
  });

  test('a server that goes away and comes back', async () => {
    const place = await openPlace();
    const id = await startSlow(place);
    const waiting = place.host.client.processOutput(id, true, call);
    await place.sshd.stop();
    await reach(place.host, (state) => state.state === 'down' && state.message.includes('Nothing answers'));
    await writeFile(path.join(place.dir, 'go'), '');
    await place.sshd.restart();
    place.host.reconnect();
    expect(await waiting).toMatchObject({ output: ticks, exit_code: 4 });
  });

  test('a call that is given up while the host is down leaves with its own reason', async () => {
    const place = await newPlace();
    await place.sshd.stop();
    const stop = new AbortController();
    const waiting = place.host.client.hello({ signal: stop.signal });
    await reach(place.host, (state) => state.state === 'down');
    stop.abort(new Error('stopped by the person'));
    await expect(waiting).rejects.toThrow('stopped by the person');
  });

  test('a call about what goes on there waits out a refusal, until a person has mended it', async () => {
    const place = await openPlace();
    const id = await startSlow(place);
    const waiting = place.host.client.processOutput(id, true, { ...call, outlasts: 'always' });
    const known = path.join(place.dir, '.ssh', 'known_hosts');
    await writeFile(known, '');
    expect(await place.sshd.cut()).toBeGreaterThan(0);
    await reach(place.host, (state) => state.state === 'down' && state.final);
    await expect(place.host.client.hello(call)).rejects.toMatchObject({ code: 'host-key' });
    await writeFile(path.join(place.dir, 'go'), '');
    await writeFile(known, place.sshd.knownHosts);
    place.host.reconnect();
    expect(await waiting).toMatchObject({ output: ticks, running: false, exit_code: 4 });
    expect(await readFile(path.join(place.dir, 'starts'), 'utf8')).toBe('started\n');
  });

  test('a refusal fails every call until a person has mended it and asks again', async () => {
    const place = await newPlace();
    const known = path.join(place.dir, '.ssh', 'known_hosts');
    await writeFile(known, '');
    await expect(place.host.client.hello(call)).rejects.toMatchObject({ code: 'host-key' });
    await expect(place.host.client.hello(call)).rejects.toMatchObject({ code: 'host-key' });
    expect(place.host.state).toMatchObject({ state: 'down', final: true, retryAt: null });
    await writeFile(known, place.sshd.knownHosts);
    place.host.reconnect();
    await place.host.client.hello(call);
    await place.host.client.shutdown(true, call);
  });

  test('closing ends the waiting calls and every connection', async () => {
    const place = await openPlace();
    const id = await startSlow(place);
    const waiting = place.host.client.processOutput(id, true, call);
    const other = createHosts(place.deps);
    const twin = other.host(place.config);
    const twinWaiting = twin.client.processOutput(id, true, call);
    await reach(twin, (state) => state.state === 'up');
    const ended = twinWaiting.catch((error: unknown) => error);
    await other.close();
    expect(await ended).toMatchObject({ code: 'closed' });
    expect(twin.state).toEqual({ state: 'idle' });
    await writeFile(path.join(place.dir, 'go'), '');
    expect(await waiting).toMatchObject({ exit_code: 4 });
  });
});
