import { type Mover, scopeOf } from './move.ts';
import * as ref from './reference.ts';

/** More would only wait for their turn. */
const MAX_CHATS = 40;

/** At any row; what it makes is a chat of the world like the others. */
export const forkChat: Mover = (world, chat) => {
  const { chance, chats } = world;
  if (chats.length >= MAX_CHATS) return null;
  const shown = chat.rows.filter((row) => row.visibility !== 'model');
  const target = shown.length > 0 && chance.hit(0.95) ? chance.pick(shown) : null;
  const { scope, isMissing } = scopeOf(world, chat);
  const fork = ref.newChat(world, null);
  return {
    name: 'forkChat',
    args: { ...scope, messageId: target?.id ?? 9_999_999, forkId: fork.id, forkKey: fork.spawnKey },
    apply() {
      if (isMissing) return ['not-found'];
      if (!target || target.compressed || target.role === 'tool') return ['message-not-found'];
      ref.fork(chat, chat.rows.indexOf(target), fork);
      chats.push(fork);
      return null;
    },
  };
};
