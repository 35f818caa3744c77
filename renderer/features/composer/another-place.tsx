import type { WorkspaceId } from '@shared/model/ids.ts';
import { FolderOpen } from 'lucide-react';
import { type SubmitEvent, useState } from 'react';
import { call } from '../../lib/bridge.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { Problem } from '../../ui/problem.tsx';
import { SshForm } from './ssh-form.tsx';

interface AnotherPlaceProps {
  /** A host that was chosen already; empty: none. */
  readonly host: string;
  readonly onOpened: (id: WorkspaceId) => void;
  readonly onClose: () => void;
}

/** A folder of this computer, or a directory on a host. */
export function AnotherPlace({ host, onOpened, onClose }: AnotherPlaceProps) {
  return (
    <Dialog
      title="Another folder or host"
      icon={<FolderOpen className="i" aria-hidden="true" />}
      onClose={onClose}
    >
      <FolderForm onOpened={onOpened} />
      <hr />
      <SshForm target={host} onOpened={onOpened} onClose={onClose} />
    </Dialog>
  );
}

function FolderForm({ onOpened }: Pick<AnotherPlaceProps, 'onOpened'>) {
  const [path, setPath] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const open = async (folder: string) => {
    setProblem(null);
    const answer = await call('workspaces.openFolder', { path: folder });
    if (answer.ok) onOpened(answer.value.workspaceId);
    else setProblem(answer.error.message);
  };
  const browse = async () => {
    const answer = await call('workspaces.pickFolder', {});
    if (!answer.ok) setProblem(answer.error.message);
    else if (answer.value.path !== null) await open(answer.value.path);
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (path.trim() !== '') void open(path.trim());
  };
  return (
    <form className="form" onSubmit={submit}>
      <Field
        label="Folder on this computer"
        className="mono"
        value={path}
        placeholder="~/src/project"
        onChange={(e) => setPath(e.target.value)}
      />
      <Problem text={problem} />
      <div className="btns">
        <Button type="submit" disabled={path.trim() === ''}>
          Open folder
        </Button>
        <Button onClick={() => void browse()}>Choose…</Button>
      </div>
    </form>
  );
}
