import { accountProblems, type NewAccount } from '@shared/contract/new-account.ts';
import { useState } from 'react';
import { call } from '../../lib/bridge.ts';
import { Button } from '../../ui/button.tsx';
import { CheckedField } from '../../ui/checked-field.tsx';
import { type Choice, Picker } from '../../ui/picker.tsx';

const KINDS: readonly Choice<NewAccount['kind']>[] = [
  { value: 'anthropic', label: 'Anthropic' },
  { value: 'openai', label: 'OpenAI' },
  { value: 'openai-compat', label: 'OpenAI compatible server' },
  { value: 'anthropic-compat', label: 'Anthropic compatible server' },
];

interface Typed {
  readonly name: string;
  readonly baseUrl: string;
  readonly key: string;
  readonly models: string;
}

/** What is hidden for the kind is not sent, also when it was typed before the kind was changed. */
function accountOf(kind: NewAccount['kind'], typed: Typed, label: string): NewAccount {
  const compatible = kind.endsWith('-compat');
  return {
    kind,
    name: typed.name.trim() || label,
    baseUrl: compatible ? typed.baseUrl.trim() : '',
    key: typed.key.trim(),
    models: compatible ? typed.models.split(/[\s,]+/).filter((m) => m !== '') : [],
  };
}

export function AddAccount({ onDone }: { readonly onDone: () => void }) {
  const [kind, setKind] = useState<NewAccount['kind']>('anthropic');
  const [typed, setTyped] = useState<Typed>({ name: '', baseUrl: '', key: '', models: '' });
  const [tried, setTried] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const compatible = kind.endsWith('-compat');
  const label = KINDS.find((k) => k.value === kind)?.label ?? '';
  const account = accountOf(kind, typed, label);
  // Nothing is called wrong before the person says that it is complete.
  const problems = tried ? accountProblems(account) : [];
  const field = (name: keyof Typed) => ({
    value: typed[name],
    problem: problems.find((problem) => problem.field === name)?.message ?? null,
    onChange: (e: { target: { value: string } }) => setTyped({ ...typed, [name]: e.target.value }),
  });
  const save = async () => {
    setTried(true);
    setRefusal(null);
    if (accountProblems(account).length > 0) return;
    const answer = await call('accounts.add', { ...account, models: [...account.models] });
    if (answer.ok) onDone();
    else setRefusal(answer.error.message);
  };
  return (
    <form
      className="form"
      noValidate
      onSubmit={(e) => {
        e.preventDefault();
        void save();
      }}
    >
      <Picker label="Kind" value={kind} choices={KINDS} onPick={setKind} />
      <CheckedField label="Name" placeholder={label} {...field('name')} />
      {compatible && (
        <>
          <CheckedField label="Base URL" className="mono" {...field('baseUrl')} />
          <CheckedField label="Models, separated by commas" className="mono" {...field('models')} />
        </>
      )}
      <CheckedField label="Key" type="password" {...field('key')} />
      {refusal !== null && (
        <div className="err" role="alert">
          {refusal}
        </div>
      )}
      <div className="btns">
        <Button type="submit" look="primary">
          Add account
        </Button>
        <Button look="quiet" className="end" onClick={onDone}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
