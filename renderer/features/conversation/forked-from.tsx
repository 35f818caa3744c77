import { GitFork } from 'lucide-react';
import { useStore } from 'zustand';
import type { ChatSession } from '../../state/live.ts';
import { openChat } from '../../state/nav.ts';

/** Above a fork, wherever it is read: where its history comes from, and the way there. */
export function ForkedFrom({ session }: { readonly session: ChatSession }) {
  const origin = useStore(session.store, (s) => s.view?.chat.forked_from ?? null);
  if (!origin) return null;
  return (
    <div className="origin">
      <GitFork className="i s" aria-hidden="true" />
      <span>Forked from</span>
      <button
        type="button"
        className="origin-link"
        title="Opens the message that this chat goes on from"
        onClick={() => openChat(origin.chat_id, origin.message_id)}
      >
        {origin.title}
      </button>
    </div>
  );
}
