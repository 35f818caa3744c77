import type { LinkState } from '@shared/model/workspace.ts';
import { expect, test } from 'vitest';
import type { Clock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import { closedByUs, LinkFault, type LinkFaultCode } from './fault.ts';
import { backoffMs, Link, type LinkSession } from './link.ts';

/** Time stands still until the test moves it. */
class DrivenClock implements Clock {
  #now = 0;
  readonly sleeps = new Map<symbol, { readonly at: number; wake(): void }>();
  now(): number {
    return this.#now;
  }
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const id = Symbol('sleep');
      this.sleeps.set(id, { at: this.#now + ms, wake: resolve });
      signal?.addEventListener('abort', () => {
        this.sleeps.delete(id);
        reject(signal.reason as Error);
      });
    });
  }
  advance(ms: number): void {
    this.#now += ms;
    for (const [id, sleep] of this.sleeps) {
      if (sleep.at > this.#now) continue;
      this.sleeps.delete(id);
      sleep.wake();
    }
  }
}

class FakeSession implements LinkSession {
  end: (fault: LinkFault) => void = () => undefined;
  readonly closed = new Promise<LinkFault>((resolve) => {
    this.end = resolve;
  });
  answers = true;
  checks = 0;
  wasClosed = false;
  close(): Promise<void> {
    this.wasClosed = true;
    this.end(closedByUs());
    return Promise.resolve();
  }
  check(signal: AbortSignal): Promise<void> {
    this.checks++;
    if (this.answers) return Promise.resolve();
    return new Promise((_, reject) =>
      signal.addEventListener('abort', () => reject(new Error('no answer'))),
    );
  }
}

function fault(code: LinkFaultCode): LinkFault {
  return new LinkFault(code, `fault ${code}`, null, code);
}

/** A link whose openings are answered from a list; the last answer repeats. */
function setUp(...answers: readonly (FakeSession | LinkFaultCode)[]) {
  const clock = new DrivenClock();
  const stop = new AbortController();
  let opened = 0;
  const link = new Link<FakeSession>({
    clock,
    random: { uuid: () => 'id', fraction: () => 0 },
    log: silentLog,
    open: () => {
      const answer = answers[Math.min(opened, answers.length - 1)];
      opened++;
      if (answer instanceof FakeSession) return Promise.resolve(answer);
      return Promise.reject(fault(answer ?? 'unreachable'));
    },
  });
  const reach = async (wanted: (state: LinkState) => boolean): Promise<LinkState> => {
    for await (const state of link.watch(stop.signal)) if (wanted(state)) return state;
    throw new Error('the link ended');
  };
  return { clock, link, stop, opens: () => opened, reach };
}
const never = new AbortController().signal;
const isUp = (state: LinkState) => state.state === 'up';
const isDown = (state: LinkState) => state.state === 'down';

test('connects on first need only, once for all who ask', async () => {
  const session = new FakeSession();
  const { link, opens } = setUp(session);
  expect(link.state).toEqual({ state: 'idle' });
  expect(await Promise.all([link.whenUp(never), link.whenUp(never)])).toEqual([session, session]);
  expect(opens()).toBe(1);
  await link.close();
  expect(session.wasClosed).toBe(true);
});

test('backs off 1, 2, 4, 8, 15, 30 s and then once a minute', async () => {
  const { clock, link, opens, reach } = setUp('unreachable');
  const waiting = link.whenUp(never).catch((error: unknown) => error);
  const waits: number[] = [];
  for (let attempt = 1; attempt <= 8; attempt++) {
    const down = await reach((state) => isDown(state) && opens() === attempt);
    const waitMs = down.state === 'down' ? Date.parse(down.retryAt ?? '') - clock.now() : 0;
    waits.push(waitMs);
    clock.advance(waitMs);
  }
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 60_000, 60_000]);
  await link.close();
  expect(await waiting).toMatchObject({ code: 'closed' });
  expect(clock.sleeps.size).toBe(0);
});

test('jitter shortens a wait by at most half', () => {
  expect(backoffMs(1, 0)).toBe(1_000);
  expect(backoffMs(3, 0.999999)).toBe(2_000);
});

test('a waiter gets the session that comes after a failure', async () => {
  const session = new FakeSession();
  const { clock, link, reach } = setUp('unreachable', session);
  const waiting = link.whenUp(never);
  await reach(isDown);
  clock.advance(1_000);
  expect(await waiting).toBe(session);
  await link.close();
});

test.each(['auth', 'host-key', 'agent'] as const)(
  '%s ends the attempts until a person asks',
  async (code) => {
    const session = new FakeSession();
    const { clock, link, opens } = setUp(code, session);
    await expect(link.whenUp(never)).rejects.toMatchObject({ code });
    expect(link.state).toMatchObject({ state: 'down', final: true, retryAt: null });
    clock.advance(3_600_000);
    link.wake();
    await expect(link.whenUp(never)).rejects.toMatchObject({ code });
    expect(opens()).toBe(1);
    link.reconnect();
    expect(await link.whenUp(never)).toBe(session);
    await link.close();
  },
);

