import { describe, expect, it } from 'vitest';
import { backoffMs, type FeedPort, startFeed } from './feed-loop.ts';

/** A door whose ports and timers the test moves by hand. */
function fakeDoor() {
  const opened: { input: unknown; take: (port: FeedPort) => void }[] = [];
  let timers: { delayMs: number; run: () => void }[] = [];
  return {
    opened,
    timers: () => timers.map((t) => t.delayMs),
    fire: (delayMs: number) => {
      const due = timers.filter((t) => t.delayMs === delayMs);
      timers = timers.filter((t) => t.delayMs !== delayMs);
      for (const t of due) t.run();
    },
    open: (_name: string, input: unknown, take: (port: FeedPort) => void) => {
      opened.push({ input, take });
      return () => undefined;
    },
    after: (delayMs: number, run: () => void) => {
      const timer = { delayMs, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((t) => t !== timer);
      };
    },
  };
}

function fakePort() {
  let onClose = () => undefined as void;
  const port = {
    onmessage: null as FeedPort['onmessage'],
    closed: false,
    taken: 0,
    postMessage: () => {
      port.taken += 1;
    },
    close: () => {
      port.closed = true;
    },
    addEventListener: (_type: 'close', listener: () => void) => {
      onClose = listener;
    },
    say: (data: unknown) => port.onmessage?.({ data }),
    die: () => onClose(),
  };
  return port;
}

function started() {
  const door = fakeDoor();
  const seen: unknown[] = [];
  const ends: unknown[] = [];
  const feed = startFeed<number>(
    door,
    { name: 'chat.stream', input: () => door.opened.length },
    { onEvents: (events) => seen.push(...events), onEnd: (failure, final) => ends.push([failure, final]) },
  );
  const connect = () => {
    const port = fakePort();
    door.opened.at(-1)?.take(port);
    return port;
  };
  return { door, seen, ends, feed, connect };
}

describe('a feed', () => {
  it('hands over events in order and asks no timer while it is open', () => {
    const { door, seen, connect } = started();
    const port = connect();
    port.say({ type: 'data', data: [1, 2] });
    port.say({ type: 'data', data: [3] });
    expect(seen).toEqual([1, 2, 3]);
    expect(door.timers()).toEqual([]);
    expect(port.taken).toBe(2);
  });

  it('#345 says that it was lost and opens again', () => {
    const { door, ends, connect } = started();
    connect().die();
    expect(ends).toEqual([[null, false]]);
    door.fire(1000);
    expect(door.opened).toHaveLength(2);
  });

  it('#347 waits 1 s, 2 s, 4 s … at most 15 s, and starts over after data', () => {
    expect([1, 2, 3, 4, 5, 9].map(backoffMs)).toEqual([1000, 2000, 4000, 8000, 15000, 15000]);
    const { door, connect } = started();
    connect().die();
    door.fire(1000);
    connect().say({ type: 'end' });
    expect(door.timers()).toEqual([2000]);
    door.fire(2000);
    const port = connect();
    port.say({ type: 'data', data: [1] });
    port.die();
    expect(door.timers()).toEqual([1000]);
  });

  it('asks the input again at each opening', () => {
    const { door, connect } = started();
    connect().die();
    door.fire(1000);
    expect(door.opened.map((o) => o.input)).toEqual([0, 1]);
  });

  it('gives up on what no attempt can change', () => {
    const { door, ends, connect } = started();
    const failure = { code: 'not-found', message: 'No such chat.' };
    connect().say({ type: 'error', data: failure });
    expect(ends).toEqual([[failure, true]]);
    expect(door.timers()).toEqual([]);
  });

  it('counts a port that never comes as lost', () => {
    const { door, ends } = started();
    door.fire(10_000);
    expect(ends).toHaveLength(1);
  });

  it('is silent after close, also for a port that comes late', () => {
    const { door, seen, ends, feed, connect } = started();
    feed.close();
    const port = connect();
    expect(port.closed).toBe(true);
    port.say({ type: 'data', data: [1] });
    port.die();
    expect([seen, ends, door.timers()]).toEqual([[], [], []]);
  });

  it('drops the old port when it is reopened', () => {
    const { door, seen, feed, connect } = started();
    const old = connect();
    feed.reopen();
    old.say({ type: 'data', data: [1] });
    expect(old.closed).toBe(true);
    connect().say({ type: 'data', data: [2] });
    expect(seen).toEqual([2]);
    expect(door.opened).toHaveLength(2);
  });
});
