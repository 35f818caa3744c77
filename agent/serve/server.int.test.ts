import { once } from 'node:events';
import fs from 'node:fs';
import type http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { helloOf } from './hello.ts';
import type { Parts } from './routes.ts';
import { Door, type DoorBounds } from './server.ts';

const token = 'a token of this test';
const bounds: DoorBounds = {
  headersMs: 60_000,
  requestMs: 60_000,
  silentMs: 60_000,
  unreadMs: 60_000,
  idleMs: 60_000,
  connections: 10,
  requests: 10,
};
const head = (line: string, ...headers: readonly string[]) =>
  [`${line} HTTP/1.1`, `authorization: Bearer ${token}`, ...headers].join('\r\n');
const hello = `${head('GET /api/v0/hello')}\r\n\r\n`;

/** A noisy machine gets its time. */
const soon = <T>(look: () => T) => expect.poll(look, { timeout: 60_000 });

let dir: string;
let server: http.Server;
let door: Door;
const clients: net.Socket[] = [];
beforeEach(() => {
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'gaffer-door-'));
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  fs.rmSync(dir, { recursive: true });
});

/** Only the greeting is asked for here; its size is the test's. */
async function open(more: Partial<DoorBounds> = {}, size = 0): Promise<void> {
  const hello = () => ({
    ...helloOf({ version: '1', idleMs: 1, journal: 'one' }, { hostname: 'here', root: '/' }),
    features: ['x'.repeat(size)],
  });
  const parts: Partial<Parts> = { hello };
  door = new Door({
    token,
    parts: parts as Parts,
    log: () => {},
    ends: new AbortController().signal,
    bounds: { ...bounds, ...more },
  });
  server = door.makeServer();
  await new Promise<void>((resolve) => server.listen(path.join(dir, 's'), resolve));
}

function connect(): net.Socket {
  const client = net.connect(path.join(dir, 's'));
  client.on('error', () => {});
  clients.push(client);
  return client;
}

/** Everything that comes until the connection ends. */
async function said(text: string | Buffer): Promise<string> {
  const client = connect();
  client.write(text);
  const chunks: Buffer[] = [];
  client.on('data', (chunk: Buffer) => chunks.push(chunk));
  await new Promise((resolve) => client.once('close', resolve));
  return Buffer.concat(chunks).toString();
}

function statuses(text: string): readonly number[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => Number(match[1]));
}

/** The body of the last answer. */
function failure(text: string): unknown {
  return JSON.parse(text.slice(text.lastIndexOf('\r\n\r\n') + 4));
}

describe('a client that takes its time', () => {
  it('with its headers is told so', async () => {
    await open({ headersMs: 100 });
    const text = await said('GET /api/v0/hello HTTP/1.1\r\nauthor');
    expect(statuses(text)).toEqual([408]);
    expect(failure(text)).toMatchObject({ code: 'timeout' });
  });

  it('with all of its request is told so', async () => {
    await open({ headersMs: 100, requestMs: 200 });
    const text = await said(`${head('POST /api/v0/edit-files', 'content-length: 10')}\r\n\r\n{`);
    expect(statuses(text)).toEqual([408]);
    expect(failure(text)).toMatchObject({ code: 'timeout' });
  });

  it('in the middle of a body is told so, and the agent is free of it', async () => {
    await open({ silentMs: 100 });
    const text = await said(`${head('POST /api/v0/edit-files', 'content-length: 10')}\r\n\r\n{`);
    expect(statuses(text)).toEqual([408]);
    expect(failure(text)).toMatchObject({ code: 'timeout' });
    await soon(() => door.idleMs()).toBeGreaterThan(0);
  });

  it('to read its answer is left', async () => {
    await open({ unreadMs: 100 }, 20_000_000);
    const arrived = once(server, 'connection') as Promise<[net.Socket]>;
    const client = connect();
    client.pause();
    client.write(hello);
    const [served] = await arrived;
    // The client never reads and never ends: what ends this is the agent.
    await new Promise((resolve) => served.once('close', resolve));
    expect(served.destroyed).toBe(true);
    await soon(() => door.idleMs()).toBeGreaterThan(0);
  });

  it('between two requests is left', async () => {
    await open({ idleMs: 50 });
    expect(statuses(await said(hello))).toEqual([200]);
  });
});

function connections(): Promise<number> {
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
  });
}

