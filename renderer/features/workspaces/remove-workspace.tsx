import type { RemovalFindings, WorkspaceSummary } from '@shared/model/workspace.ts';
import { Trash2 } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import { call } from '../../lib/bridge.ts';
import { toast } from '../../state/toasts.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Escaped } from '../../ui/escaped.tsx';
import { type RemovalList, removalLists, removalWords } from './removal-words.ts';

interface RemoveWorkspaceProps {
  readonly place: WorkspaceSummary;
  readonly onClose: () => void;
}

type Now =
  | { readonly state: 'looking' }
  /** It could not be looked at, or not removed. */
  | { readonly state: 'problem'; readonly message: string; readonly detail: string }
  | {
      readonly state: 'asking' | 'removing';
      readonly findings: RemovalFindings;
      /** Nothing was touched: this would be lost. */
      readonly refused: boolean;
    };

/** Says what would be lost before anything is; only who has read that can insist. */
export function RemoveWorkspace({ place, onClose }: RemoveWorkspaceProps) {
  const { now, lookAgain, remove } = useRemoval(place, onClose);
  const isForgotten = !place.made || place.state === 'failed';
  return (
    <Dialog
      title={isForgotten ? `Remove ${place.name} from Gaffer?` : `Remove the workspace ${place.name}?`}
      icon={<Trash2 className="i" aria-hidden="true" />}
      onClose={onClose}
    >
      <p className="mono removed-place">
        {place.host}: <Escaped text={place.directory} />
      </p>
      {now.state === 'looking' && <p className="meta">Looking at what would be lost…</p>}
      {now.state === 'problem' && <Trouble message={now.message} detail={now.detail} />}
      {(now.state === 'asking' || now.state === 'removing') && (
        <Findings name={place.name} findings={now.findings} refused={now.refused} />
      )}
      <div className="btns">
        {/* The focus begins where nothing is lost. */}
        <Button data-focus-first="" onClick={onClose}>
          Keep
        </Button>
        {now.state === 'problem' && <Button onClick={lookAgain}>Look again</Button>}
        {(now.state === 'asking' || now.state === 'removing') && (
          <Button disabled={now.state === 'removing'} onClick={() => void remove(now.refused)}>
            {now.state === 'removing' ? 'Removing…' : now.refused ? 'Remove anyway' : 'Remove'}
          </Button>
        )}
      </div>
    </Dialog>
  );
}

function useRemoval(place: WorkspaceSummary, onDone: () => void) {
  const [now, setNow] = useState<Now>({ state: 'looking' });
  const { id, name } = place;
  const look = useCallback(() => {
    void call('workspaces.inspectRemoval', { workspaceId: id }).then((answer) =>
      setNow(
        answer.ok
          ? { state: 'asking', findings: answer.value, refused: false }
          : { state: 'problem', message: answer.error.message, detail: '' },
      ),
    );
  }, [id]);
  useEffect(look, [look]);
  const remove = async (force: boolean) => {
    if (now.state !== 'asking') return;
    setNow({ ...now, state: 'removing' });
    const answer = await call('workspaces.remove', { workspaceId: id, force });
    if (!answer.ok) {
      const { message, detail = '' } = answer.error;
      return setNow({ state: 'problem', message, detail });
    }
    if (answer.value.kind === 'refused')
      return setNow({ state: 'asking', findings: answer.value.findings, refused: true });
    const { kept } = answer.value;
    toast(kept === null ? `${name} was removed.` : `${name} was removed. Its branch ${kept} stays.`);
    onDone();
  };
  const lookAgain = () => {
    setNow({ state: 'looking' });
    look();
  };
  return { now, lookAgain, remove };
}

interface FindingsProps {
  readonly name: string;
  readonly findings: RemovalFindings;
  readonly refused: boolean;
}

function Findings({ name, findings, refused }: FindingsProps) {
  const lists = removalLists(findings);
  return (
    <>
      <p>{removalWords(findings, name)}</p>
      {refused && (
        <p className="err" role="alert">
          Nothing was removed yet: this would be lost.
        </p>
      )}
      {findings.unknown !== null && <p className="err">Not all could be looked at: {findings.unknown}</p>}
      {lists.map((list) => (
        <FoundList key={list.label} list={list} />
      ))}
      {lists.length === 0 && findings.directory !== null && findings.unknown === null && (
        <p className="ok">Everything there is committed, and nothing runs.</p>
      )}
    </>
  );
}

function FoundList({ list: { label, lines, more } }: { readonly list: RemovalList }) {
  return (
    <div>
      <h3>{label}</h3>
      <ul className="fp lines" aria-label={label}>
        {lines.map((line, at) => (
          <li key={at}>
            <Escaped text={line} />
          </li>
        ))}
        {more > 0 && <li className="faint">and {more} more</li>}
      </ul>
    </div>
  );
}

function Trouble({ message, detail }: { readonly message: string; readonly detail: string }) {
  return (
    <>
      <p className="err" role="alert">
        {message}
      </p>
      {detail.trim() !== '' && (
        <pre className="fp lines">
          <Escaped text={detail.trim()} />
        </pre>
      )}
    </>
  );
}
