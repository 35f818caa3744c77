import type { ForgeKind } from '@shared/model/git.ts';
import { useState } from 'react';
import { call } from '../../lib/bridge.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { Picker } from '../../ui/picker.tsx';
import { FORGES, USUAL_HOSTS } from './forges.ts';

export function AddGitAccount({ onDone }: { readonly onDone: () => void }) {
  const [kind, setKind] = useState<ForgeKind>('github');
  const [typed, setTyped] = useState({ host: '', apiBase: '', token: '' });
  const [refusal, setRefusal] = useState<string | null>(null);
  const field = (name: keyof typeof typed) => ({
    value: typed[name],
    onChange: (e: { target: { value: string } }) => setTyped({ ...typed, [name]: e.target.value }),
  });
  const save = async () => {
    const token = typed.token.trim();
    const answer = await call('git.addAccount', {
      kind,
      host: typed.host.trim() || USUAL_HOSTS[kind],
      apiBase: typed.apiBase.trim(),
      ...(token === '' ? {} : { token }),
    });
    if (answer.ok) onDone();
    else setRefusal(answer.error.message);
  };
  return (
    <form
      className="form"
      noValidate
      aria-label="New git account"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <Picker label="Forge" value={kind} choices={FORGES} onPick={setKind} />
      <Field label="Host" className="mono" placeholder={USUAL_HOSTS[kind]} {...field('host')} />
      <Field
        label="Address of its API"
        className="mono"
        placeholder="Only where it is not the usual one"
        {...field('apiBase')}
      />
      <Field
        label="Token"
        type="password"
        hint="Kept by the operating system’s key store. Without one you are asked when a chat needs it."
        {...field('token')}
      />
      {refusal !== null && (
        <div className="err" role="alert">
          {refusal}
        </div>
      )}
      <div className="btns">
        <Button type="submit" look="primary">
          Add git account
        </Button>
        <Button look="quiet" className="end" onClick={onDone}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
