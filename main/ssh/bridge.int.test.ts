import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { Duplex, PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { BRIDGE_LIMITS, encodeFrame } from '@shared/agent-protocol/bridge-frames.ts';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { runBridge } from '../../agent/serve/bridge.ts';
import { sshdMissing } from '../../e2e/fixtures/sshd.ts';
import { Bridge } from './bridge.ts';
import { type Reached, reachAgent } from './reach-agent.ts';
import { depsFor, endLater, loadAgent, newDirectory, openHost, stagesOf } from './test-host.ts';

// Servers, agents and uploads take their time on a busy machine.
vi.setConfig({ testTimeout: 180_000 });

const missing = sshdMissing();
if (missing) console.log(`not run here: ${missing}`);
const never = new AbortController().signal;
const MIB = 1024 * 1024;

/** Both halves without SSH in between; `onConnection` is the agent at the host's end. */
async function joinHalves(onConnection: (socket: net.Socket) => void) {
  const sockets = new Set<net.Socket>();
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const [down, up] = [new PassThrough(), new PassThrough()];
  const dial = () => net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const ended = runBridge({ input: down, output: up, dial })
    .then(
      () => ({ code: 0, stderr: '' }),
      (error: unknown) => ({ code: 1, stderr: String(error) }),
    )
    .finally(() => up.end());
  const bridge = new Bridge({ stream: Duplex.from({ readable: up, writable: down }), ended });
  onTestFinished(async () => {
    bridge.close();
    await ended;
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { bridge, down, up, ended, sockets };
}

const echo = (socket: net.Socket) => void socket.pipe(socket);

describe('the two halves of the bridge', () => {
  test('carry many connections at once, each whole and to its end', async () => {
    const { bridge, sockets } = await joinHalves(echo);
    const sizes = [0, 1, 70_000, BRIDGE_LIMITS.windowBytes, 3 * MIB, 9, 5 * MIB, 262_145];
    await Promise.all(
      sizes.map(async (size) => {
        const sent = randomBytes(size);
        const stream = await bridge.connect();
        stream.end(sent);
        expect(sent.equals(await buffer(stream))).toBe(true);
      }),
    );
    await expect.poll(() => sockets.size, { timeout: 60_000 }).toBe(0);
  });

  test('a reader that stops holds up nobody else, and no more than its window waits for it', async () => {
    const { bridge } = await joinHalves((socket) => socket.end(Buffer.alloc(4 * MIB, 'x')));
    const slow = await bridge.connect();
    const quick = await bridge.connect();
    expect((await buffer(quick)).length).toBe(4 * MIB);
    expect(slow.readableLength).toBeGreaterThan(0);
    expect(slow.readableLength).toBeLessThanOrEqual(BRIDGE_LIMITS.windowBytes);
    expect((await buffer(slow)).length).toBe(4 * MIB);
  });

  test('a connection that the agent drops is the only one that ends', async () => {
    let isFirst = true;
    const { bridge } = await joinHalves((socket) => {
      if (isFirst) socket.on('data', () => socket.resetAndDestroy());
      else echo(socket);
      isFirst = false;
    });
    const [dropped, other] = [await bridge.connect(), await bridge.connect()];
    dropped.write('now');
    await expect(buffer(dropped)).rejects.toThrow('ECONNRESET');
    other.end('still here');
    expect((await buffer(other)).toString()).toBe('still here');
  });

  test('has a bound on its connections', async () => {
    const { bridge } = await joinHalves(echo);
    const opening = Array.from({ length: BRIDGE_LIMITS.streams }, () => bridge.connect());
    const streams = await Promise.all(opening);
    await expect(bridge.connect()).rejects.toThrow('too many');
    streams[0]?.destroy();
    (await bridge.connect()).destroy();
    for (const stream of streams) stream.destroy();
  });

  test.each([
    ['no frame', Buffer.from('Welcome to this host!\n'), 'no frame of kind 87'],
    ['a stream that nobody opened', encodeFrame('data', 9, Buffer.from('x')), 'was not opened'],
    ['a fault of its own', encodeFrame('fault', 0, Buffer.from('so there')), 'so there'],
  ])('%s from the host ends every connection with the reason', async (_what, bytes, reason) => {
    const { bridge, up } = await joinHalves(echo);
    const stream = await bridge.connect();
    const failed = buffer(stream);
    up.write(bytes);
    await expect(failed).rejects.toThrow(reason);
    await expect(bridge.connect()).rejects.toThrow(reason);
    expect(bridge.ended?.message).toContain('bridge to the workspace agent broke');
  });

  test('a host that ends in the middle of a frame', async () => {
    const { bridge, up } = await joinHalves(echo);
    const stream = await bridge.connect();
    up.end(encodeFrame('data', 1, Buffer.alloc(100)).subarray(0, 50));
    await expect(buffer(stream)).rejects.toThrow('in the middle of a frame');
  });

  test.each([
    ['no frame', Buffer.from('GET / HTTP/1.1\r\n'), 'no frame of kind 71'],
    ['the same stream again', encodeFrame('open', 1), 'opened again'],
    ['a stream that nobody opened', encodeFrame('end', 5), 'was not opened'],
    [
      'more than the window allows',
      Buffer.concat(Array.from({ length: 6 }, () => encodeFrame('data', 1, Buffer.alloc(65_536)))),
      'got too much',
    ],
  ])('%s from the app ends the half on the host', async (_what, bytes, reason) => {
    const { bridge, down, ended } = await joinHalves((socket) => socket.pause());
    const stream = await bridge.connect();
    const failed = buffer(stream);
    down.write(bytes);
    await expect(failed).rejects.toThrow(reason);
    expect(await ended).toMatchObject({ code: 1, stderr: expect.stringContaining(reason) });
  });
});

describe.skipIf(missing)('the bridge over a real SSH session', () => {
  async function openBridge(): Promise<{ reached: Reached; dir: string; trace: readonly string[] }> {
    const dir = await newDirectory();
    const agent = await loadAgent(path.join(dir, 'bundle'));
    const { session } = await openHost({ config: ['DisableForwarding yes'] });
    const deps = depsFor(agent, path.join(dir, 'home'));
    const reached = await reachAgent(session, deps, null, never);
    endLater(reached.address);
    onTestFinished(() => reached.way.close());
    return { reached, dir, trace: stagesOf(deps.trace) };
  }

  function get({ way, address }: Reached, below: string): Promise<http.IncomingMessage> {
    return new Promise((resolve, reject) => {
      const request = http.get({
        path: `/api/v0${below}`,
        headers: { authorization: `Bearer ${address.token}` },
        createConnection: (_options, done) => {
          // oxlint-disable-next-line promise/no-callback-in-promise -- node:http knows only callbacks here
          way.connect().then((stream) => done(null, stream), reject);
          return undefined;
        },
      });
      request.on('response', resolve);
      request.on('error', reject);
    });
  }

  test('100 MB at once pass through little memory on the host, one reader being slow', async () => {
    const { reached, dir, trace } = await openBridge();
    expect(reached.way.name).toBe('bridge');
    expect(trace).toEqual(['probe:ok', 'upload:ok', 'agent:ok', 'forwarding:ok']);
    const file = path.join(dir, 'big');
    const content = randomBytes(20 * MIB);
    await writeFile(file, content);
    const bridgePid = pidOfBridge(path.join(dir, 'home'));
    const before = memoryOf(bridgePid, 'VmRSS');
    const below = `/read-file?path=${encodeURIComponent(file)}`;
    const [slow, ...quick] = await Promise.all(Array.from({ length: 5 }, () => get(reached, below)));
    for (const body of await Promise.all(quick.map((response) => buffer(response))))
      expect(content.equals(body)).toBe(true);
    expect(slow && content.equals(await buffer(slow))).toBe(true);
    const grownMib = (memoryOf(bridgePid, 'VmHWM') - before) / 1024;
    expect(grownMib).toBeLessThan(64);
  }, 180_000);
});

function pidOfBridge(home: string): number {
  const found = readdirSync('/proc').find((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      return words[2] === 'bridge' && words.includes(home);
    } catch {
      return false;
    }
  });
  return Number(found);
}

/** KiB. */
function memoryOf(pid: number, what: 'VmRSS' | 'VmHWM'): number {
  const line = new RegExp(`^${what}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1]);
}
