import type { ChatId } from '@shared/model/ids.ts';
import type { Hint, Operations, Store } from '../db/store.ts';

/** Which chats are to be looked at. Filled by hints, emptied by one loop. */
export interface Agenda {
  add(chatId: ChatId): void;
  /** In the order in which they came; a chat that changes while it is worked on comes again. */
  take(): ChatId | null;
  /** All must be looked at: asked once. */
  takeLook(): boolean;
  look(): void;
  /** Resolves when there is something. It holds no timer. */
  filled(signal: AbortSignal): Promise<void>;
  close(): void;
}

export function createAgenda(store: Pick<Store<Operations>, 'onHint'>): Agenda {
  const dirty = new Set<ChatId>();
  const versions = new Map<ChatId, number>();
  let mustLook = true;
  let wake = () => {};
  const stop = store.onHint((hint) => {
    const changed = changedChat(hint, versions);
    if (changed) dirty.add(changed);
    else if (hint.channel === 'hints_lost') mustLook = true;
    else return;
    wake();
  });
  return {
    add: (chatId) => void dirty.add(chatId),
    take() {
      const [first] = dirty;
      if (first) dirty.delete(first);
      return first ?? null;
    },
    takeLook() {
      const was = mustLook;
      mustLook = false;
      return was;
    },
    look() {
      mustLook = true;
    },
    filled: (signal) =>
      new Promise((resolve) => {
        wake = resolve;
        if (mustLook || dirty.size > 0 || signal.aborted) resolve();
        else signal.addEventListener('abort', () => resolve(), { once: true });
      }),
    close: stop,
  };
}

/** A chat whose history moved on. Most that is told of a chat is not about that. */
function changedChat({ channel, payload }: Hint, versions: Map<ChatId, number>): ChatId | null {
  const chatId = payload['chatId'] as ChatId | undefined;
  if (chatId === undefined) return null;
  if (channel === 'chat_watch') return payload['kind'] === 'created' ? chatId : null;
  if (channel !== 'chat_update') return null;
  const version = Number(payload['historyVersion']);
  if (versions.get(chatId) === version) return null;
  versions.set(chatId, version);
  return chatId;
}
