import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { Duplex } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AgentError, LinkDown } from './client.ts';
import { createAgentClient, type HttpAgentClient } from './http-client.ts';
import { createHttpLink } from './http-send.ts';
import type { Call } from './http-wire.ts';

const call = { signal: AbortSignal.timeout(60_000) };
const reply = (status: string, body: string) =>
  `HTTP/1.1 ${status}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
let dir: string;
let server: net.Server;
let client: HttpAgentClient;
let sockets: net.Socket[];
let onRequest: (socket: net.Socket, count: number, head: string) => void;

beforeEach(async () => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'gaffer-http-'));
  sockets = [];
  let count = 0;
  server = net.createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    socket.on('data', (data) => onRequest(socket, ++count, data.toString()));
  });
  await new Promise<void>((resolve) => server.listen(path.join(dir, 's'), resolve));
  client = createAgentClient({ token: 'token', connect: () => net.connect(path.join(dir, 's')) });
});
afterEach(async () => {
  client.close();
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
  rmSync(dir, { recursive: true });
});

describe('the client', () => {
  it('keeps its connection, and asks again when an idle one was closed in that moment', async () => {
    onRequest = (socket, count) => {
      // The second request on the first connection meets its end.
      if (count === 2) socket.destroy();
      else socket.write(reply('200 OK', '{"protocol":1}'));
    };
    await client.hello(call);
    expect(await client.hello(call)).toEqual({ protocol: 1 });
    expect(sockets).toHaveLength(2);
    await client.hello(call);
    expect(sockets).toHaveLength(2);
  });

  it('says LinkDown when nobody listens, and when the connection ends before the answer', async () => {
    onRequest = (socket) => socket.destroy();
    await expect(client.hello(call)).rejects.toBeInstanceOf(LinkDown);
    onRequest = (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"half":');
    await expect(client.hello(call)).rejects.toBeInstanceOf(LinkDown);
    const lonely = createAgentClient({ token: 't', connect: () => Promise.reject(new Error('no route')) });
    await expect(lonely.hello(call)).rejects.toThrow(LinkDown);
    await expect(lonely.hello(call)).rejects.toThrow('no route');
  });

  it('says LinkDown when the answer takes too long', async () => {
    onRequest = () => {};
    const link = createHttpLink({ token: 't', connect: () => net.connect(path.join(dir, 's')) });
    const slow: Call = { method: 'GET', path: '/hello', waitMs: 50, signal: call.signal };
    await expect(link.send(slow)).rejects.toBeInstanceOf(LinkDown);
    link.close();
  });

  it('lets go of a call that waits for its connection: by its signal, by its time, by the end of the link', async () => {
    const link = createHttpLink({ token: 't', connect: () => new Promise<Duplex>(() => {}) });
    const waiting: Call = { method: 'GET', path: '/hello', waitMs: 60_000, signal: call.signal };
    const stop = new AbortController();
    const stopped = link.send({ ...waiting, signal: stop.signal });
    stop.abort(new Error('stopped'));
    await expect(stopped).rejects.toThrow('stopped');
    await expect(link.send({ ...waiting, waitMs: 20 })).rejects.toBeInstanceOf(LinkDown);
    const left = link.send(waiting).catch((error: unknown) => error);
    link.close();
    expect(await left).toBeInstanceOf(LinkDown);
  });

  it('lets go of a call in the queue behind busy connections', async () => {
    onRequest = () => {};
    const link = createHttpLink({
      token: 't',
      connect: () => net.connect(path.join(dir, 's')),
      maxConnections: 1,
    });
    const busy: Call = { method: 'GET', path: '/hello', waitMs: 60_000, signal: call.signal };
    const first = link.send(busy);
    await expect.poll(() => sockets.length).toBe(1);
    const stop = new AbortController();
    const second = link.send({ ...busy, signal: stop.signal });
    stop.abort(new Error('stopped'));
    await expect(second).rejects.toThrow('stopped');
    link.close();
    await expect(first).rejects.toBeInstanceOf(LinkDown);
  });

  it('many calls share one signal without a warning', async () => {
    onRequest = (socket) => socket.write(reply('200 OK', '{"protocol":1}'));
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on('warning', onWarning);
    const { signal } = new AbortController();
    await Promise.all(Array.from({ length: 20 }, () => client.hello({ signal })));
    process.off('warning', onWarning);
    expect(warnings.filter(({ name }) => name === 'MaxListenersExceededWarning')).toEqual([]);
  });

  it('gives a refusal as the agent put it, also one that is no JSON', async () => {
    onRequest = (socket) =>
      socket.write(reply('507 Full', '{"message":"full","code":"disk-full","detail":"x"}'));
    await expect(client.hello(call)).rejects.toMatchObject({
      name: 'AgentError',
      message: 'full',
      status: 507,
      code: 'disk-full',
      detail: 'x',
    });
    onRequest = (socket) => socket.write(reply('502 Bad', '<html>'));
    await expect(client.hello(call)).rejects.toBeInstanceOf(AgentError);
  });

  it('sends token, chat and key, and paths of any kind', async () => {
    let seen = '';
    onRequest = (socket, _count, head) => {
      seen = head;
      socket.write(reply('200 OK', '{}'));
    };
    await client.writeFile('/a b/ü&?#', 'x', { ...call, key: 'key-1', chatId: 'chat-1' });
    expect(seen).toContain('POST /api/v0/write-file?path=%2Fa%20b%2F%C3%BC%26%3F%23 HTTP/1.1');
    expect(seen).toMatch(/authorization: Bearer token\r\n/i);
    expect(seen).toMatch(/idempotency-key: key-1\r\n/i);
    expect(seen).toMatch(/gaffer-chat-id: chat-1\r\n/i);
  });

  it('needs a stream only, no socket', async () => {
    onRequest = (socket) => socket.write(reply('200 OK', '{"protocol":1}'));
    const plain = createAgentClient({
      token: 't',
      connect: async () => {
        const socket = net.connect(path.join(dir, 's'));
        return Duplex.from({ readable: socket, writable: socket });
      },
    });
    expect(await plain.hello(call)).toEqual({ protocol: 1 });
    expect(await plain.hello(call)).toEqual({ protocol: 1 });
    plain.close();
  });
});
