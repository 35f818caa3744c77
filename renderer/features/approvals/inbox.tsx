import { Inbox as InboxIcon } from 'lucide-react';
import { type KeyboardEvent, useEffect, useMemo, useRef } from 'react';
import { useStore } from 'zustand';
import { chatsStore } from '../../state/chats.ts';
import { gitStore } from '../../state/git.ts';
import { hasFailed, waitingChats } from '../../state/inbox.ts';
import { Empty } from '../../ui/empty.tsx';
import { ElsewhereList } from './ask-dock.tsx';
import { FailedCard } from './failed-card.tsx';
import { GitCard } from './git-card.tsx';

/** Everything that waits for the person across all chats and agents, the oldest first, answerable in place. */
export function Inbox() {
  const live = useStore(chatsStore, (s) => s.live);
  const git = useStore(gitStore, (s) => s.questions);
  const chats = useMemo(() => waitingChats(live?.values() ?? []), [live]);
  const pane = useRef<HTMLElement>(null);
  useEffect(() => pane.current?.focus(), []);
  const onGone = () => focusFirst(pane.current);
  return (
    <section
      ref={pane}
      className="inbox-pane"
      aria-label="Inbox"
      aria-keyshortcuts="J K Enter Escape"
      tabIndex={-1}
      onKeyDown={inboxKey}
    >
      <div className="col">
        {chats.length + git.length === 0 ? (
          <Empty icon={<InboxIcon className="i" aria-hidden="true" />} text="Nothing waits for you" />
        ) : (
          <p className="inbox-keys faint" aria-hidden="true">
            <kbd>J</kbd> <kbd>K</kbd> walk · <kbd>Enter</kbd> answer · <kbd>Esc</kbd> back
          </p>
        )}
        {/* Git waits with an open connection and not for long. */}
        {git.map((question) => (
          <GitCard key={question.id} question={question} elsewhere onGone={onGone} />
        ))}
        {chats.map((chat) =>
          hasFailed(chat) && chat.last_error ? (
            <FailedCard key={chat.id} chat={chat} fault={chat.last_error} onGone={onGone} />
          ) : (
            <ElsewhereList key={chat.id} chatId={chat.id} onGone={onGone} />
          ),
        )}
      </div>
    </section>
  );
}

const cardsIn = (pane: Element | null) => [...(pane?.querySelectorAll<HTMLElement>('.ask') ?? [])];

/** Whose card went away goes on with the oldest one. */
function focusFirst(pane: HTMLElement | null): void {
  (cardsIn(pane)[0] ?? pane)?.focus();
}

/** J and K, or the arrows, from card to card; Enter to the first answer of one, Esc back to it. */
function inboxKey(event: KeyboardEvent<HTMLElement>): void {
  const { target, currentTarget, key } = event;
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!(target instanceof HTMLElement)) return;
  const cards = cardsIn(currentTarget);
  const card = target.closest<HTMLElement>('.ask');
  const inside = card !== null && target !== card;
  if (inside && key !== 'Escape') return;
  const at = card ? cards.indexOf(card) : -1;
  const next = {
    j: cards[at + 1],
    ArrowDown: cards[at + 1],
    k: cards[Math.max(0, at - 1)],
    ArrowUp: cards[Math.max(0, at - 1)],
    Enter: card?.querySelector<HTMLElement>('.btn'),
    Escape: inside ? card : undefined,
  }[key];
  if (!next) return;
  event.preventDefault();
  next.focus();
}
