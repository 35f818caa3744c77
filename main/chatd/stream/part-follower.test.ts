import { asId, type ChatId, type WorkerId } from '@shared/model/ids.ts';
import type { LiveFrame } from '@shared/model/stream.ts';
import { describe, expect, it } from 'vitest';
import type { ChatFacts } from '../machine/types.ts';
import { createPartFollower } from './part-follower.ts';
import type { PartsAt } from './parts-source.ts';

const CHAT = asId<ChatId>('c');

const frame = (seq: number, at: Partial<LiveFrame> = {}): LiveFrame => ({
  history_version: 1,
  generation_attempt: 1,
  seq,
  role: 'assistant',
  part: { type: 'text', text: 'a' },
  ...at,
});

function told(change: Partial<ChatFacts> = {}, isRetrying = false) {
  const facts: ChatFacts = {
    chatId: CHAT,
    snapshotVersion: 1,
    historyVersion: 1,
    queueVersion: 1,
    retryStateVersion: 0,
    generationAttempt: 1,
    status: 'running',
    archived: false,
    runnerId: null,
    workerId: asId<WorkerId>('w'),
    ...change,
  };
  return { facts, isRetrying };
}

/** A source that says what the test says, to whoever watches; it also answers who was let go. */
function source() {
  const watching: { at: PartsAt; onFrame: (frame: LiveFrame) => void; stopped: boolean }[] = [];
  const follower = createPartFollower(
    {
      watch(at, onFrame) {
        const watch = { at, onFrame, stopped: false };
        watching.push(watch);
        return () => {
          watch.stopped = true;
        };
      },
    },
    CHAT,
    () => undefined,
  );
  const takeAll = () => {
    const seqs: number[] = [];
    for (let taken = follower.take(); taken; taken = follower.take()) seqs.push(taken.seq);
    return seqs;
  };
  return { watching, follower, takeAll };
}

describe('the parts of a subscriber', () => {
  it('#197 come once and in order; of another episode or twice they are dropped; a hole is an error', () => {
    const { watching, follower, takeAll } = source();
    follower.follow(told());
    const say = (each: LiveFrame) => watching[0]?.onFrame(each);
    for (const each of [frame(1), frame(2), frame(2), frame(1), frame(3, { generation_attempt: 2 })])
      say(each);
    expect(takeAll()).toEqual([1, 2]);
    say(frame(3, { history_version: 9 }));
    say(frame(3));
    expect(takeAll()).toEqual([3]);
    say(frame(5));
    expect(() => takeAll()).toThrow('missing');
  });

  it('are those of the announced episode alone: what waits of the one before is forgotten', () => {
    const { watching, follower, takeAll } = source();
    follower.follow(told());
    watching[0]?.onFrame(frame(1));
    follower.follow(told({ generationAttempt: 2 }));
    expect(watching.map((w) => w.stopped)).toEqual([true, false]);
    watching[0]?.onFrame(frame(2));
    expect(takeAll()).toEqual([]);
    watching[1]?.onFrame(frame(1, { generation_attempt: 2 }));
    expect(takeAll()).toEqual([1]);
  });

  it('go on when nothing about their episode changed, and move with its owner', () => {
    const { watching, follower } = source();
    follower.follow(told());
    follower.follow(told({ snapshotVersion: 2 }));
    expect(watching).toHaveLength(1);
    follower.follow(told({ workerId: asId<WorkerId>('another') }));
    expect(watching.map((w) => [w.at.workerId, w.stopped])).toEqual([
      ['w', true],
      ['another', false],
    ]);
  });

  it('of an attempt that failed are forgotten; none come without an owner, an attempt or a turn', () => {
    const { watching, follower, takeAll } = source();
    follower.follow(told());
    watching[0]?.onFrame(frame(1));
    follower.follow(told({}, true));
    expect(takeAll()).toEqual([]);
    for (const change of [
      { workerId: null },
      { generationAttempt: 0 },
      { status: 'interrupting' as const },
    ]) {
      follower.follow(told(change));
    }
    expect(watching).toHaveLength(1);
    expect(watching[0]?.stopped).toBe(true);
  });
});
