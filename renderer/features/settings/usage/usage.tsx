import { useStore } from 'zustand';
import { plural } from '../../../lib/format.ts';
import { costWords, unpricedWords } from '../../../lib/money.ts';
import { usageStore } from '../../../state/usage.ts';
import { Budgets } from './budgets.tsx';
import { UsageTable } from './usage-table.tsx';

/** What was spent, how much may be, and on what. */
export function Usage() {
  const now = useStore(usageStore, (s) => s.now);
  if (now === null) return null;
  const { today, budget } = now;
  const unpriced = unpricedWords(today);
  return (
    <>
      <div className="today-sum">
        <span className="sum num">{costWords(today)}</span>
        <span className="meta">
          today, in {plural(today.calls, 'call')}
          {unpriced === '' ? '' : ` · ${unpriced}`}
        </span>
      </div>
      <Budgets key={JSON.stringify(budget)} now={now} />
      <UsageTable />
    </>
  );
}
