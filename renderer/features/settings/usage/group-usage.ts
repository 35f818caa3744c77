import type { UsageRow } from '@shared/contract/usage.ts';

export type Grouping = 'day' | 'account' | 'model' | 'all';

export interface Group extends Omit<UsageRow, 'day' | 'account' | 'model'> {
  readonly key: string;
  readonly first: string;
  /** The model, where each row is one. */
  readonly second: string;
}

/** Days stay in their order, newest first; accounts and models by what they cost. */
export function grouped(rows: readonly UsageRow[], by: Grouping): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const row of rows) {
    const key = by === 'all' ? `${row.day} ${row.account} ${row.model}` : row[by];
    const first = by === 'all' ? row.day : row[by];
    groups.set(key, plus(groups.get(key) ?? { ...NOTHING, key, first, second: row.model }, row));
  }
  const found = [...groups.values()];
  return by === 'account' || by === 'model'
    ? found.toSorted((a, b) => b.micros - a.micros || b.calls - a.calls)
    : found;
}

const NOTHING = { micros: 0, calls: 0, unpriced: 0, inputTokens: 0, outputTokens: 0 };

export function totalOf(rows: readonly UsageRow[]): Group {
  return rows.reduce<Group>(plus, { ...NOTHING, key: '', first: '', second: '' });
}

function plus(sum: Group, row: UsageRow): Group {
  return {
    ...sum,
    micros: sum.micros + row.micros,
    calls: sum.calls + row.calls,
    unpriced: sum.unpriced + row.unpriced,
    inputTokens: sum.inputTokens + row.inputTokens,
    outputTokens: sum.outputTokens + row.outputTokens,
  };
}
