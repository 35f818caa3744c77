import { asId, type ChatId } from '@shared/model/ids.ts';
import type { Message } from '@shared/model/message.ts';
import type { StreamEvent } from '@shared/model/stream.ts';
import { ok } from '@shared/util/result.ts';
import { describe, expect, it } from 'vitest';
import type { call, WatchFeed } from '../lib/bridge.ts';
import type { FeedHandlers } from '../lib/feed-loop.ts';
import { createSession, liveShape, type NextFrame } from './live.ts';

const EPISODE = { history_version: 1, generation_attempt: 1 };
const SNAPSHOT = {
  type: 'snapshot',
  chat: { id: 'c' },
  status: 'running',
  pending: false,
  messages: [],
  message_count: 0,
  queue: [],
  calls: [],
  retry: null,
  error: null,
  episode: EPISODE,
} as unknown as StreamEvent;

const row = (id: number) => ({ id, revision: 1, role: 'assistant' }) as unknown as Message;
const word = (seq: number, text: string): StreamEvent => ({
  type: 'message_part',
  frame: { ...EPISODE, seq, role: 'assistant', part: { type: 'text', text } },
});

/** A session whose feed and frames the test moves by hand. */
function opened() {
  let on: FeedHandlers<StreamEvent> | null = null;
  let frame: (() => void) | null = null;
  let reopened = 0;
  let closed = 0;
  const watch = ((_name: string, _input: unknown, handlers: FeedHandlers<StreamEvent>) => {
    on = handlers;
    return { reopen: () => (reopened += 1), close: () => (closed += 1) };
  }) as unknown as WatchFeed;
  let answerPage: ((messages: readonly Message[]) => void) | null = null;
  const ask = (() =>
    new Promise((resolve) => {
      answerPage = (messages) => resolve(ok({ messages }));
    })) as unknown as typeof call;
  const onFrame: NextFrame = (run) => {
    frame = run;
    return () => (frame = null);
  };
  const session = createSession(asId<ChatId>('c'), watch, onFrame, ask);
  session.open();
  const shown: string[] = [];
  session.store.subscribe((s) => {
    const block = s.view?.live.parts[0];
    shown.push(block?.type === 'text' ? block.text : '');
  });
  return {
    session,
    shown,
    say: (...events: readonly StreamEvent[]) => on?.onEvents(events),
    lose: () => on?.onEnd?.(null, false),
    refuse: (message: string) => on?.onEnd?.({ code: 'not-found', message }, true),
    paint: () => {
      const run = frame;
      frame = null;
      run?.();
    },
    page: (messages: readonly Message[]) => answerPage?.(messages),
    ids: () => session.store.getState().view?.messages.map((m) => Number(m.id)),
    waitsForFrame: () => frame !== null,
    reopened: () => reopened,
    closed: () => closed,
  };
}

