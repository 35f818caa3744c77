import { MessageSquareOff } from 'lucide-react';
import { useStore } from 'zustand';
import type { ChatSession } from '../../state/live.ts';
import { openNew } from '../../state/nav.ts';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Timeline } from './timeline.tsx';

/** The timeline of one chat, or why there is none. */
export function Conversation({ session }: { readonly session: ChatSession }) {
  const ready = useStore(session.store, (s) => s.view !== null);
  const failure = useStore(session.store, (s) => s.failure);
  const lost = useStore(session.store, (s) => s.lost);
  if (failure) {
    return (
      <Empty icon={<MessageSquareOff className="i" aria-hidden="true" />} text={failure}>
        <Button onClick={() => openNew()}>New chat</Button>
      </Empty>
    );
  }
  if (!ready) return <Empty text={lost ? 'Chat stream disconnected. Reconnecting…' : ''} />;
  return <Timeline session={session} />;
}
