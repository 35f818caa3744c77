import { once } from 'node:events';
import net from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startWire, type Wire } from './wire.ts';

/** Answers with what it hears. */
async function startEcho(): Promise<{ readonly port: number; readonly heard: net.Socket[] }> {
  const heard: net.Socket[] = [];
  const server = net.createServer((socket) => {
    heard.push(socket);
    socket.on('error', () => {});
    socket.pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of heard) socket.destroy();
  });
  return { port: (server.address() as net.AddressInfo).port, heard };
}

async function newLine(): Promise<{ readonly wire: Wire; readonly heard: net.Socket[] }> {
  const { port, heard } = await startEcho();
  const wire = await startWire({ port, dice: () => 0 });
  onTestFinished(() => wire.close());
  return { wire, heard };
}

async function connectTo(wire: Wire): Promise<net.Socket> {
  const socket = net.connect(wire.port, '127.0.0.1');
  onTestFinished(() => {
    socket.destroy();
  });
  await once(socket, 'connect');
  return socket;
}

/** Milliseconds since `from` until the answer is there. */
async function echo(socket: net.Socket, text: string, from = performance.now()): Promise<number> {
  socket.write(text);
  let heard = '';
  while (heard.length < text.length) heard += String((await once(socket, 'data'))[0]);
  expect(heard).toBe(text);
  return performance.now() - from;
}

describe('the wire of the tortures', () => {
  it('carries bytes and ends both ways, and counts', async () => {
    const { wire } = await newLine();
    const socket = await connectTo(wire);
    await echo(socket, 'a'.repeat(500_000));
    expect([wire.open(), wire.begun.length]).toEqual([1, 1]);
    socket.end('last');
    expect(String((await once(socket, 'data'))[0])).toBe('last');
    await once(socket, 'close');
    await expect.poll(() => wire.open()).toBe(0);
  });

  it('is as long as the weather says, and a lost piece takes longer and keeps its place', async () => {
    const { wire } = await newLine();
    wire.weather({ oneWayMs: 30, loss: 0, againMs: 0 });
    const from = performance.now();
    const socket = await connectTo(wire);
    // The handshake is a round trip of its own.
    expect(await echo(socket, 'first', from)).toBeGreaterThanOrEqual(119);
    expect(await echo(socket, 'second')).toBeGreaterThanOrEqual(59);
    wire.weather({ oneWayMs: 30, loss: 1, againMs: 100 });
    const lost = echo(socket, 'lost');
    expect(await lost).toBeGreaterThanOrEqual(259);
  });

  it('breaks for both ends', async () => {
    const { wire, heard } = await newLine();
    const socket = await connectTo(wire);
    await echo(socket, 'hello');
    socket.on('error', () => {});
    const ends = [socket, heard[0]].map((each) => new Promise((resolve) => each?.once('close', resolve)));
    wire.cut();
    await Promise.all(ends);
    await expect(echo(await connectTo(wire), 'anew')).resolves.toBeGreaterThan(0);
  });

  it('vanishes without a word: what was there stays dead, what comes later works again', async () => {
    const { wire, heard } = await newLine();
    const old = await connectTo(wire);
    await echo(old, 'hello');
    wire.vanish();
    const said: string[] = [];
    old.on('data', (chunk: Buffer) => said.push(String(chunk)));
    old.write('lost');
    const mute = await connectTo(wire);
    mute.on('data', (chunk: Buffer) => said.push(String(chunk)));
    mute.write('lost, too');
    expect(wire.open()).toBe(2);
    wire.appear();
    await echo(await connectTo(wire), 'anew');
    expect(said).toEqual([]);
    expect(heard.map((each) => each.destroyed)).toEqual([false, false]);
    old.destroy();
    await expect.poll(() => heard.map((each) => each.destroyed)).toEqual([true, false]);
  });

  it('loses the answers alone, until it is cut', async () => {
    const { wire, heard } = await newLine();
    const socket = await connectTo(wire);
    await echo(socket, 'hello');
    wire.deafen();
    const said: string[] = [];
    socket.on('data', (chunk: Buffer) => said.push(String(chunk)));
    const heardIt = heard[0] && once(heard[0], 'data');
    socket.write('heard');
    expect(String((await heardIt)?.[0])).toBe('heard');
    socket.on('error', () => {});
    const ended = new Promise((resolve) => socket.once('close', resolve));
    wire.cut();
    await ended;
    expect(said).toEqual([]);
  });

  it('resets who comes while nobody listens', async () => {
    const { port, heard } = await startEcho();
    const wire = await startWire({ port });
    onTestFinished(() => wire.close());
    await echo(await connectTo(wire), 'there');
    expect(heard.length).toBe(1);
    const nowhere = await startWire({ port: 1 });
    onTestFinished(() => nowhere.close());
    const socket = net.connect(nowhere.port, '127.0.0.1');
    const [error] = await once(socket, 'error');
    expect(error).toMatchObject({ code: 'ECONNRESET' });
  });
});
