import { Inbox as InboxIcon } from 'lucide-react';
import { useMemo } from 'react';
import { useStore } from 'zustand';
import { chatsStore } from '../../state/chats.ts';
import { Empty } from '../../ui/empty.tsx';
import { ElsewhereDock } from './ask-dock.tsx';
import { asking } from './asking.ts';

/** Everything that waits for the person across all chats and agents, answerable in place. */
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
          <ElsewhereDock key={chat.id} chatId={chat.id} also={0} onGone={focusInbox} />
        ))}
      </div>
    </section>
  );
}

function focusInbox(): void {
  document.querySelector<HTMLElement>('.inbox-pane')?.focus();
}