describe('too many', () => {
  it('connections: the latest are turned away, and served when there is room', async () => {
    await open({ connections: 2 });
    const kept = [connect(), connect()];
    await soon(connections).toBe(2);
    expect(await said(hello)).toBe('');
    for (const client of kept) client.destroy();
    await soon(connections).toBe(0);
    const client = connect();
    client.write(hello);
    expect(String(await once(client, 'data'))).toContain('200 OK');
  });

  it('requests at once, on one connection', async () => {
    await open({ requests: 2, idleMs: 50 });
    const slow = `${head('POST /api/v0/nothing', 'content-length: 2')}\r\n\r\n`;
    const busy = [connect(), connect()];
    for (const client of busy) {
      const arrived = once(server, 'request');
      client.write(slow);
      await arrived;
    }
    expect(failure(await said(hello))).toMatchObject({ code: 'busy' });
    for (const client of busy) client.write('{}');
    await soon(async () => statuses(await said(hello))).toEqual([200]);
  });
});

describe('what is no request', () => {
  it.each([
    ['noise', 'hello there\r\n\r\n', 400],
    ['bytes of any kind', Buffer.from([0, 1, 2, 255, 13, 10, 13, 10]), 400],
    ['a method that nobody knows', `${head('JUMP /api/v0/hello')}\r\n\r\n`, 400],
    ['a header without a name', `${head('GET /api/v0/hello', ': x')}\r\n\r\n`, 400],
    ['headers without an end', `${head('GET /api/v0/hello', `x: ${'y'.repeat(20_000)}`)}\r\n\r\n`, 431],
    ['two lengths', `${head('POST /a', 'content-length: 1', 'content-length: 2')}\r\n\r\n`, 400],
    ['a length that is none', `${head('POST /a', 'content-length: x')}\r\n\r\n`, 400],
    [
      'a length and chunks',
      `${head('POST /a', 'content-length: 1', 'transfer-encoding: chunked')}\r\n\r\n`,
      400,
    ],
    ['broken chunks', `${head('POST /a', 'transfer-encoding: chunked')}\r\n\r\nzz\r\nabc`, 400],
    ['a tunnel', `${head('CONNECT elsewhere:443')}\r\n\r\n`, 400],
    ['what is expected in vain', `${head('GET /api/v0/hello', 'expect: wonders')}\r\n\r\n`, 417],
    ['no address', `${head('GET http://[bad')}\r\n\r\n`, 400],
  ] as const)('%s is answered like any other mistake', async (_what, text, status) => {
    await open({ idleMs: 50 });
    const answer = await said(text);
    expect(statuses(answer)).toEqual([status]);
    expect(failure(answer)).toMatchObject({ message: expect.any(String), code: expect.any(String) });
  });

  it('is answered after the good one before it', async () => {
    await open({ idleMs: 50 });
    expect(statuses(await said(`${hello}noise\r\n\r\n`))).toEqual([200, 400]);
    expect(statuses(await said(`${hello}${hello}${hello}`))).toEqual([200, 200, 200]);
  });

  it('is answered also when it breaks off in the middle of a body', async () => {
    await open({ idleMs: 50 });
    const client = connect();
    const arrived = once(server, 'request');
    client.write(`${head('POST /api/v0/edit-files', 'content-length: 10')}\r\n\r\n{`);
    await arrived;
    client.destroy();
    await soon(() => door.idleMs()).toBeGreaterThan(0);
    expect(statuses(await said(hello))).toEqual([200]);
  });

  it('is answered also to who goes on sending', async () => {
    await open({ idleMs: 50 });
    const client = connect();
    const chunks: Buffer[] = [];
    client.on('data', (chunk: Buffer) => chunks.push(chunk));
    const ended = new Promise((resolve) => client.once('end', resolve));
    client.write('noise');
    const more = setInterval(() => client.write('more noise\r\n'), 1);
    await ended;
    clearInterval(more);
    expect(statuses(Buffer.concat(chunks).toString())).toEqual([400]);
  });

  it('is told to who sends too much, however long it goes on', async () => {
    await open({ idleMs: 50 });
    const size = 8_000_000;
    const request = head('POST /api/v0/hello', `content-length: ${size}`, 'connection: close');
    const text = await said(Buffer.concat([Buffer.from(`${request}\r\n\r\n`), Buffer.alloc(size)]));
    expect([statuses(text), failure(text)]).toMatchObject([[413], { code: 'too-large' }]);
  });

  it('needs no host, and asks for the token before it reads', async () => {
    await open({ idleMs: 50 });
    expect(statuses(await said(hello))).toEqual([200]);
    const wrong = await said('POST /api/v0/write-file HTTP/1.1\r\nauthorization: Bearer x\r\n\r\n');
    expect([statuses(wrong), failure(wrong)]).toMatchObject([[401], { code: 'unauthorized' }]);
  });
});
