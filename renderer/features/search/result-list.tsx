import type { SearchHit } from '@shared/search/hit.ts';
import type { KeyboardEvent, MouseEvent } from 'react';
import { useStore } from 'zustand';
import { age } from '../../lib/format.ts';
import { openFound, placeKey } from '../../state/found.ts';
import { rememberPlace, searchStore } from '../../state/search.ts';
import { useSeconds } from '../../state/ticks.ts';
import { FoundIcon, isMachine, kindWords } from '../../ui/found-icon.tsx';
import { SnippetText } from '../../ui/snippet-text.tsx';

/** One tab stop, walked by the arrow keys; `onUp`: above the first. */
export function ResultList({ onUp }: { readonly onUp: () => void }) {
  const hits = useStore(searchStore, (s) => s.hits);
  const at = Math.min(
    useStore(searchStore, (s) => s.at),
    hits.length - 1,
  );
  const onKeyDown = (event: KeyboardEvent<HTMLUListElement>) => {
    const to = moved(event.key, at, hits.length);
    if (to === null) return;
    event.preventDefault();
    if (to < 0) return onUp();
    rememberPlace({ at: to });
    event.currentTarget.querySelectorAll<HTMLElement>('.hit')[to]?.focus();
  };
  return (
    <ul className="hits" aria-label="Search results" onKeyDown={onKeyDown}>
      {hits.map((hit, i) => (
        <Result key={placeKey(hit)} hit={hit} isStop={i === at} onFocus={() => rememberPlace({ at: i })} />
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

interface ResultProps {
  readonly hit: SearchHit;
  readonly isStop: boolean;
  readonly onFocus: () => void;
}

function Result({ hit, isStop, onFocus }: ResultProps) {
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
        <time className="hit-when num" dateTime={hit.at} title={new Date(hit.at).toLocaleString()}>
          {age(hit.at, now)}
        </time>
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
