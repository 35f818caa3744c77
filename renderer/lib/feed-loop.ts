import type { CallFailure, FeedFrame } from '@shared/contract/define.ts';

/** The part of a MessagePort that a feed needs. */
export interface FeedPort {
  onmessage: ((event: { data: unknown }) => void) | null;
  addEventListener?(type: 'close', listener: () => void): void;
  /** Said for each data frame: main sends no more than the window takes. */
  postMessage(data: 'taken'): void;
  close(): void;
}

/** How a feed reaches the daemon and the clock; tests pass their own. */
export interface FeedDoor {
  /** Asks for a port; the answer to forget it when it is no longer wanted. */
  open(name: string, input: unknown, take: (port: FeedPort) => void): () => void;
  after(delayMs: number, run: () => void): () => void;
}

export interface FeedHandlers<Ev> {
  /** The events of one frame, in order. */
  onEvents(events: readonly Ev[]): void;
  /** The feed was lost. `final`: asking again is of no use, it stays closed. */
  onEnd?(failure: CallFailure | null, final: boolean): void;
}

export interface Feed {
  /** Drops the port and opens a new one at once (a gap was seen, or the tail is wanted). */
  reopen(): void;
  close(): void;
}

const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 15_000;
const PORT_WAIT_MS = 10_000;
/** What no later attempt can change. */
const FINAL = new Set(['bad-input', 'not-found']);

/** 1 s, 2 s, 4 s … at most 15 s. `failures` counts from 1. */
export function backoffMs(failures: number): number {
  return Math.min(FIRST_DELAY_MS * 2 ** Math.max(0, failures - 1), MAX_DELAY_MS);
}

/** One loop owns one feed: it opens a port, hands over frames, and reopens with backoff until closed. */
export function startFeed<Ev>(
  door: FeedDoor,
  spec: { readonly name: string; readonly input: () => unknown },
  on: FeedHandlers<Ev>,
): Feed {
  let dropPort: () => void = () => undefined;
  let failures = 0;
  let closed = false;
  const lose = (failure: CallFailure | null) => {
    dropPort();
    failures += 1;
    const final = failure !== null && FINAL.has(failure.code);
    if (!final) dropPort = door.after(backoffMs(failures), open);
    on.onEnd?.(failure, final);
  };
  const take = (frame: FeedFrame<Ev>) => {
    if (frame.type === 'data') {
      failures = 0;
      on.onEvents(frame.data);
    } else lose(frame.type === 'error' ? frame.data : null);
  };
  const open = () => {
    dropPort();
    if (!closed) dropPort = openPort<Ev>(door, spec, { take, lose: () => lose(null) });
  };
  open();
  return {
    reopen: () => {
      failures = 0;
      open();
    },
    close: () => {
      closed = true;
      dropPort();
    },
  };
}

interface PortHandlers<Ev> {
  take(frame: FeedFrame<Ev>): void;
  lose(): void;
}

/** One port from asking for it to its end. After the answer is called, nothing of it is heard any more. */
function openPort<Ev>(
  door: FeedDoor,
  spec: { readonly name: string; readonly input: () => unknown },
  on: PortHandlers<Ev>,
): () => void {
  let port: FeedPort | null = null;
  let wanted = true;
  const stopTimer = door.after(PORT_WAIT_MS, () => wanted && on.lose());
  const forget = door.open(spec.name, spec.input(), (fresh) => {
    stopTimer();
    if (!wanted) return fresh.close();
    port = fresh;
    fresh.onmessage = (event) => {
      if (!wanted) return;
      const frame = event.data as FeedFrame<Ev>;
      if (frame.type === 'data') fresh.postMessage('taken');
      on.take(frame);
    };
    fresh.addEventListener?.('close', () => {
      if (wanted) on.lose();
    });
  });
  return () => {
    wanted = false;
    stopTimer();
    forget();
    if (!port) return;
    port.onmessage = null;
    port.close();
  };
}
