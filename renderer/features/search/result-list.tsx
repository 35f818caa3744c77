import type { ChatHit, SearchHit } from '@shared/search/hit.ts';
import { MessagesSquare } from 'lucide-react';
import type { KeyboardEvent, MouseEvent } from 'react';
import { useStore } from 'zustand';
import { age } from '../../lib/format.ts';
import { openFound, placeKey } from '../../state/found.ts';
import { openBeside, openChat } from '../../state/nav.ts';
import { rememberPlace, searchStore, shownCount } from '../../state/search.ts';
import { useSeconds } from '../../state/ticks.ts';
import { FoundIcon, isMachine, kindWords } from '../../ui/found-icon.tsx';
import { SnippetText } from '../../ui/snippet-text.tsx';

/** Chats first. One tab stop, walked by the arrow keys; `onUp`: above the first. */
export function ResultList({ onUp }: { readonly onUp: () => void }) {
  const { chats } = useStore(searchStore, (s) => s.titles);
  const hits = useStore(searchStore, (s) => s.hits);
  const count = useStore(searchStore, shownCount);
  const at = Math.min(
    useStore(searchStore, (s) => s.at),
    count - 1,
  );
  const stopAt = (i: number) => ({ isStop: i === at, onFocus: () => rememberPlace({ at: i }) });
  const onKeyDown = (event: KeyboardEvent<HTMLUListElement>) => {
    const to = moved(event.key, at, count);
    if (to === null) return;
    event.preventDefault();
    if (to < 0) return onUp();
    rememberPlace({ at: to });
    event.currentTarget.querySelectorAll<HTMLElement>('.hit')[to]?.focus();
  };
  return (
    <ul className="hits" aria-label="Search results" onKeyDown={onKeyDown}>
      {chats.map((chat, i) => (
        <ChatResult key={chat.chatId} chat={chat} {...stopAt(i)} />
      ))}
      {hits.map((hit, i) => (
        <Result key={placeKey(hit)} hit={hit} {...stopAt(chats.length + i)} />
      ))}
    </ul>
  );
}

/** -1: above the list; null: the key does nothing here. */
function moved(key: string, at: number, count: number): number | null {
  if (key === 'ArrowDown') return Math.min(at + 1, count - 1);
  if (key === 'ArrowUp') return at - 1;
  if (key === 'Home') return 0;
  if (key === 'End') return count - 1;
  return null;
}

interface Stop {
  readonly isStop: boolean;
  readonly onFocus: () => void;
}

/** A chat that is called so: it opens where it was left. */
function ChatResult({ chat, isStop, onFocus }: Stop & { readonly chat: ChatHit }) {
  const now = useSeconds(false);
  const { chatId, title, at, workspace, archived } = chat;
  const open = (event: MouseEvent) => (isBeside(event) ? openBeside(chatId) : openChat(chatId));
  return (
    <li>
      <button
        type="button"
        className="hit called"
        tabIndex={isStop ? 0 : -1}
        onFocus={onFocus}
        onClick={open}
      >
        <MessagesSquare className="i" aria-hidden="true" />
        <span className="hit-text">
          <span className="sr">Chat: </span>
          <SnippetText snippet={title} />
        </span>
        <When at={at} now={now} />
        <span className="hit-where">
          <span className="hit-place">{workspace ?? 'Chat'}</span>
          {archived && <span className="hit-place">Archived</span>}
        </span>
      </button>
    </li>
  );
}

function When({ at, now }: { readonly at: string; readonly now: number }) {
  return (
    <time className="hit-when num" dateTime={at} title={new Date(at).toLocaleString()}>
      {age(at, now)}
    </time>
  );
}

function Result({ hit, isStop, onFocus }: Stop & { readonly hit: SearchHit }) {
  const now = useSeconds(false);
  const open = (event: MouseEvent) => {
    const { text } = searchStore.getState();
    openFound({ chatId: hit.chatId, messageId: hit.messageId, part: hit.part, text }, isBeside(event));
  };
  return (
    <li>
      <button type="button" className="hit" tabIndex={isStop ? 0 : -1} onFocus={onFocus} onClick={open}>
        <FoundIcon kind={hit.kind} />
        <span className={`hit-text ${isMachine(hit.kind) ? 'mono' : ''}`}>
          <span className="sr">{kindWords(hit.kind)}: </span>
          <SnippetText snippet={hit.snippet} />
        </span>
        <When at={hit.at} now={now} />
        <span className="hit-where">
          <span className="hit-chat">{hit.title}</span>
          {hit.workspace !== null && <span className="hit-place">{hit.workspace}</span>}
          {hit.archived && <span className="hit-place">Archived</span>}
        </span>
      </button>
    </li>
  );
}

function isBeside(event: MouseEvent): boolean {
  return event.ctrlKey || event.metaKey;
}
