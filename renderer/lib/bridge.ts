import type {
  CallInput,
  CallName,
  CallResult,
  FeedEvent,
  FeedInput,
  FeedName,
} from '@shared/contract/index.ts';
import { err } from '@shared/util/result.ts';
import { type Feed, type FeedDoor, type FeedHandlers, type FeedPort, startFeed } from './feed-loop.ts';

/** What the preload exposes as `window.gaffer`: the window's only door. */
export interface GafferBridge {
  invoke(name: string, input: unknown): Promise<unknown>;
  /** Where a dropped file lies on this computer; null: it is no file of it. */
  pathOf(file: File): string | null;
  /** The port arrives as a window message `{type: 'gaffer-port', id}`. */
  open(id: string, name: string, input: unknown): void;
}

declare global {
  interface Window {
    readonly gaffer: GafferBridge;
  }
}

/** Never rejects: a broken bridge is an answer with code `internal`. */
export async function call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallResult<N>> {
  try {
    return (await window.gaffer.invoke(name, input)) as CallResult<N>;
  } catch (cause) {
    return err({
      code: 'internal',
      message: 'Gaffer did not answer.',
      detail: cause instanceof Error ? cause.message : String(cause),
    }) as CallResult<N>;
  }
}

const waiting = new Map<string, (port: FeedPort) => void>();
let listening = false;

function listen(): void {
  if (listening) return;
  listening = true;
  window.addEventListener('message', (event: MessageEvent<unknown>) => {
    const data = event.data as { type?: unknown; id?: unknown } | null;
    const port = event.ports[0];
    if (event.source !== window || data?.type !== 'gaffer-port' || typeof data.id !== 'string' || !port)
      return;
    const take = waiting.get(data.id);
    waiting.delete(data.id);
    if (take) take(port as unknown as FeedPort);
    else port.close();
  });
}

const door: FeedDoor = {
  open(name, input, take) {
    listen();
    const id = crypto.randomUUID();
    waiting.set(id, take);
    window.gaffer.open(id, name, input);
    return () => waiting.delete(id);
  },
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

export type WatchFeed = typeof watchFeed;

/** Opens a feed and keeps it open until `close`. `input` as a function is asked at each (re)opening. */
export function watchFeed<N extends FeedName>(
  name: N,
  input: FeedInput<N> | (() => FeedInput<N>),
  on: FeedHandlers<FeedEvent<N>>,
): Feed {
  return startFeed<FeedEvent<N>>(
    door,
    { name, input: typeof input === 'function' ? (input as () => FeedInput<N>) : () => input },
    on,
  );
}
