import { expect, test } from 'vitest';
import type { Clock } from '../base/clock.ts';
import { LinkFault } from '../ssh/fault.ts';
import { LinkDown } from './client.ts';
import type { HttpAgentClient } from './http-client.ts';
import { connectRemoteAgent, type RemoteDeps } from './remote.ts';
import type { RemoteSession } from './remote-session.ts';

const cut = new LinkFault('closed', 'The connection ended in the middle of a command.', null, 'Wait.');

/** A connection that stands; `answer` is what its agent does, `renew` what comes of each look at the host. */
function sessionWith(parts: {
  readonly stat: () => Promise<unknown>;
  readonly renew: () => Promise<void>;
}) {
  let end: (fault: LinkFault) => void = () => undefined;
  const closed = new Promise<LinkFault>((resolve) => {
    end = resolve;
  });
  const client = { stat: parts.stat } as unknown as HttpAgentClient;
  return { client, journal: 'one', closed, renew: parts.renew, end } as unknown as RemoteSession;
}

/** Sleeps take no time, and are counted. */
function countingClock() {
  const pauses: number[] = [];
  const clock: Clock = {
    now: () => 0,
    sleep: (ms) => {
      pauses.push(ms);
      return Promise.resolve();
    },
  };
  return { clock, pauses };
}

test('an agent that cannot be renewed over a standing connection is asked with pauses, and then the connection is given up', async () => {
  let asked = 0;
  const broken = sessionWith({
    stat() {
      asked++;
      return Promise.reject(new LinkDown('gone'));
    },
    renew: () => Promise.reject(cut),
  });
  const next = sessionWith({ stat: () => Promise.resolve('there'), renew: () => Promise.resolve() });
  let session = broken;
  void broken.closed.then(() => {
    session = next;
  });
  const { clock, pauses } = countingClock();
  const link = { whenUp: () => Promise.resolve(session) };
  const remote = connectRemoteAgent({ link, clock, host: 'box' });
  const { signal } = new AbortController();
  expect(await remote.stat('/x', { signal })).toBe('there');
  expect(await broken.closed).toBe(cut);
  expect(asked).toBe(5);
  expect(pauses).toEqual([200, 400, 800, 1_600]);
});

test('a link that broke while the agent was looked for has pauses of its own', async () => {
  const next = sessionWith({ stat: () => Promise.resolve('there'), renew: () => Promise.resolve() });
  const broken = sessionWith({
    stat: () => Promise.reject(new LinkDown('gone')),
    renew: () => Promise.reject(cut),
  });
  const sessions = [broken, next];
  const link = { whenUp: () => Promise.resolve(sessions.shift() ?? next) };
  const { clock, pauses } = countingClock();
  const remote = connectRemoteAgent({ link, clock, host: 'box' });
  expect(await remote.stat('/x', { signal: new AbortController().signal })).toBe('there');
  expect(pauses).toEqual([]);
});

/** A link that only a person can mend; `mend` is that person. */
function refusedLink() {
  const refusal = new LinkFault('auth', 'Nobody answered in time.', null, 'Connect again.');
  const there = sessionWith({ stat: () => Promise.resolve('there'), renew: () => Promise.resolve() });
  const broken = sessionWith({
    stat: () => Promise.reject(new LinkDown('gone')),
    renew: () => Promise.reject(refusal),
  });
  let mend: () => void = () => undefined;
  const mended = new Promise<RemoteSession>((resolve) => {
    mend = () => resolve(there);
  });
  let isOver = false;
  const waiting: AbortSignal[] = [];
  const link: RemoteDeps['link'] = {
    whenUp(signal, { outlast = false } = {}) {
      if (!isOver) {
        isOver = true;
        return Promise.resolve(broken);
      }
      if (!outlast) return Promise.reject(refusal);
      waiting.push(signal);
      return mended;
    },
  };
  return { link, mend, waiting, refusal };
}

test('a call that has left waits for the person, too; one that comes later does not', async () => {
  const { link, mend, waiting, refusal } = refusedLink();
  const remote = connectRemoteAgent({ link, clock: countingClock().clock, host: 'box' });
  const { signal } = new AbortController();
  const left = remote.stat('/x', { signal, outlasts: 'when-left' });
  await expect.poll(() => waiting.length).toBe(1);
  await expect(remote.stat('/y', { signal, outlasts: 'when-left' })).rejects.toBe(refusal);
  mend();
  expect(await left).toBe('there');
});

test('a call that says nothing of waiting fails when only a person can help', async () => {
  const { link, refusal } = refusedLink();
  const remote = connectRemoteAgent({ link, clock: countingClock().clock, host: 'box' });
  const { signal } = new AbortController();
  await expect(remote.stat('/x', { signal })).rejects.toBe(refusal);
});

test('what goes on there all the same is waited for from the start', async () => {
  const { link, mend } = refusedLink();
  const remote = connectRemoteAgent({ link, clock: countingClock().clock, host: 'box' });
  const { signal } = new AbortController();
  await expect(remote.stat('/x', { signal })).rejects.toThrow('Nobody answered');
  const waiting = remote.stat('/y', { signal, outlasts: 'always' });
  mend();
  expect(await waiting).toBe('there');
});
