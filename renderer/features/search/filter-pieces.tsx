import type { Filter, Piece } from '@shared/search/query.ts';
import { X } from 'lucide-react';
import { useMemo } from 'react';
import { piecesOf } from '../../state/search.ts';

interface FilterPiecesProps {
  readonly text: string;
  readonly onChange: (text: string) => void;
}

/** The filters of a text, each with a way to let go of it. */
export function FilterPieces({ text, onChange }: FilterPiecesProps) {
  const pieces = useMemo(() => piecesOf(text), [text]);
  if (pieces.length === 0) return null;
  return (
    <ul className="filters search-filters" aria-label="Filters">
      {pieces.map((piece) => (
        <li key={piece.from}>
          <button
            type="button"
            className="chip"
            aria-label={`Remove filter: ${wordsOf(piece.filter)}`}
            onClick={() => onChange(without(text, piece))}
          >
            {wordsOf(piece.filter)}
            <X className="i xs" aria-hidden="true" />
          </button>
        </li>
      ))}
    </ul>
  );
}

function without(text: string, { from, to }: Piece): string {
  return `${text.slice(0, from).trimEnd()} ${text.slice(to).trimStart()}`.trim();
}

function wordsOf(filter: Filter): string {
  if (!('not' in filter)) return `${filter.key} ${filter.value}`;
  const not = filter.not ? 'not ' : '';
  return filter.key === 'is' ? `${not}archived` : `${filter.key}: ${not}${filter.value}`;
}
