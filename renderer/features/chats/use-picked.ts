import type { ChatSummary } from '@shared/model/chat.ts';
import { useMemo, useState } from 'react';
import type { TreeRow } from './tree-rows.ts';

export interface Picked {
  readonly keys: ReadonlySet<string>;
  /** Those that are still in the tree, in its order. */
  readonly chats: readonly ChatSummary[];
  toggle(row: TreeRow): void;
  /** All between the row that was picked last, else `from`, and this one. */
  extend(from: number, to: number): void;
  clear(): void;
}

const NONE: ReadonlySet<string> = new Set();

/** Chats that are picked to be dealt with together; agents go with the chat that started them. */
export function usePicked(rows: readonly TreeRow[]): Picked {
  const [keys, setKeys] = useState(NONE);
  const [anchor, setAnchor] = useState<string | null>(null);
  const chats = useMemo(
    () => (keys === NONE ? [] : rows.flatMap((row) => (isPicked(row, keys) ? [row.chat] : []))),
    [rows, keys],
  );
  return {
    keys,
    chats,
    toggle(row) {
      if (!canPick(row)) return;
      const next = new Set(keys);
      if (!next.delete(row.key)) next.add(row.key);
      setKeys(next);
      setAnchor(row.key);
    },
    extend(from, to) {
      const known = rows.findIndex((row) => row.key === anchor);
      const start = known < 0 ? from : known;
      setAnchor(rows[start]?.key ?? null);
      const between = rows.slice(Math.min(start, to), Math.max(start, to) + 1);
      setKeys(new Set(between.filter(canPick).map((row) => row.key)));
    },
    clear() {
      setKeys(NONE);
      setAnchor(null);
    },
  };
}

function canPick(row: TreeRow): row is TreeRow & { kind: 'chat' } {
  return row.kind === 'chat' && row.level === 2;
}

function isPicked(row: TreeRow, keys: ReadonlySet<string>): row is TreeRow & { kind: 'chat' } {
  return canPick(row) && keys.has(row.key);
}
