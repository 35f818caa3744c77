import type { AppEvent } from '@shared/contract/app.ts';
import { createBroadcast } from '../base/broadcast.ts';
import type { Clock } from '../base/clock.ts';
import type { DatabaseFaultCode } from '../db/fault.ts';

/** Chats that wait together are one message. */
const TELL_AGAIN_MS = 10_000;

export interface WindowEvents {
  /** To the window of this number; without one to all. */
  send(event: AppEvent, to?: number | null): void;
  /** The same; where no window listens yet, the first one that does is told. */
  keep(event: AppEvent, to: number | null): void;
  watch(window: number | null, signal: AbortSignal): AsyncIterable<AppEvent>;
}

export function createWindowEvents(): WindowEvents {
  const all = createBroadcast<{ readonly event: AppEvent; readonly to: number | null }>();
  let kept: readonly AppEvent[] = [];
  return {
    send: (event, to = null) => all.send({ event, to }),
    keep(event, to) {
      if (all.watchers > 0) all.send({ event, to });
      else kept = [...kept, event];
    },
    async *watch(window, signal) {
      const waited = kept;
      kept = [];
      yield* waited;
      for await (const { event, to } of all.watch(signal))
        if (to === null || window === null || to === window) yield event;
    },
  };
}

/** A chat that waits for room on the disk looks as if it worked: the window says why. */
export function tellFullDisk(clock: Clock, events: WindowEvents) {
  let toldAt = Number.NEGATIVE_INFINITY;
  return (code: DatabaseFaultCode) => {
    if (code !== 'disk-full' || clock.now() - toldAt < TELL_AGAIN_MS) return;
    toldAt = clock.now();
    const message = 'The disk is full: chats wait. They go on by themselves when there is room again.';
    events.send({ type: 'toast', message });
  };
}
