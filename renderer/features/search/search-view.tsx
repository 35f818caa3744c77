import { Search as SearchIcon, SearchX, X } from 'lucide-react';
import { type KeyboardEvent, type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { plural } from '../../lib/format.ts';
import { retypeSearch } from '../../state/nav.ts';
import {
  countWords,
  rememberPlace,
  search,
  searchMore,
  searchStore,
  shownCount,
  watchIndex,
} from '../../state/search.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { FilterPieces } from './filter-pieces.tsx';
import { ResultList } from './result-list.tsx';

const TYPED_MS = 120;
const LOAD_AHEAD_PX = 400;

/** The chats that are called so, then all that was said and done, newest first; what was asked stands in the field and can be changed there. */
export function SearchView({ text }: { readonly text: string }) {
  const pane = useRef<HTMLElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const state = useStore(searchStore, (s) => s.state);
  const [first] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => void search(text), TYPED_MS);
    return () => clearTimeout(timer);
  }, [text]);
  useLayoutEffect(() => {
    const kept = searchStore.getState();
    if (pane.current) pane.current.scrollTop = kept.scroll;
    // Who comes back to a list goes on in it; who asks anew writes.
    if (shownCount(kept) > 0 && kept.text === first) focusResult(pane.current);
    else field.current?.focus();
  }, [first]);
  return (
    <section
      ref={pane}
      className="search-pane"
      aria-label="Search"
      aria-busy={state === 'loading'}
      onScroll={({ currentTarget: el }) => {
        rememberPlace({ scroll: el.scrollTop });
        if (el.scrollHeight - el.scrollTop - el.clientHeight < LOAD_AHEAD_PX) void searchMore();
      }}
    >
      <div className="col">
        <div className="search-top">
          <Field text={text} field={field} onDown={() => focusResult(pane.current)} />
          <FilterPieces text={text} onChange={retypeSearch} />
          <Summary />
        </div>
        <Body text={text} onUp={() => field.current?.focus()} />
      </div>
    </section>
  );
}

interface FieldProps {
  readonly text: string;
  readonly field: RefObject<HTMLInputElement | null>;
  readonly onDown: () => void;
}

function Field({ text, field, onDown }: FieldProps) {
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'ArrowDown') onDown();
    else if (event.key === 'Enter') void search(text, true);
    else if (event.key === 'Escape' && text !== '') retypeSearch('');
    else return;
    event.preventDefault();
  };
  const clear = () => {
    retypeSearch('');
    field.current?.focus();
  };
  return (
    <div className="search-field">
      <SearchIcon className="i" aria-hidden="true" />
      <input
        ref={field}
        type="search"
        aria-label="Find in all messages"
        placeholder="Find in all messages"
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={(event) => retypeSearch(event.target.value)}
        onKeyDown={onKeyDown}
      />
      {text !== '' && (
        <IconButton label="Clear" onClick={clear}>
          <X className="i s" aria-hidden="true" />
        </IconButton>
      )}
    </div>
  );
}

function focusResult(pane: HTMLElement | null): void {
  const at = searchStore.getState().at;
  const rows = pane?.querySelectorAll<HTMLElement>('.hit') ?? [];
  (rows[at] ?? rows[0])?.focus({ preventScroll: true });
}

/** How many there are, and whether that is all. */
function Summary() {
  const results = useStore(searchStore);
  const { count, titles, state } = results;
  const [left, setLeft] = useState(0);
  useEffect(() => watchIndex(setLeft), []);
  const words = [
    ...(titles.chats.length > 0
      ? [`${plural(titles.chats.length, 'chat')}${titles.isMore ? ' and more' : ''}`]
      : []),
    ...(count && state !== 'idle' && count.count > 0
      ? [`${countWords(count)} ${count.count === 1 ? 'result' : 'results'}, newest first`]
      : []),
    ...(left > 0 ? [`Still indexing: ${plural(left, 'chat')} to go`] : []),
  ];
  return (
    <div className="search-sum" role="status">
      {state === 'loading' && shownCount(results) === 0 ? 'Searching…' : words.join(' · ')}
    </div>
  );
}

function Body({ text, onUp }: { readonly text: string; readonly onUp: () => void }) {
  const results = useStore(searchStore);
  const { next, state, problem } = results;
  const icon = <SearchX className="i" aria-hidden="true" />;
  if (state === 'failed') {
    return (
      <Empty icon={icon} text={problem ?? 'No answer'}>
        <Button onClick={() => void search(text, true)}>Try again</Button>
      </Empty>
    );
  }
  if (problem !== null) return <Empty text={problem} />;
  if (text.trim() === '') return <Help />;
  if (shownCount(results) === 0 && state === 'ready') return <Empty icon={icon} text="Nothing found" />;
  return (
    <>
      <ResultList onUp={onUp} />
      {next && (
        <div className="search-more">
          <Button aria-busy={state === 'more'} onClick={() => void searchMore()}>
            Show more
          </Button>
        </div>
      )}
    </>
  );
}

const EXAMPLES: readonly (readonly [string, string])[] = [
  ['release hold', 'both words, also “releases” and “holding”'],
  ['"was released"', 'exactly that'],
  ['-draft', 'without that word'],
  ['status:error', 'running, waiting, retrying, asks, stopping, finished, error'],
  ['workspace:api', 'the name of a workspace or a host'],
  ['model:opus', 'the model that the chat uses'],
  ['after:7d before:2026-07-31', 'a day, a month, or how long ago'],
  ['is:archived', 'put away; -is:archived: not put away'],
];

/** What can be written, while nothing is. */
function Help() {
  return (
    <dl className="search-help">
      {EXAMPLES.map(([what, words]) => (
        <div key={what}>
          <dt>{what}</dt>
          <dd>{words}</dd>
        </div>
      ))}
    </dl>
  );
}
