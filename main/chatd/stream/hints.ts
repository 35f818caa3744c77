import type { ChatId } from '@shared/model/ids.ts';
import type { Operations, Store } from '../../db/store.ts';
import type { ChatFacts } from '../machine/types.ts';

/** What changed in the tree: `chat_watch` payloads. */
export interface WatchHint {
  readonly kind:
    | 'created'
    | 'deleted'
    | 'status_change'
    | 'title_change'
    | 'action_required'
    | 'diff_status_change'
    | 'change';
  readonly chatId: ChatId;
  /** Whose agent the chat is; null: a person's own. */
  readonly parentChatId: ChatId | null;
}

/** Spreads the database's hints to those who watch one chat, its agents, ownership, or the tree. Hints may be lost. */
export interface Hints {
  onChat(chatId: ChatId, listener: (facts: ChatFacts) => void): () => void;
  /** A chat that this one started is new or changed. */
  onChildren(parentId: ChatId, listener: (childId: ChatId) => void): () => void;
  onOwnership(listener: () => void): () => void;
  onWatch(listener: (hint: WatchHint) => void): () => void;
  /** Hints were missed (the connection was down): whoever waits for one looks again. */
  onLost(listener: () => void): () => void;
  /** As if hints had been missed: after a sleep nobody knows. */
  lookAgain(): void;
  close(): void;
}

export function createHints(store: Pick<Store<Operations>, 'onHint'>): Hints {
  const chats = createTopics<ChatId, ChatFacts>();
  const children = createTopics<ChatId, ChatId>();
  const ownership = createTopics<null, void>();
  const watch = createTopics<null, WatchHint>();
  const lost = createTopics<null, void>();
  const lookAgain = () => {
    ownership.tell(null);
    lost.tell(null);
  };
  const stop = store.onHint(({ channel, payload }) => {
    switch (channel) {
      case 'chat_update': {
        const facts = payload as unknown as ChatFacts;
        return chats.tell(facts.chatId, facts);
      }
      case 'chat_ownership':
        return ownership.tell(null);
      case 'chat_watch': {
        const hint = payload as unknown as WatchHint;
        if (hint.parentChatId) children.tell(hint.parentChatId, hint.chatId);
        return watch.tell(null, hint);
      }
      case 'hints_lost':
        return lookAgain();
      case 'workspace_update':
      case 'settings_update':
        return undefined;
    }
  });
  return {
    onChat: chats.on,
    onChildren: children.on,
    onOwnership: (listener) => ownership.on(null, listener),
    onWatch: (listener) => watch.on(null, listener),
    onLost: (listener) => lost.on(null, listener),
    lookAgain,
    close: stop,
  };
}

interface Topics<K, V> {
  on(key: K, listener: (value: V) => void): () => void;
  tell(key: K, value: V): void;
}

/** Listeners by key; a key without listeners takes no room. */
function createTopics<K, V>(): Topics<K, V> {
  const topics = new Map<K, Set<(value: V) => void>>();
  return {
    on(key, listener) {
      // Of its own, so that one function may listen twice.
      const own = (value: V) => listener(value);
      const listeners = topics.get(key) ?? new Set();
      topics.set(key, listeners.add(own));
      return () => {
        listeners.delete(own);
        if (listeners.size === 0 && topics.get(key) === listeners) topics.delete(key);
      };
    },
    tell(key, value) {
      for (const listener of topics.get(key) ?? []) listener(value);
    },
  };
}
