import type { TransferState } from '@shared/contract/transfer.ts';
import { cancelTransfer } from '../../state/transfer.ts';
import { Button } from '../../ui/button.tsx';

const WORDS = { export: 'Writing', look: 'Reading', import: 'Bringing in' } as const;

/** How far it is; the way to end it. */
export function Progress({ job }: { readonly job: Extract<TransferState, { state: 'running' }> }) {
  const { what, file, done, total } = job;
  const count =
    total === null ? done.toLocaleString() : `${done.toLocaleString()} of ${total.toLocaleString()}`;
  return (
    <div className="transfer-job">
      <span className="cut-line">
        {WORDS[what]} <span className="mono">{file}</span>
      </span>
      <progress
        aria-label={`${WORDS[what]} ${file}`}
        {...(total === null ? {} : { max: total, value: done })}
      />
      <span className="meta num">{count} rows</span>
      <Button onClick={cancelTransfer}>Cancel</Button>
    </div>
  );
}