describe('an open chat', () => {
  it('shows the first words at once and the rest once a frame', () => {
    const t = opened();
    t.say(SNAPSHOT);
    t.say(word(1, 'a'));
    expect(t.shown.at(-1)).toBe('a');
    t.say(word(2, 'b'));
    t.say(word(3, 'c'));
    expect(t.shown.at(-1)).toBe('a');
    t.paint();
    expect(t.shown.at(-1)).toBe('abc');
    expect(t.shown).toHaveLength(3);
  });

  it('asks for no frame when nothing streams', () => {
    const t = opened();
    t.say(SNAPSHOT);
    t.say(word(1, 'a'));
    t.paint();
    expect(t.waitsForFrame()).toBe(false);
  });

  it('shows a durable event at once, with the words before it', () => {
    const t = opened();
    t.say(SNAPSHOT);
    t.say(word(1, 'a'));
    t.say(word(2, 'b'));
    t.say({ type: 'queue_update', queue: [] });
    expect(t.shown.at(-1)).toBe('ab');
  });

  it('#334 the shape of what streams stays the same while words arrive', () => {
    const t = opened();
    t.say(SNAPSHOT, word(1, 'a'));
    const before = t.session.store.getState().view;
    t.paint();
    t.say(word(2, 'b'));
    const after = t.session.store.getState().view;
    expect(after).not.toBe(before);
    expect(liveShape(after)).toBe(liveShape(before));
    expect(after?.messages).toBe(before?.messages);
  });

  it('#337 a paint that was due brings back nothing that a row took the place of', () => {
    const t = opened();
    t.say(SNAPSHOT);
    t.say(word(1, 'a'));
    t.say(word(2, 'b'));
    t.say({ type: 'message', message: row(7), message_count: 1 });
    expect(t.shown.at(-1)).toBe('');
    t.paint();
    t.paint();
    expect(t.shown.at(-1)).toBe('');
    expect(t.ids()).toEqual([7]);
  });

  it('#337 words of the next step that come before the paint are not lost with it', () => {
    const t = opened();
    t.say(SNAPSHOT);
    t.say(word(1, 'a'));
    t.say({ type: 'message', message: row(7), message_count: 1 });
    t.say(word(2, 'c'));
    t.say(word(3, 'd'));
    t.paint();
    expect(t.shown.at(-1)).toBe('cd');
  });

  it('#339 a paint that was due shows no words after the turn has ended', () => {
    const t = opened();
    t.say(SNAPSHOT);
    t.say(word(1, 'a'));
    t.say(word(2, 'b'));
    t.say({ type: 'status', status: 'waiting', pending: false });
    t.say(word(3, 'c'));
    t.paint();
    t.paint();
    expect(t.shown.at(-1)).toBe('');
    expect(t.waitsForFrame()).toBe(false);
  });

  it('reopens the feed when a part is missing', () => {
    const t = opened();
    t.say(SNAPSHOT, word(1, 'a'), word(3, 'c'));
    expect(t.reopened()).toBe(1);
  });

  it('#345 is lost until the next events', () => {
    const t = opened();
    t.say(SNAPSHOT);
    t.lose();
    expect(t.session.store.getState().lost).toBe(true);
    t.say(SNAPSHOT);
    expect(t.session.store.getState().lost).toBe(false);
  });

  it('says why it cannot be opened at all', () => {
    const t = opened();
    t.refuse('This chat does not exist.');
    expect(t.session.store.getState().failure).toBe('This chat does not exist.');
  });

  it('closes its feed and its frame', () => {
    const t = opened();
    t.say(SNAPSHOT);
    t.say(word(1, 'a'));
    t.session.close();
    expect([t.closed(), t.waitsForFrame()]).toEqual([1, false]);
  });
});

describe('older rows', () => {
  const rows = (...ids: readonly number[]) => ids.map((id) => ({ id, revision: 1 }) as unknown as Message);
  const at = (...ids: readonly number[]) => ({ ...SNAPSHOT, messages: rows(...ids) }) as StreamEvent;

  it('come in front, while words stream', async () => {
    const t = opened();
    t.say(at(7, 8));
    t.say(word(1, 'a'));
    const loaded = t.session.loadOlder();
    t.page(rows(5, 6));
    await loaded;
    expect(t.session.store.getState()).toMatchObject({
      prepended: true,
      complete: true,
      loadingOlder: false,
    });
    expect(t.ids()).toEqual([5, 6, 7, 8]);
    t.paint();
    expect(t.ids()).toEqual([5, 6, 7, 8]);
  });

  it('that come after the window has moved on are dropped, and say nothing about its start', async () => {
    const t = opened();
    t.say(at(7, 8));
    const loaded = t.session.loadOlder();
    t.session.toTail();
    t.say(at(90, 91));
    t.page(rows(5, 6));
    await loaded;
    expect(t.ids()).toEqual([90, 91]);
    expect(t.session.store.getState()).toMatchObject({ complete: false, loadingOlder: false });
  });

  it('can be asked for again when the window let go of its start', async () => {
    const t = opened();
    t.say(at(7, 8));
    const loaded = t.session.loadOlder();
    t.page(rows(5, 6));
    await loaded;
    t.say(at(90, 91));
    expect(t.session.store.getState().complete).toBe(false);
  });

  const from = (a: number, b: number) => Array.from({ length: b - a + 1 }, (_, i) => a + i);

  it('that are not held are gone to, with those around; then newer ones are read on until the tail is there', async () => {
    const t = opened();
    t.say(at(900, 901));
    const gone = t.session.goTo(300);
    t.page(rows(...from(200, 399)));
    expect(await gone).toBe(true);
    expect(t.ids()).toEqual(from(200, 399));
    expect(t.session.store.getState()).toMatchObject({ view: { atTail: false }, complete: false });
    const newer = t.session.loadNewer();
    t.page(rows(...from(400, 450)));
    await newer;
    expect(t.ids()).toEqual(from(200, 450));
    expect(t.session.store.getState().view?.atTail).toBe(true);
    await t.session.loadNewer();
    expect(t.ids()).toEqual(from(200, 450));
  });

  it('that are held are there at once, and those that are gone never', async () => {
    const t = opened();
    t.say(at(7, 8));
    expect(await t.session.goTo(8)).toBe(true);
    const gone = t.session.goTo(3);
    t.page(rows(1, 2));
    expect(await gone).toBe(false);
    expect(t.ids()).toEqual([7, 8]);
  });
});
