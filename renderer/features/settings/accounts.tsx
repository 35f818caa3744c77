import type { Account, ProviderKind } from '@shared/contract/app.ts';
import { useState } from 'react';
import { useStore } from 'zustand';
import { call } from '../../lib/bridge.ts';
import { plural } from '../../lib/format.ts';
import { modelsStore } from '../../state/models.ts';
import { toast } from '../../state/toasts.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { type Choice, Picker } from '../../ui/picker.tsx';
import { Switch } from '../../ui/switch.tsx';

export function Accounts() {
  const accounts = useStore(modelsStore, (s) => s.accounts);
  const [adding, setAdding] = useState(false);
  return (
    <>
      <div className="set">
        {accounts.map((a) => (
          <AccountRow key={a.id} account={a} />
        ))}
        {accounts.length === 0 && <div className="meta">No accounts yet.</div>}
      </div>
      {adding ? (
        <AddAccount onDone={() => setAdding(false)} />
      ) : (
        <div className="btns">
          <Button onClick={() => setAdding(true)}>Add account…</Button>
        </div>
      )}
    </>
  );
}

function whereFrom(account: Account, models: number): string {
  const from = { env: 'from your environment', local: 'on this computer', user: 'added by you' }[
    account.source
  ];
  const key = account.kind === 'demo' ? 'no key needed' : account.hasKey ? from : 'no key';
  const url = account.baseUrl === '' ? '' : ` · ${account.baseUrl}`;
  return `${key} · ${plural(models, 'model')}${url}`;
}

function AccountRow({ account }: { readonly account: Account }) {
  const models = useStore(
    modelsStore,
    (s) => (s.models ?? []).filter((m) => m.providerId === account.id).length,
  );
  const [keying, setKeying] = useState(false);
  const setEnabled = async (enabled: boolean) => {
    const answer = await call('accounts.setEnabled', { providerId: account.id, enabled });
    if (!answer.ok) toast(answer.error.message);
  };
  const remove = async () => {
    const answer = await call('accounts.remove', { providerId: account.id });
    if (!answer.ok) toast(answer.error.message);
  };
  const own = account.source === 'user';
  return (
    <div className="li account">
      <span>
        <b>{account.name}</b>
        <span className={account.hasKey || account.kind === 'demo' ? 'meta' : 'err'}>
          {whereFrom(account, models)}
        </span>
      </span>
      <span className="btns">
        {own && (
          <>
            <Button look="quiet" onClick={() => void remove()}>
              Remove
            </Button>
            <Button onClick={() => setKeying(!keying)}>
              {account.hasKey ? 'Change key…' : 'Add key…'}
            </Button>
          </>
        )}
        <Switch label={`Use ${account.name}`} on={account.enabled} onChange={(on) => void setEnabled(on)} />
      </span>
      {keying && <KeyForm account={account} onDone={() => setKeying(false)} />}
    </div>
  );
}

function KeyForm({ account, onDone }: { readonly account: Account; readonly onDone: () => void }) {
  const [key, setKey] = useState('');
  const save = async () => {
    const answer = await call('accounts.setKey', { providerId: account.id, key });
    if (answer.ok) onDone();
    else toast(answer.error.message);
  };
  return (
    <form
      className="form inline"
      onSubmit={(e) => {
        e.preventDefault();
        void save();
      }}
    >
      <Field
        label={`Key for ${account.name}`}
        type="password"
        value={key}
        onChange={(e) => setKey(e.target.value)}
      />
      <Button type="submit" look="primary" disabled={key.trim() === ''}>
        Save key
      </Button>
    </form>
  );
}

type AddKind = Exclude<ProviderKind, 'demo'>;
const KINDS: readonly Choice<AddKind>[] = [
  { value: 'anthropic', label: 'Anthropic' },
  { value: 'openai', label: 'OpenAI' },
  { value: 'openai-compat', label: 'OpenAI compatible server' },
  { value: 'anthropic-compat', label: 'Anthropic compatible server' },
];

function AddAccount({ onDone }: { readonly onDone: () => void }) {
  const [kind, setKind] = useState<AddKind>('anthropic');
  const [form, setForm] = useState({ name: '', baseUrl: '', key: '', models: '' });
  const [problem, setProblem] = useState<string | null>(null);
  const compatible = kind.endsWith('-compat');
  const label = KINDS.find((k) => k.value === kind)?.label ?? '';
  const set = (name: keyof typeof form) => (e: { target: { value: string } }) =>
    setForm({ ...form, [name]: e.target.value });
  const save = async () => {
    const answer = await call('accounts.add', {
      kind,
      name: form.name.trim() || label,
      baseUrl: form.baseUrl.trim(),
      key: form.key.trim(),
      models: form.models.split(/[\s,]+/).filter((m) => m !== ''),
    });
    if (answer.ok) onDone();
    else setProblem(answer.error.message);
  };
  return (
    <form
      className="form"
      onSubmit={(e) => {
        e.preventDefault();
        void save();
      }}
    >
      <Picker label="Kind" value={kind} choices={KINDS} onPick={setKind} />
      <Field label="Name" value={form.name} placeholder={label} onChange={set('name')} />
      {compatible && (
        <>
          <Field label="Base URL" className="mono" value={form.baseUrl} onChange={set('baseUrl')} />
          <Field
            label="Models, separated by commas"
            className="mono"
            value={form.models}
            onChange={set('models')}
          />
        </>
      )}
      <Field label="Key" type="password" value={form.key} onChange={set('key')} />
      {problem !== null && (
        <div className="err" role="alert">
          {problem}
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
