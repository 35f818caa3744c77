import { asId, type ChatId } from '@shared/model/ids.ts';
import { marksOf } from '@shared/search/marks.ts';
import type { FoundKind } from '@shared/search/part-text.ts';
import type { Term } from '@shared/search/query.ts';
import { age } from '../../lib/format.ts';
import { openFound } from '../../state/found.ts';
import { termsOf } from '../../state/search.ts';
import { useSeconds } from '../../state/ticks.ts';
import { FoundIcon, isMachine } from '../../ui/found-icon.tsx';
import { SnippetText } from '../../ui/snippet-text.tsx';
import { number, record, text } from './json.ts';
import type { ToolFacts } from './tool-view.ts';

/** What the agent found in other chats: each opens its chat at the row. */
export function HistoryResult({ facts }: { readonly facts: ToolFacts }) {
  const { results } = record(facts.result?.result);
  const query = text(record(facts.args)['query']);
  const rows = Array.isArray(results) ? results.map(record) : [];
  if (rows.length === 0) return <div className="interrupted">Nothing found</div>;
  const terms = termsOf(query);
  return (
    <ul className="hits nested" aria-label="Found in history">
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

interface FoundProps {
  readonly row: Readonly<Record<string, unknown>>;
  readonly query: string;
  readonly terms: readonly Term[];
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
