import { asId, type ChatId } from '@shared/model/ids.ts';
import { marksOf } from '@shared/search/marks.ts';
import type { FoundKind } from '@shared/search/part-text.ts';
import type { Term } from '@shared/search/query.ts';
import { MessagesSquare } from 'lucide-react';
import { age } from '../../lib/format.ts';
import { openFound } from '../../state/found.ts';
import { openChat } from '../../state/nav.ts';
import { termsOf } from '../../state/search.ts';
import { useSeconds } from '../../state/ticks.ts';
import { FoundIcon, isMachine } from '../../ui/found-icon.tsx';
import { SnippetText } from '../../ui/snippet-text.tsx';
import { number, record, text } from './json.ts';
import type { ToolFacts } from './tool-view.ts';

/** What the agent found in other chats: each opens its chat at the row. */
export function HistoryResult({ facts }: { readonly facts: ToolFacts }) {
  const { results, chats } = record(facts.result?.result);
  const query = text(record(facts.args)['query']);
  const called = Array.isArray(chats) ? chats.map(record) : [];
  const rows = Array.isArray(results) ? results.map(record) : [];
  if (called.length + rows.length === 0) return <div className="interrupted">Nothing found</div>;
  const terms = termsOf(query);
  return (
    <ul className="hits nested" aria-label="Found in history">
      {called.map((row) => (
        <Called key={text(row['chat_id'])} row={row} terms={terms} />
      ))}
      {rows.map((row) => (
        <Found
          key={`${text(row['message_id'])}.${text(row['part'])}`}
          row={row}
          query={query}
          terms={terms}
        />
      ))}
    </ul>
  );
}

interface CalledProps {
  readonly row: Readonly<Record<string, unknown>>;
  readonly terms: readonly Term[];
}

/** A chat that is called so. */
function Called({ row, terms }: CalledProps) {
  const now = useSeconds(false);
  const title = text(row['chat']);
  return (
    <li>
      <button
        type="button"
        className="hit called"
        onClick={() => openChat(asId<ChatId>(text(row['chat_id'])))}
      >
        <MessagesSquare className="i" aria-hidden="true" />
        <span className="hit-text">
          <SnippetText snippet={{ text: title, marks: marksOf(title, terms) }} />
        </span>
        <span className="hit-when num">{age(text(row['changed']), now)}</span>
        <span className="hit-where">
          <span className="hit-place">{text(row['workspace']) || 'Chat'}</span>
        </span>
      </button>
    </li>
  );
}

interface FoundProps extends CalledProps {
  readonly query: string;
}

function Found({ row, query, terms }: FoundProps) {
  const now = useSeconds(false);
  const kind = text(row['by']) as FoundKind;
  const snippet = text(row['snippet']);
  const workspace = text(row['workspace']);
  const place = {
    chatId: asId<ChatId>(text(row['chat_id'])),
    messageId: number(row['message_id']) ?? 0,
    part: number(row['part']) ?? 0,
  };
  return (
    <li>
      <button type="button" className="hit" onClick={() => openFound({ ...place, text: query })}>
        <FoundIcon kind={kind} />
        <span className={`hit-text ${isMachine(kind) ? 'mono' : ''}`}>
          <SnippetText snippet={{ text: snippet, marks: marksOf(snippet, terms) }} />
        </span>
        <span className="hit-when num">{age(text(row['at']), now)}</span>
        <span className="hit-where">
          <span className="hit-chat">{text(row['chat'])}</span>
          {workspace !== '' && <span className="hit-place">{workspace}</span>}
        </span>
      </button>
    </li>
  );
}
