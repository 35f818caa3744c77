import type { ChatSummary } from '@shared/model/chat.ts';
import type { ChatId, MessageId, OwnerId, ToolKey } from '@shared/model/ids.ts';
import { errorFields, type Log } from '../../base/log.ts';
import type { ChatStore } from '../machine/store.ts';

export type AttentionReason = 'finished' | 'failed' | 'asks';

/** The one call that a chat asks about, as it was when the person was told. */
export interface Asked {
  readonly key: ToolKey;
  readonly hash: string;
}

interface Told {
  readonly chatId: ChatId;
  readonly title: string;
  readonly body: string;
  /** The row that it is about, the newest one; null when there is none. */
  readonly messageId: MessageId | null;
  /** Where there is just one question: several are not denied without being seen. */
  readonly asked: Asked | null;
  /** The chat waits for the person. */
  readonly asks: boolean;
}

/** Tells the person, through the operating system, that a root chat, or a question of its tree, needs a look (CHATD 12.1). */
export interface Attention {
  /** After the commit. Reads the chat again, so that the title is the current one. Never throws. */
  report(chatId: ChatId, why: AttentionReason): void;
  /**
   * The chat is in front in a focused window, until the answer is called: what was shown for it goes, and nothing is
   * shown for it meanwhile.
   */
  enterFront(chatId: ChatId): () => void;
  /** Waits for what is being sent. */
  close(): Promise<void>;
}

export function createAttention(deps: {
  readonly store: ChatStore;
  readonly ownerId: OwnerId;
  readonly log: Log;
  notify(told: Told): void;
  /** Shown for the chat before, and seen now. */
  takeBack(chatId: ChatId): void;
  enabled(): boolean;
}): Attention {
  /** One entry a window. */
  const inFront = new Set<{ readonly chatId: ChatId }>();
  const isInFront = (chatId: ChatId) => [...inFront].some((shown) => shown.chatId === chatId);
  const sending = new Set<Promise<void>>();
  /** For which chats something was shown, and whose children those are. */
  const told = new Map<ChatId, ChatId | null>();

  const loadSummary = (chatId: ChatId) => deps.store.call('loadSummary', { chatId, ownerId: deps.ownerId });

  async function send(chatId: ChatId, why: AttentionReason): Promise<void> {
    const chat = await loadSummary(chatId);
    if (!chat || !deps.enabled() || isInFront(chatId)) return;
    // A turn can end in error on its last step: no model for the next message in the queue.
    const reason = chat.status === 'error' ? 'failed' : why;
    const parentId = chat.parent_chat_id;
    // A child's question counts for its whole tree, and its parent shows it; its end is its parent's business.
    if (parentId !== null && (reason !== 'asks' || isInFront(parentId))) return;
    const parent = parentId && (await loadSummary(parentId));
    const newest = await deps.store.call('loadSnapshot', { chatId, ownerId: deps.ownerId, rows: 1 });
    const messageId = newest?.messages.at(-1)?.id ?? null;
    const asking = reason === 'asks' ? (newest?.calls ?? []).filter(({ state }) => state === 'gated') : [];
    const [call, more] = asking;
    const asked = call?.approval && !more ? { key: call.key, hash: call.approval.hash } : null;
    const title = parent ? `${parent.title} › ${chat.title}` : chat.title;
    // The person may have come to it meanwhile.
    if (isInFront(chatId) || (parentId !== null && isInFront(parentId))) return;
    told.set(chatId, parentId);
    deps.notify({ chatId, title, body: bodyOf(chat, reason), messageId, asked, asks: reason === 'asks' });
  }

  return {
    report(chatId, why) {
      const job = send(chatId, why)
        .catch((error: unknown) => deps.log.warn('no notification', { chatId, ...errorFields(error) }))
        .finally(() => sending.delete(job));
      sending.add(job);
    },
    enterFront(chatId) {
      const shown = { chatId };
      inFront.add(shown);
      for (const [about, parentId] of told) {
        if (about !== chatId && parentId !== chatId) continue;
        told.delete(about);
        deps.takeBack(about);
      }
      return () => inFront.delete(shown);
    },
    async close() {
      await Promise.all(sending);
    },
  };
}

function bodyOf(chat: ChatSummary, why: AttentionReason): string {
  if (why === 'failed') return chat.last_error?.message ?? 'The agent met an error.';
  if (why === 'asks') return chat.activity ?? 'The agent needs your answer.';
  return 'The agent has finished.';
}
