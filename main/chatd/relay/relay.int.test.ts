import { randomUUID } from 'node:crypto';
import { asId, type ChatId, type WorkerId } from '@shared/model/ids.ts';
import type { LiveFrame } from '@shared/model/stream.ts';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Clock, systemClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { PartBuffer } from '../stream/part-buffer.ts';
import { createRelayedParts, RECONNECT_MS, type RelayedParts } from './relayed-parts.ts';
import { type PartsServer, serveParts } from './serve-parts.ts';
import { type FaultProxy, startProxy } from './test-proxy.ts';

const token = 'of-this-start';
const owner = asId<WorkerId>(randomUUID());
const me = asId<WorkerId>(randomUUID());
const episode = { history_version: 3, generation_attempt: 1 };

/** Time that passes at once where a test says so, and is recorded. */
function hurriedClock(hurried: (ms: number) => boolean) {
  const slept: number[] = [];
  const clock: Clock = {
    now: () => systemClock.now(),
    sleep: (ms, signal) => {
      slept.push(ms);
      return systemClock.sleep(hurried(ms) ? 1 : ms, signal);
    },
  };
  return { clock, slept };
}

let chatId: ChatId;
let theirs: PartBuffer;
let mine: PartBuffer;
let server: PartsServer;
let proxy: FaultProxy;
let parts: RelayedParts;
let slept: readonly number[];

beforeEach(async () => {
  chatId = asId<ChatId>(randomUUID());
  theirs = new PartBuffer(silentLog);
  mine = new PartBuffer(silentLog);
  server = await serveParts({ buffer: theirs, token, clock: systemClock, log: silentLog }, '127.0.0.1', 0);
  proxy = await startProxy(() => server.port);
  const hurried = hurriedClock((ms) => ms === RECONNECT_MS);
  slept = hurried.slept;
  parts = relayOf(hurried.clock, token);
});
afterEach(async () => {
  await parts.close();
  await proxy.close();
  await server.close();
});

function relayOf(clock: Clock, withToken: string): RelayedParts {
  return createRelayedParts({
    workerId: me,
    buffer: mine,
    findReplica: async (id) => ({ id, url: proxy.url, token: withToken }),
    clock,
    log: silentLog,
  });
}

/** What a reader of the episode was given: the texts and their numbers. */
function read(from: RelayedParts = parts) {
  const frames: LiveFrame[] = [];
  const stop = from.watch({ chatId, workerId: owner, episode }, (frame) => frames.push(frame));
  return { stop, said: () => frames.map((f) => `${f.seq}${f.part.type === 'text' ? f.part.text : '?'}`) };
}

function write() {
  const writer = theirs.create(chatId, episode);
  return (text: string) => writer.add('assistant', { type: 'text', text });
}

