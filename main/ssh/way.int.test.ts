import net from 'node:net';
import path from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { sshdMissing } from '../../e2e/fixtures/sshd.ts';
import { type Reached, reachAgent } from './reach-agent.ts';
import { ChannelRefused } from './session.ts';
import { depsFor, endLater, killAgent, loadAgent, newDirectory, openHost, stagesOf } from './test-host.ts';

// Servers, agents and uploads take their time on a busy machine.
vi.setConfig({ testTimeout: 180_000 });

const missing = sshdMissing();
if (missing) console.log(`not run here: ${missing}`);
const never = new AbortController().signal;

describe.skipIf(missing)('a port of the host, where the server forwards no Unix sockets', () => {
  async function reachPort(): Promise<Reached> {
    const dir = await newDirectory();
    const agent = await loadAgent(path.join(dir, 'bundle'));
    const { session } = await openHost({ allowStreamLocal: false });
    const deps = depsFor(agent, path.join(dir, 'home'));
    const reached = await reachAgent(session, deps, null, never);
    endLater(reached.address);
    expect(stagesOf(deps.trace)).toEqual(['probe:ok', 'upload:ok', 'agent:ok', 'forwarding:ok']);
    const forwarding = deps.trace.get().stages.at(-1);
    expect(forwarding).toMatchObject({
      summary: expect.stringContaining('forwards no Unix sockets'),
      detail: expect.stringContaining('socket: '),
    });
    return reached;
  }

  test('is told nothing before it has proved that our agent listens there', async () => {
    const { address, way } = await reachPort();
    expect(way.name).toBe('port');
    (await way.connect()).destroy();
    await killAgent(address);
    const heard: string[] = [];
    const stranger = net.createServer((socket) => {
      socket.on('data', (chunk) => {
        heard.push(chunk.toString());
        socket.write(`${'0'.repeat(64)}\n`);
      });
      socket.on('error', () => undefined);
    });
    // The last thread of the agent may hold the port for a moment longer.
    await expect.poll(() => listens(stranger, address.port ?? 0), { timeout: 60_000 }).toBe(true);
    onTestFinished(() => void stranger.close());
    await expect(way.connect()).rejects.toBeInstanceOf(ChannelRefused);
    expect(heard.join('')).toMatch(/^[0-9a-f]{64}\n$/);
  });

  test('says nothing to whoever does not greet, nor to a greeting with more behind it', async () => {
    const { address } = await reachPort();
    for (const said of [
      'GET /api/v0/hello HTTP/1.1\r\nhost: a\r\n\r\n',
      `${'a'.repeat(64)}\nGET / HTTP/1.1\r\n\r\n`,
    ]) {
      const socket = net.connect(address.port ?? 0, '127.0.0.1');
      socket.write(said.padEnd(70));
      let answer = '';
      socket.on('data', (chunk) => {
        answer += chunk.toString();
      });
      await new Promise((resolve) => socket.once('close', resolve));
      expect(answer).toBe('');
    }
  });
});

function listens(server: net.Server, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => resolve(true));
  });
}
