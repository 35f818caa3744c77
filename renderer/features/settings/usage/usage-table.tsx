import type { UsageRow } from '@shared/contract/usage.ts';
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { tokens } from '../../../lib/format.ts';
import { costWords } from '../../../lib/money.ts';
import { findModelName, modelsStore } from '../../../state/models.ts';
import { loadUsage, usageStore } from '../../../state/usage.ts';
import { Radios } from '../../../ui/radios.tsx';
import { type Grouping, grouped, totalOf } from './group-usage.ts';

const DAYS = 30;

const GROUPINGS: readonly { readonly value: Grouping; readonly label: string }[] = [
  { value: 'day', label: 'Day' },
  { value: 'account', label: 'Account' },
  { value: 'model', label: 'Model' },
  { value: 'all', label: 'All of it' },
];

const FIRST: Readonly<Record<Grouping, string>> = {
  day: 'Day',
  account: 'Account',
  model: 'Model',
  all: 'Day',
};

/** The last 30 days, added up as the person wants it. */
export function UsageTable() {
  const rows = useUsageRows();
  const [by, setBy] = useState<Grouping>('day');
  if (rows === null) return null;
  const total = totalOf(rows);
  return (
    <section className="part" aria-label="Last 30 days">
      <div className="part-head">
        <h4>Last {DAYS} days</h4>
        <Radios label="By" choices={GROUPINGS} value={by} onPick={setBy} />
      </div>
      {rows.length === 0 ? (
        <p className="meta">Nothing was asked of a model yet.</p>
      ) : (
        <table className="usage-table num">
          <thead>
            <tr>
              <th scope="col">{FIRST[by]}</th>
              {by === 'all' && (
                <th scope="col" className="name">
                  Model
                </th>
              )}
              <th scope="col">Calls</th>
              <th scope="col">Tokens in</th>
              <th scope="col">Tokens out</th>
              <th scope="col">Cost</th>
            </tr>
          </thead>
          <tbody>
            {grouped(rows, by).map((row) => (
              <tr key={row.key}>
                <th scope="row">
                  {by === 'day' || by === 'all' ? dayWords(row.first) : <Name text={row.first} />}
                </th>
                {by === 'all' && (
                  <td className="name">
                    <Name text={row.second} />
                  </td>
                )}
                <Figures row={row} />
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row" colSpan={by === 'all' ? 2 : 1}>
                Total
              </th>
              <Figures row={total} />
            </tr>
          </tfoot>
        </table>
      )}
    </section>
  );
}

type Sums = Pick<UsageRow, 'calls' | 'inputTokens' | 'outputTokens' | 'micros' | 'unpriced'>;

function Figures({ row }: { readonly row: Sums }) {
  return (
    <>
      <td>{row.calls}</td>
      <td>{tokens(row.inputTokens)}</td>
      <td>{tokens(row.outputTokens)}</td>
      <td className={row.unpriced > 0 ? 'meta' : ''}>{costWords(row)}</td>
    </>
  );
}

function Name({ text }: { readonly text: string }) {
  const shown = useStore(modelsStore, (s) => findModelName(s, text));
  return <>{shown === '' ? 'removed' : shown}</>;
}

/** "Sat, Nov 28" */
function dayWords(day: string): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date).toLocaleDateString(undefined, {
    weekday: 'short',
    month: 'short',
    day: 'numeric',
  });
}

/** Read when the part is opened, and again when the sum of today has moved. */
function useUsageRows(): readonly UsageRow[] | null {
  const calls = useStore(usageStore, (s) => s.now?.today.calls ?? 0);
  const [rows, setRows] = useState<readonly UsageRow[] | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the number of calls says that there is something new
  useEffect(() => {
    let gone = false;
    void loadUsage(DAYS).then((loaded) => {
      if (!gone && loaded) setRows(loaded);
    });
    return () => {
      gone = true;
    };
  }, [calls]);
  return rows;
}
