import type { ChatSummary } from '@shared/model/chat.ts';
import type { ChatId } from '@shared/model/ids.ts';
import { Inbox as InboxIcon } from 'lucide-react';
import { useEffect, useMemo } from 'react';
import { useStore } from 'zustand';
import { chatsStore } from '../../state/chats.ts';
import { createSession } from '../../state/live.ts';
import { openChat } from '../../state/nav.ts';
import { Empty } from '../../ui/empty.tsx';
import { ApprovalDock } from './approval-dock.tsx';

/** Chats that wait for the person, the longest waiting first. */
export function asking(chats: Iterable<ChatSummary>): readonly ChatSummary[] {
  return [...chats]
    .filter((c) => c.asks > 0 || c.status === 'requires_action')
    .sort((a, b) => a.updated_at.localeCompare(b.updated_at));
}

/** Everything that waits for the person across all chats, answerable in place. */
export function Inbox() {
  const live = useStore(chatsStore, (s) => s.live);
  const chats = useMemo(() => asking(live?.values() ?? []), [live]);
  return (
    <section className="inbox-pane" aria-label="Inbox" tabIndex={-1}>
      <div className="col">
        {chats.length === 0 && (
          <Empty icon={<InboxIcon className="i" aria-hidden="true" />} text="Nothing waits for you" />
        )}
        {chats.map((chat) => (
          <InboxItem key={chat.id} chatId={chat.id} />
        ))}
      </div>
    </section>
  );
}

/** A feed of its own, only while it is shown. */
function InboxItem({ chatId }: { readonly chatId: ChatId }) {
  const session = useMemo(() => createSession(chatId), [chatId]);
  useEffect(() => {
    session.open();
    return () => session.close();
  }, [session]);
  return <ApprovalDock session={session} onOpenChat={() => openChat(chatId)} />;
}
