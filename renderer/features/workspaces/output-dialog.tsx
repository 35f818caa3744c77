import type { WorkspaceSummary } from '@shared/model/workspace.ts';
import { ScrollText } from 'lucide-react';
import { useMemo, useSyncExternalStore } from 'react';
import { clock } from '../../lib/format.ts';
import { useSeconds } from '../../state/ticks.ts';
import { logOf, type ScriptOutput } from '../../state/workspace-log.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { ScriptText } from './script-output.tsx';

interface OutputDialogProps {
  readonly place: WorkspaceSummary;
  readonly onClose: () => void;
}

/** What the scripts of a workspace printed and print. */
export function OutputDialog({ place, onClose }: OutputDialogProps) {
  const source = useMemo(() => logOf(place.id), [place.id]);
  const { runs } = useSyncExternalStore(source.subscribe, source.get);
  return (
    <Dialog
      title={`Output of ${place.name}`}
      size="wide"
      icon={<ScrollText className="i" aria-hidden="true" />}
      onClose={onClose}
    >
      <div className="runs">
        {runs.map((run) => (
          <Run key={run.processId} run={run} />
        ))}
        {runs.length === 0 && <p className="meta">No script has printed anything yet.</p>}
        {place.error !== null && <p className="err place-error">{place.error}</p>}
      </div>
    </Dialog>
  );
}

function Run({ run }: { readonly run: ScriptOutput }) {
  const now = useSeconds(false);
  return (
    <section aria-label={`Output of ${run.script}`}>
      <h3 className="run-head">
        {run.script}
        <span className="meta num">{clock(run.startedAt, now)}</span>
        {run.ended && (
          <span className={`pill ${run.exitCode === 0 ? 'good' : 'bad'}`}>
            {run.exitCode === null || run.exitCode < 0 ? 'ended' : `exit ${run.exitCode}`}
          </span>
        )}
      </h3>
      <ScriptText run={run} />
    </section>
  );
}
