import type { ChatId } from '@shared/model/ids.ts';
import type { Hint, Operations, Store } from '../db/store.ts';

/** Which chats are to be looked at. Filled by hints, emptied by one loop. */
export interface Agenda {
  /** Of before: those take turns with what is said now. */
  addBehind(chatId: ChatId): void;
  /** In the order in which they came; a chat that changes while it is worked on comes again. */
  take(): ChatId | null;
  /** What was taken has been worked on, or cannot be. */
  putDown(): void;
  /** What was said just now waits to be looked at, or is looked at. */
  hasFresh(): boolean;
  /** All must be looked at: asked once. */
  takeLook(): boolean;
  look(): void;
  /** Resolves when there is something, or it is closed. It holds no timer. */
  filled(): Promise<void>;
  close(): void;
}

export function createAgenda(store: Pick<Store<Operations>, 'onHint'>): Agenda {
  const fresh = new Set<ChatId>();
  const behind = new Set<ChatId>();
  let turn = fresh;
  const versions = new Map<ChatId, number>();
  let mustLook = true;
  let closed = false;
  let holdsFresh = false;
  let wake = () => {};
  const stop = store.onHint((hint) => {
    const changed = changedChat(hint, versions);
    if (changed) fresh.add(changed);
    else if (hint.channel === 'hints_lost') mustLook = true;
    else return;
    wake();
  });
  return {
    addBehind: (chatId) => void behind.add(chatId),
    take() {
      turn = turn === fresh ? behind : fresh;
      if (turn.size === 0) turn = fresh.size > 0 ? fresh : behind;
      const [first] = turn;
      if (first) turn.delete(first);
      holdsFresh = first !== undefined && turn === fresh;
      return first ?? null;
    },
    putDown() {
      holdsFresh = false;
    },
    hasFresh: () => holdsFresh || fresh.size > 0,
    takeLook() {
      const was = mustLook;
      mustLook = false;
      return was;
    },
    look() {
      mustLook = true;
    },
    filled: () =>
      new Promise((resolve) => {
        wake = resolve;
        if (mustLook || closed || fresh.size + behind.size > 0) resolve();
      }),
    close() {
      closed = true;
      stop();
      wake();
    },
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
