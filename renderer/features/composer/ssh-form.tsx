import type { WorkspaceId } from '@shared/model/ids.ts';
import { type SubmitEvent, useEffect, useRef, useState } from 'react';
import { call } from '../../lib/bridge.ts';
import { openDoctor } from '../../state/doctor.ts';
import { useDoing } from '../../state/doing.ts';
import { suggestionNote, useHostSuggestions } from '../../state/host-suggestions.ts';
import { Button } from '../../ui/button.tsx';
import { ComboField } from '../../ui/combo-field.tsx';
import { Field } from '../../ui/field.tsx';
import { Problem } from '../../ui/problem.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';

interface SshFormProps {
  /** What stands in the field at first. */
  readonly target: string;
  readonly onOpened: (id: WorkspaceId) => void;
  readonly onClose: () => void;
}

interface Typed {
  readonly target: string;
  readonly directory: string;
  readonly identityFile: string;
}

/** A directory on a host: a name of the SSH configuration, one that was used before, or user@host:port. */
export function SshForm({ target: given, onOpened, onClose }: SshFormProps) {
  const [form, setForm] = useState<Typed>({ target: given, directory: '', identityFile: '' });
  const suggestions = useHostSuggestions();
  const attempt = useAttempt(onOpened);
  const { connecting } = attempt;
  const pick = (target: string) => {
    const known = suggestions.find((one) => one.target === target);
    setForm({ ...form, target, identityFile: form.identityFile || (known?.identityFile ?? '') });
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (connecting === null) void attempt.start(form);
  };
  const field = (name: 'directory' | 'identityFile', label: string, placeholder: string) => (
    <Field
      label={label}
      className="mono"
      value={form[name]}
      placeholder={placeholder}
      disabled={connecting !== null}
      // The host is chosen: what is missing is where.
      data-focus-first={given !== '' && name === 'directory' ? '' : undefined}
      onChange={(e) => setForm({ ...form, [name]: e.target.value })}
    />
  );
  return (
    <form className="form" onSubmit={submit}>
      <ComboField
        label="SSH host"
        value={form.target}
        placeholder="name, or user@host:22"
        disabled={connecting !== null}
        suggestions={suggestions.map((one) => ({ value: one.target, note: suggestionNote(one) }))}
        onChange={(target) => setForm({ ...form, target })}
        onPick={pick}
      />
      {field('directory', 'Directory', '~/project')}
      {field('identityFile', 'Key file (empty: what ssh would use)', '~/.ssh/id_ed25519')}
      <Problem text={attempt.problem} />
      {connecting !== null && <Doing target={connecting} />}
      <div className="btns">
        <Button
          type="submit"
          look="primary"
          disabled={connecting !== null || form.target.trim() === '' || form.directory.trim() === ''}
        >
          {connecting === null ? 'Connect' : 'Connecting…'}
        </Button>
        {attempt.failed !== null && (
          <Button onClick={() => openDoctor(attempt.failed?.target ?? '', attempt.failed?.identityFile)}>
            Open doctor
          </Button>
        )}
        <Button look="quiet" className="end" onClick={connecting === null ? onClose : attempt.cancel}>
          Cancel
        </Button>
      </div>
    </form>
  );
}

type Attempt =
  | { readonly state: 'none' }
  | { readonly state: 'connecting'; readonly target: string }
  | {
      readonly state: 'failed';
      readonly target: string;
      readonly identityFile: string | null;
      readonly problem: string;
      /** The connection went wrong, and not what was typed. */
      readonly byConnection: boolean;
    };

/** Not of the connection, which stands. */
const OF_THE_FORM = new Set(['bad-target', 'bad-input', 'not-a-folder']);

/** One try at a time; whoever leaves the form gives it up. */
function useAttempt(onOpened: (id: WorkspaceId) => void) {
  const [attempt, setAttempt] = useState<Attempt>({ state: 'none' });
  const running = useRef<{ readonly target: string } | null>(null);
  const giveUp = () => {
    const given = running.current;
    running.current = null;
    if (given) void call('hosts.cancel', given);
  };
  useEffect(() => giveUp, []);
  const start = async (typed: Typed) => {
    const target = typed.target.trim();
    const identityFile = typed.identityFile.trim() || null;
    const own = { target };
    running.current = own;
    setAttempt({ state: 'connecting', target });
    const answer = await call('workspaces.openSsh', {
      target,
      directory: typed.directory.trim(),
      ...(identityFile === null ? {} : { identityFile }),
    });
    // Cancelled: what it came to does not matter any more.
    if (running.current !== own) return;
    running.current = null;
    if (answer.ok) {
      setAttempt({ state: 'none' });
      return onOpened(answer.value.workspaceId);
    }
    const { code, message: problem } = answer.error;
    setAttempt({ state: 'failed', target, identityFile, problem, byConnection: !OF_THE_FORM.has(code) });
  };
  return {
    start,
    cancel() {
      giveUp();
      setAttempt({ state: 'none' });
    },
    connecting: attempt.state === 'connecting' ? attempt.target : null,
    problem: attempt.state === 'failed' ? attempt.problem : null,
    failed: attempt.state === 'failed' && attempt.byConnection ? attempt : null,
  };
}

/** The stage that the connection is at. */
function Doing({ target }: { readonly target: string }) {
  const { words, waits } = useDoing(target);
  return (
    <div className={`doing ${waits ? 'warn' : 'meta'}`} role="status">
      <StatusMark glyph={waits ? 'hand' : 'beat'} step={0} />
      {words}
    </div>
  );
}
