// One life of the built daemon, in a process of its own: a failpoint kills it for real. The parent says what to do.
import type { ChatId } from '../../shared/model/ids.ts';
import type { Message } from '../../shared/model/message.ts';
import { startTortureDaemon, type TortureDaemon } from '../harness/daemon.ts';
import { subscribe } from '../harness/subscriber.ts';

/** What the parent starts a life with, as JSON in the first argument. */
export interface LifeOrder {
  readonly dir: string;
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** Null: the chat exists, it goes on by itself. */
  readonly text: string | null;
  readonly sendKey: string;
}

export interface ChatAtRest {
  readonly chatId: ChatId;
  readonly parentChatId: ChatId | null;
  readonly status: string;
  readonly error: string | null;
  readonly rows: readonly Message[];
}

const REST_MS = 60_000;

async function live(order: LifeOrder): Promise<readonly ChatAtRest[]> {
  const { dir, env, folder } = order;
  const daemon = await startTortureDaemon({ dir, env, folder: { path: folder, approvals: 'auto' } });
  try {
    if (order.text !== null) await create(daemon, order.text, order.sendKey);
    return await atRest(daemon);
  } finally {
    await daemon.close();
  }
}

async function create(daemon: TortureDaemon, text: string, sendKey: string): Promise<void> {
  const info = await daemon.call('app.info', {});
  if (!info.ok) throw new Error('app.info was refused');
  const { workspaceId } = info.value;
  const created = await daemon.call('chat.create', { workspaceId, text, sendKey });
  if (!created.ok) throw new Error(`chat.create was refused: ${JSON.stringify(created.error)}`);
}

/** All chats, children too, when none of them has anything left to do. */
async function atRest(daemon: TortureDaemon): Promise<readonly ChatAtRest[]> {
  const until = Date.now() + REST_MS;
  const isAtRest = ({ status }: { readonly status: string }) => status === 'waiting' || status === 'error';
  for (;;) {
    const open = (await listChats(daemon)).filter((chat) => !isAtRest(chat));
    if (open.length === 0) break;
    // One that rests may be woken by another that does not yet.
    for (const { id } of open) {
      const subscriber = subscribe(daemon, { chatId: id });
      await subscriber.until(`rest of ${id}`, isAtRest, Math.max(1, until - Date.now()));
      await subscriber.close();
    }
  }
  return await Promise.all(
    (await listChats(daemon)).map(async ({ id, parent_chat_id, status, last_error }) => {
      const page = await daemon.call('chat.page', { chatId: id, limit: 200 });
      if (!page.ok) throw new Error('chat.page was refused');
      const error = last_error?.message ?? null;
      return { chatId: id, parentChatId: parent_chat_id, status, error, rows: page.value.messages };
    }),
  );
}

async function listChats(daemon: TortureDaemon) {
  const ends = new AbortController();
  try {
    for await (const event of daemon.watch('chats.watch', { archived: false }, ends.signal)) {
      if (event.kind === 'list') return event.chats;
    }
    throw new Error('the list of chats did not come');
  } finally {
    ends.abort();
  }
}

if (process.send) {
  const chats = await live(JSON.parse(process.argv[2] ?? '') as LifeOrder);
  process.send(chats, () => process.exit(0));
}
