import type { SecretsKept } from '@shared/contract/app.ts';
import type { ForgeKind } from '@shared/model/git.ts';
import { useState } from 'react';
import { useStore } from 'zustand';
import { call } from '../../lib/bridge.ts';
import { appStore } from '../../state/app.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { Form } from '../../ui/form.tsx';
import { PickerField } from '../../ui/picker-field.tsx';
import { Problem } from '../../ui/problem.tsx';
import { FORGES, USUAL_HOSTS } from './forges.ts';

const KEPT: Readonly<Record<SecretsKept, string>> = {
  system: 'Kept by the operating system’s key store.',
  file: 'Kept in a file, not encrypted.',
  memory: 'Kept in memory until Gaffer quits.',
};

export function AddGitAccount({ onDone }: { readonly onDone: () => void }) {
  const [kind, setKind] = useState<ForgeKind>('github');
  const [typed, setTyped] = useState({ host: '', apiBase: '', token: '' });
  const [refused, setRefused] = useState<{ readonly code: string; readonly message: string } | null>(null);
  const kept = useStore(appStore, (s) => s.info?.secrets ?? 'system');
  const refusal = refused?.message ?? null;
  const isTaken = refused?.code === 'host-taken';
  const field = (name: keyof typeof typed) => ({
    value: typed[name],
    onChange: (e: { target: { value: string } }) => setTyped({ ...typed, [name]: e.target.value }),
  });
  const save = async () => {
    setRefused(null);
    const token = typed.token.trim();
    const answer = await call('git.addAccount', {
      kind,
      host: typed.host.trim() || USUAL_HOSTS[kind],
      apiBase: typed.apiBase.trim(),
      ...(token === '' ? {} : { token }),
    });
    if (answer.ok) onDone();
    else setRefused(answer.error);
  };
  return (
    <Form label="New git account" className="sub" autoFocus onSubmit={save}>
      <PickerField label="Forge" value={kind} choices={FORGES} onPick={setKind} />
      <Field
        label="Host"
        className="mono"
        placeholder={USUAL_HOSTS[kind]}
        problem={isTaken ? refusal : null}
        {...field('host')}
      />
      <Field
        label="Address of its API"
        className="mono"
        placeholder="only where it is not the usual one"
        {...field('apiBase')}
      />
      <Field
        label="Token"
        type="password"
        hint={`${KEPT[kept]} Without one you are asked when a chat needs it.`}
        {...field('token')}
      />
      <Problem text={isTaken ? null : refusal} />
      <div className="btns">
        <Button type="submit" look="primary">
          Add git account
        </Button>
        <Button look="quiet" className="end" onClick={onDone}>
          Cancel
        </Button>
      </div>
    </Form>
  );
}
