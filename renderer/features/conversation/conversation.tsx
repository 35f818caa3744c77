import { MessageSquareOff } from 'lucide-react';
import { useRef } from 'react';
import { useStore } from 'zustand';
import type { ChatSession } from '../../state/live.ts';
import { openNew } from '../../state/nav.ts';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { FindBar } from './find-bar.tsx';
import { Timeline } from './timeline.tsx';
import { useFind } from './use-find.ts';
import type { InSight } from './use-in-sight.ts';

/** Nothing is in sight yet: what comes last. */
const NEWEST = Number.POSITIVE_INFINITY;

/** The timeline of one chat, or why there is none. What is looked for in it can be written before it is there. */
export function Conversation({ session }: { readonly session: ChatSession }) {
  const ready = useStore(session.store, (s) => s.view !== null);
  const failure = useStore(session.store, (s) => s.failure);
  const lost = useStore(session.store, (s) => s.lost);
  const find = useFind(session.chatId);
  const inSight = useRef<InSight>(null);
  if (failure) {
    return (
      <Empty icon={<MessageSquareOff className="i" aria-hidden="true" />} text={failure}>
        <Button onClick={() => openNew()}>New chat</Button>
      </Empty>
    );
  }
  return (
    <div className="log-box">
      {find && <FindBar session={session} from={() => inSight.current?.() ?? NEWEST} {...find} />}
      {ready ? (
        <Timeline session={session} inSight={inSight} />
      ) : (
        <Empty text={lost ? 'Chat stream disconnected. Reconnecting…' : ''} />
      )}
    </div>
  );
}
