import type { WorkspaceId } from '@shared/model/ids.ts';
import { FolderOpen } from 'lucide-react';
import { type SubmitEvent, useState } from 'react';
import { call } from '../../lib/bridge.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';

interface AnotherPlaceProps {
  readonly onOpened: (id: WorkspaceId) => void;
  readonly onClose: () => void;
}

/** A folder of this computer, or a directory on a host. */
export function AnotherPlace({ onOpened, onClose }: AnotherPlaceProps) {
  return (
    <Dialog
      title="Another folder or host"
      icon={<FolderOpen className="i" aria-hidden="true" />}
      onClose={onClose}
    >
      <FolderForm onOpened={onOpened} />
      <hr />
      <SshForm onOpened={onOpened} onClose={onClose} />
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

function SshForm({ onOpened, onClose }: AnotherPlaceProps) {
  const [form, setForm] = useState({ target: '', directory: '', identityFile: '' });
  const [state, setState] = useState<{ readonly busy: boolean; readonly problem: string | null }>({
    busy: false,
    problem: null,
  });
  const submit = async () => {
    setState({ busy: true, problem: null });
    const { target, directory, identityFile } = form;
    const answer = await call('workspaces.openSsh', {
      target,
      directory,
      ...(identityFile.trim() === '' ? {} : { identityFile: identityFile.trim() }),
    });
    setState({ busy: false, problem: answer.ok ? null : answer.error.message });
    if (answer.ok) onOpened(answer.value.workspaceId);
  };
  const field = (name: keyof typeof form, label: string, placeholder: string) => (
    <Field
      label={label}
      className="mono"
      value={form[name]}
      placeholder={placeholder}
      onChange={(e) => setForm({ ...form, [name]: e.target.value })}
    />
  );
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      {field('target', 'SSH host', 'user@host:22')}
      {field('directory', 'Directory', '/home/user/project')}
      {field('identityFile', 'Key file (empty: the ssh-agent)', '~/.ssh/id_ed25519')}
      <Problem text={state.problem} />
      <div className="btns">
        <Button
          type="submit"
          look="primary"
          disabled={state.busy || form.target.trim() === '' || form.directory.trim() === ''}
        >
          {state.busy ? 'Connecting…' : 'Connect'}
        </Button>
        <Button look="quiet" className="end" onClick={onClose}>
          Cancel
        </Button>
      </div>
    </form>
  );
}

function Problem({ text }: { readonly text: string | null }) {
  return text === null ? null : (
    <div className="err" role="alert">
      {text}
    </div>
  );
}
