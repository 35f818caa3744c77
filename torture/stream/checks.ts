import type { ChatId } from '../../shared/model/ids.ts';
import type { Message } from '../../shared/model/message.ts';
import type { ChatView } from '../../shared/model/reducer.ts';
import type { TortureDaemon } from '../harness/daemon.ts';
import { type Subscriber, subscribe } from '../harness/subscriber.ts';

/** Nothing runs, waits or will run by itself. */
export function isAtRest(view: ChatView): boolean {
  const { status, queue } = view;
  return status === 'error' || (status === 'waiting' && queue.length === 0);
}

/** What the database holds of the chat: its snapshot, and every row that a person can see, page by page. */
export async function readTruth(
  daemon: TortureDaemon,
  chatId: ChatId,
): Promise<{ view: ChatView; rows: readonly Message[] }> {
  const fresh = subscribe(daemon, { chatId });
  try {
    const view = await fresh.until('a fresh snapshot', () => true);
    const rows: Message[] = [];
    for (let after = 0; ; ) {
      const page = await daemon.call('chat.page', {
        chatId,
        limit: 200,
        ...(after === 0 ? { after: 1 } : { after }),
      });
      if (!page.ok) throw new Error(`chat.page: ${page.error.message}`);
      const { messages } = page.value;
      rows.push(...messages);
      const last = messages.at(-1);
      if (!last) return { view, rows };
      after = last.id;
    }
  } finally {
    await fresh.close();
  }
}

/** What a subscriber holds that the database does not, or the other way round; empty: they are equal. */
export function differences(
  who: string,
  subscriber: Subscriber,
  truth: { readonly view: ChatView; readonly rows: readonly Message[] },
): string[] {
  const held = subscriber.view();
  if (!held) return [`${who} holds nothing`];
  const found: string[] = [];
  const same = (what: string, a: unknown, b: unknown) => {
    if (JSON.stringify(a) !== JSON.stringify(b)) {
      found.push(`${who}: ${what} is ${JSON.stringify(a)}, must be ${JSON.stringify(b)}`);
    }
  };
  for (const what of [
    'status',
    'pending',
    'messageCount',
    'queue',
    'calls',
    'actions',
    'retry',
    'error',
  ] as const) {
    same(what, held[what], truth.view[what]);
  }
  same('title', held.chat.title, truth.view.chat.title);
  same('what streams', held.live.parts, []);
  same('what is staged', held.staged ?? null, null);
  // A window begins somewhere; from there on it has every row, in its newest revision, once.
  const from = held.messages[0]?.id ?? Number.POSITIVE_INFINITY;
  const short = ({ id, revision }: Message) => `${id}@${revision}`;
  same('history', held.messages.map(short), truth.rows.filter((m) => m.id >= from).map(short));
  return found;
}

/**
 * Looks at every step of one subscriber: what streams while the chat runs must be a beginning of what the model says,
 * without a hole, a repeat or a word of an attempt that failed.
 */
export function wordsInOrder(view: ChatView): string | null {
  for (const block of view.live.parts) {
    if (block.type === 'tool') continue;
    const words = block.text.split(' ').slice(0, -1);
    const numbers = words.map((word) => Number(word.split('.')[1]));
    const names = new Set(words.map((word) => word.split('.')[0]));
    if (names.size > 1) return `words of ${[...names].join(' and ')} in one block`;
    const broken = numbers.findIndex((n, i) => i > 0 && n !== (numbers[i - 1] ?? 0) - 1);
    if (broken > 0) return `"${words.slice(broken - 1, broken + 1).join(' ')}" is not in order`;
  }
  return null;
}
