import { Inbox as InboxIcon } from 'lucide-react';
import { useMemo } from 'react';
import { useStore } from 'zustand';
import { chatsStore } from '../../state/chats.ts';
import { gitStore } from '../../state/git.ts';
import { Empty } from '../../ui/empty.tsx';
import { ElsewhereDock } from './ask-dock.tsx';
import { asking } from './asking.ts';
import { GitCard } from './git-card.tsx';

/** Everything that waits for the person across all chats and agents, answerable in place. */
export function Inbox() {
  const live = useStore(chatsStore, (s) => s.live);
  const git = useStore(gitStore, (s) => s.questions);
  const chats = useMemo(() => asking(live?.values() ?? []), [live]);
  return (
    <section className="inbox-pane" aria-label="Inbox" tabIndex={-1}>
      <div className="col">
        {chats.length + git.length === 0 && (
          <Empty icon={<InboxIcon className="i" aria-hidden="true" />} text="Nothing waits for you" />
        )}
        {/* Git waits with an open connection and not for long. */}
        {git.map((question) => (
          <GitCard key={question.id} question={question} elsewhere onGone={focusInbox} />
        ))}
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
