import type { Page } from '@playwright/test';
import type {
  CallInput,
  CallName,
  CallResult,
  FeedEvent,
  FeedInput,
  FeedName,
} from '../../shared/contract/index.ts';
import type { Message } from '../../shared/model/message.ts';
import type { StreamEvent } from '../../shared/model/stream.ts';

/** The window's own door to the main process, used from outside as the window itself uses it. */
export interface Door {
  /** Rejects when the app is gone before it answered. */
  call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallResult<N>>;
  /** The first event of a feed, which is then left. */
  first<N extends FeedName>(name: N, input: FeedInput<N>): Promise<FeedEvent<N>>;
  /** Follows a chat until the app is gone. */
  follow(chatId: string): Promise<void>;
}

/** What the page's own script finds on `window`; the functions below run in the page. */
interface PageWorld {
  readonly gaffer: {
    invoke(name: string, input: unknown): Promise<unknown>;
    /** The window's own ids are strings, and it closes ports with others of that kind: ours are numbers. */
    open(id: number, name: string, input: unknown): void;
  };
  tortureEvents(chatId: string, events: readonly unknown[]): Promise<void>;
  /** A port that nobody holds is collected with its feed. */
  torturePorts?: Set<MessagePort>;
}

/** `onEvents` gets what the feeds of followed chats bring, in order. */
export async function openDoor(
  page: Page,
  onEvents: (chatId: string, events: readonly StreamEvent[]) => void,
): Promise<Door> {
  await page.waitForFunction(() => 'gaffer' in globalThis, null, { timeout: 30_000 });
  // The runner's compiler names functions through this, in the page too.
  await page.evaluate('globalThis.__name ??= (subject) => subject');
  await page.exposeFunction('tortureEvents', onEvents);
  return {
    call: (name, input) => page.evaluate(callInPage, { name, input }) as Promise<never>,
    first: (name, input) => page.evaluate(firstInPage, { name, input }) as Promise<never>,
    follow: (chatId) => page.evaluate(followInPage, chatId),
  };
}

async function callInPage({ name, input }: { name: string; input: unknown }): Promise<unknown> {
  const world = globalThis as unknown as PageWorld;
  return await world.gaffer.invoke(name, input);
}

function firstInPage({ name, input }: { name: string; input: unknown }): Promise<unknown> {
  const world = globalThis as unknown as PageWorld;
  const id = Math.random();
  return new Promise((resolve, reject) => {
    const onPort = (message: MessageEvent) => {
      if (message.data?.type !== 'gaffer-port' || message.data.id !== id) return;
      removeEventListener('message', onPort);
      const [port] = message.ports;
      if (!port) return reject(new Error('a feed without a port'));
      world.torturePorts ??= new Set();
      world.torturePorts.add(port);
      port.onmessage = ({ data: frame }) => {
        port.close();
        world.torturePorts?.delete(port);
        if (frame.type === 'data') resolve(frame.data[0]);
        else reject(new Error(`${name}: ${JSON.stringify(frame)}`));
      };
    };
    addEventListener('message', onPort);
    world.gaffer.open(id, name, input);
  });
}

function followInPage(chatId: string): void {
  const world = globalThis as unknown as PageWorld;
  const id = Math.random();
  const onPort = (message: MessageEvent) => {
    if (message.data?.type !== 'gaffer-port' || message.data.id !== id) return;
    removeEventListener('message', onPort);
    const [port] = message.ports;
    if (!port) return;
    world.torturePorts ??= new Set();
    world.torturePorts.add(port);
    port.onmessage = ({ data: frame }) => {
      if (frame.type === 'data') port.postMessage('taken');
      // Text that streams is not what this is about.
      const events = frame.type === 'data' ? frame.data : [{ type: frame.type, data: frame.data }];
      const durable = events.filter((event: { type: string }) => event.type !== 'message_part');
      if (durable.length > 0) void world.tortureEvents(chatId, durable);
    };
  };
  addEventListener('message', onPort);
  world.gaffer.open(id, 'chat.stream', { chatId });
}

export type Snapshot = Extract<StreamEvent, { type: 'snapshot' }>;

/** The chat as the window would show it when scrolled to its beginning. */
export async function readChat(
  door: Door,
  chatId: string,
): Promise<{ snapshot: Snapshot; rows: Message[] }> {
  const snapshot = await door.first('chat.stream', { chatId });
  if (snapshot.type !== 'snapshot') throw new Error(`the feed began with ${snapshot.type}`);
  const rows = [...snapshot.messages];
  for (;;) {
    const oldest = rows[0];
    if (!oldest) return { snapshot, rows };
    const page = await door.call('chat.page', { chatId, before: oldest.id, limit: 200 });
    if (!page.ok) throw new Error(`chat.page: ${page.error.message}`);
    if (page.value.messages.length === 0) return { snapshot, rows };
    rows.unshift(...page.value.messages);
  }
}