describe('parts of another replica', () => {
  test('#38 come once each, those from before the dial and those after it', async () => {
    const say = write();
    say('a');
    say('b');
    const reader = read();
    await vi.waitFor(() => expect(reader.said()).toEqual(['1a', '2b']));
    say('c');
    await vi.waitFor(() => expect(reader.said()).toEqual(['1a', '2b', '3c']));
    expect(proxy.asked).toBe(1);
  });

  test('of an episode that does not exist yet are waited for', async () => {
    const reader = read();
    await vi.waitFor(() => expect(proxy.open).toBe(1));
    write()('late');
    await vi.waitFor(() => expect(reader.said()).toEqual(['1late']));
  });

  test('#36 #44 go on 500 ms after each drop, from where they were', async () => {
    const say = write();
    const reader = read();
    say('a');
    await vi.waitFor(() => expect(reader.said()).toEqual(['1a']));
    for (const times of [2, 3, 4]) {
      proxy.drop();
      // Said while nobody is connected: the next connection brings it.
      say(`b${times}`);
      await vi.waitFor(() => expect(reader.said()).toHaveLength(times));
    }
    expect(reader.said()).toEqual(['1a', '2b2', '3b3', '4b4']);
    expect(slept.filter((ms) => ms === RECONNECT_MS)).toHaveLength(3);
    expect(proxy.asked).toBe(4);
  });

  test('#42 are dialled again after a dial that failed', async () => {
    proxy.mode('refuse');
    const reader = read();
    write()('a');
    await vi.waitFor(() => expect(proxy.asked).toBeGreaterThan(2));
    expect(reader.said()).toEqual([]);
    proxy.mode('pass');
    await vi.waitFor(() => expect(reader.said()).toEqual(['1a']));
  });

  test('#40 are not dialled for a reader that has left: the dial is cancelled', async () => {
    proxy.mode('stall');
    const reader = read();
    await vi.waitFor(() => expect(proxy.open).toBe(1));
    reader.stop();
    await vi.waitFor(() => expect([proxy.open, parts.open]).toEqual([0, 0]));
    expect(proxy.asked).toBe(1);
  });

  test('#39 of a dial that is answered too late are dropped', async () => {
    const say = write();
    say('stale');
    let answer: (url: string) => void = () => {};
    const asked = new Promise<string>((resolve) => {
      answer = resolve;
    });
    const slow = createRelayedParts({
      workerId: me,
      buffer: mine,
      findReplica: async (id) => ({ id, url: await asked, token }),
      clock: systemClock,
      log: silentLog,
    });
    const reader = read(slow);
    reader.stop();
    answer(proxy.url);
    await vi.waitFor(() => expect(slow.open).toBe(0));
    expect([reader.said(), proxy.asked]).toEqual([[], 0]);
  });

  test('come over another connection when the replica falls silent', async () => {
    await parts.close();
    let now = 0;
    // Each look for silence finds that much time gone; the pause before the next dial is short.
    const clock: Clock = {
      now: () => now,
      async sleep(ms, signal) {
        await systemClock.sleep(ms === RECONNECT_MS ? 1 : 20, signal);
        now += ms;
      },
    };
    parts = relayOf(clock, token);
    proxy.mode('stall');
    write()('a');
    const reader = read();
    await vi.waitFor(() => expect(proxy.asked).toBeGreaterThan(1));
    proxy.mode('pass');
    await vi.waitFor(() => expect(reader.said()).toEqual(['1a']));
  });

  test('are for those who know the token', async () => {
    write()('secret');
    await parts.close();
    parts = relayOf(hurriedClock((ms) => ms === RECONNECT_MS).clock, 'of another start');
    const reader = read();
    await vi.waitFor(() => expect(proxy.asked).toBeGreaterThan(2));
    expect(reader.said()).toEqual([]);
    const url = `${proxy.url}/parts/${chatId}/3/1`;
    const statusOf = async (authorization: string, at = url) =>
      (await fetch(at, { headers: { authorization } })).status;
    expect(await statusOf('')).toBe(401);
    expect(await statusOf(`Bearer ${token}x`)).toBe(401);
    expect(await statusOf(`Bearer ${token}`, `${proxy.url}/parts/${chatId}/3/-1`)).toBe(404);
    expect(await statusOf(`Bearer ${token}`, `${proxy.url}/parts/../${chatId}`)).toBe(404);
  });

  test('are never asked for on behalf of somebody else: a replica gives what it makes itself', async () => {
    // `theirs` is empty: whoever owns the chat, this replica does not go and ask.
    mine.create(chatId, episode).add('assistant', { type: 'text', text: 'in another process' });
    const reader = read();
    await vi.waitFor(() => expect(proxy.open).toBe(1));
    write()('own');
    await vi.waitFor(() => expect(reader.said()).toEqual(['1own']));
    expect(proxy.asked).toBe(1);
  });

  test('#43 end when the worker is our own: its buffer is read, without a connection', async () => {
    mine.create(chatId, episode).add('assistant', { type: 'text', text: 'here' });
    const seen: number[] = [];
    const stop = parts.watch({ chatId, workerId: me, episode }, (frame) => seen.push(frame.seq));
    expect([seen, parts.open, proxy.asked]).toEqual([[1], 0, 0]);
    stop();
  });

  test('leave no connection behind when either side closes', async () => {
    write()('a');
    const reader = read();
    await vi.waitFor(() => expect(reader.said()).toHaveLength(1));
    await parts.close();
    await vi.waitFor(() => expect(proxy.open).toBe(0));
    const again = relayOf(systemClock, token);
    const late = read(again);
    await vi.waitFor(() => expect(late.said()).toHaveLength(1));
    await server.close();
    await vi.waitFor(() => expect(proxy.open).toBe(0));
    await again.close();
  });
});
