import type { ChatId } from '@shared/model/ids.ts';
import type { Operations, Store } from '../../db/store.ts';
import type { ChatFacts } from '../machine/types.ts';

/** What changed in the tree: `chat_watch` payloads. */
export interface WatchHint {
  readonly kind: 'created' | 'deleted' | 'status_change' | 'title_change' | 'action_required' | 'change';
  readonly chatId: ChatId;
}

/** Spreads the database's hints to those who watch one chat, ownership, or the tree. Hints may be lost. */
export interface Hints {
  onChat(chatId: ChatId, listener: (facts: ChatFacts) => void): () => void;
  onOwnership(listener: () => void): () => void;
  onWatch(listener: (hint: WatchHint) => void): () => void;
  close(): void;
}

export function createHints(store: Pick<Store<Operations>, 'onHint'>): Hints {
  const chats = new Map<ChatId, Set<(facts: ChatFacts) => void>>();
  const ownership = new Set<() => void>();
  const watch = new Set<(hint: WatchHint) => void>();
  const stop = store.onHint(({ channel, payload }) => {
    if (channel === 'chat_update') {
      const facts = payload as unknown as ChatFacts;
      for (const listener of chats.get(facts.chatId) ?? []) listener(facts);
    } else if (channel === 'chat_ownership') {
      for (const listener of ownership) listener();
    } else if (channel === 'chat_watch') {
      for (const listener of watch) listener(payload as unknown as WatchHint);
    }
  });
  return {
    onChat(chatId, listener) {
      const set = chats.get(chatId) ?? new Set();
      chats.set(chatId, set);
      set.add(listener);
      return () => {
        set.delete(listener);
        if (set.size === 0 && chats.get(chatId) === set) chats.delete(chatId);
      };
    },
    onOwnership(listener) {
      ownership.add(listener);
      return () => ownership.delete(listener);
    },
    onWatch(listener) {
      watch.add(listener);
      return () => watch.delete(listener);
    },
    close: stop,
  };
}