test('a host that cannot now is tried again less often, and who waits is told why', async () => {
  const session = new FakeSession();
  const { clock, link, opens, reach } = setUp('not-now', 'not-now', session);
  const waiting = link.whenUp(never);
  for (const [at, nth] of [
    [8_000, 1],
    [23_000, 2],
  ] as const) {
    const down = await reach((state) => isDown(state) && opens() === nth);
    expect(down).toMatchObject({
      message: 'fault not-now',
      final: false,
      retryAt: new Date(at).toISOString(),
    });
    expect(link.fault).toMatchObject({ code: 'not-now' });
    clock.advance(at - clock.now());
  }
  expect(await waiting).toBe(session);
  expect(link.fault).toBe(null);
  await link.close();
});

test('who outlasts a refusal waits until a person has mended it', async () => {
  const session = new FakeSession();
  const { link, reach, opens } = setUp('auth', session);
  await expect(link.whenUp(never)).rejects.toMatchObject({ code: 'auth' });
  const stop = new AbortController();
  const impatient = link.whenUp(stop.signal, { outlast: true });
  const patient = link.whenUp(never, { outlast: true });
  stop.abort(new Error('30 minutes'));
  await expect(impatient).rejects.toThrow('30 minutes');
  await reach(isDown);
  expect(opens()).toBe(1);
  link.reconnect();
  expect(await patient).toBe(session);
  await link.close();
});

test('a link that flaps keeps its backoff, a steady one starts over', async () => {
  const sessions = [new FakeSession(), new FakeSession(), new FakeSession()] as const;
  const { clock, link, reach, opens } = setUp(...sessions, 'unreachable');
  await link.whenUp(never);
  const cut = async (session: FakeSession, upMs: number, nth: number): Promise<number> => {
    clock.advance(upMs);
    session.end(fault('closed'));
    const down = await reach((state) => isDown(state) && opens() === nth);
    return down.state === 'down' ? Date.parse(down.retryAt ?? '') - clock.now() : 0;
  };
  const comeBack = async (waitMs: number, nth: number): Promise<void> => {
    clock.advance(waitMs);
    await reach((state) => isUp(state) && opens() === nth);
  };
  expect(await cut(sessions[0], 100, 1)).toBe(1_000);
  await comeBack(1_000, 2);
  expect(await cut(sessions[1], 100, 2)).toBe(2_000);
  await comeBack(2_000, 3);
  expect(await cut(sessions[2], 31_000, 3)).toBe(1_000);
  await link.close();
});

test('waking tries at once', async () => {
  const session = new FakeSession();
  const { clock, link, reach } = setUp('unreachable', session);
  const waiting = link.whenUp(never);
  await reach(isDown);
  link.wake();
  expect(await waiting).toBe(session);
  expect(clock.now()).toBe(0);
  await link.close();
  expect(clock.sleeps.size).toBe(0);
});

test('waking an open link asks whether it still answers, and replaces it when not', async () => {
  const first = new FakeSession();
  const second = new FakeSession();
  const { clock, link, reach } = setUp(first, second);
  await link.whenUp(never);
  link.wake();
  await new Promise(setImmediate);
  expect(first.checks).toBe(1);
  expect(link.state).toEqual({ state: 'up' });
  first.answers = false;
  link.wake();
  await new Promise(setImmediate);
  clock.advance(5_000);
  await reach(isDown);
  expect(first.wasClosed).toBe(true);
  clock.advance(1_000);
  expect(await link.whenUp(never)).toBe(second);
  await link.close();
});

test('a wake while an attempt fails makes the next one follow at once', async () => {
  const clock = new DrivenClock();
  const session = new FakeSession();
  const failing: ((error: LinkFault) => void)[] = [];
  const link = new Link<FakeSession>({
    clock,
    random: { uuid: () => 'id', fraction: () => 0 },
    log: silentLog,
    open: () =>
      failing.length > 0
        ? Promise.resolve(session)
        : new Promise((_, reject) => {
            failing.push(reject);
          }),
  });
  const waiting = link.whenUp(never);
  link.wake();
  failing[0]?.(fault('unreachable'));
  expect(await waiting).toBe(session);
  expect(clock.now()).toBe(0);
  await link.close();
  expect(clock.sleeps.size).toBe(0);
});

test('a wake while an open link is being asked asks it once more', async () => {
  const answers: (() => void)[] = [];
  const session = new FakeSession();
  session.check = () =>
    new Promise((resolve) => {
      answers.push(resolve);
    });
  const { link } = setUp(session);
  await link.whenUp(never);
  link.wake();
  await expect.poll(() => answers.length).toBe(1);
  link.wake();
  answers[0]?.();
  await expect.poll(() => answers.length).toBe(2);
  answers[1]?.();
  await link.close();
});

test('what to do about it is part of what a link that is down says', async () => {
  const link = new Link<FakeSession>({
    clock: new DrivenClock(),
    random: { uuid: () => 'id', fraction: () => 0 },
    log: silentLog,
    open: () => Promise.reject(new LinkFault('agent', 'It is broken.', null, 'Mend it.')),
  });
  await expect(link.whenUp(never)).rejects.toMatchObject({ code: 'agent' });
  expect(link.state).toMatchObject({ state: 'down', message: 'It is broken. Mend it.' });
  await link.close();
});

test('a waiter that gives up leaves the others alone', async () => {
  const session = new FakeSession();
  const { clock, link, reach } = setUp('unreachable', session);
  const stop = new AbortController();
  const impatient = link.whenUp(stop.signal);
  const patient = link.whenUp(never);
  await reach(isDown);
  stop.abort(new Error('enough'));
  await expect(impatient).rejects.toThrow('enough');
  clock.advance(1_000);
  expect(await patient).toBe(session);
  await link.close();
});
