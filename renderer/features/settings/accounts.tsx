import type { Account } from '@shared/model/account.ts';
import { useState } from 'react';
import { useStore } from 'zustand';
import { call } from '../../lib/bridge.ts';
import { plural } from '../../lib/format.ts';
import { appStore } from '../../state/app.ts';
import { modelsStore } from '../../state/models.ts';
import { toast } from '../../state/toasts.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { Switch } from '../../ui/switch.tsx';
import { AddAccount } from './add-account.tsx';

export function Accounts() {
  const accounts = useStore(modelsStore, (s) => s.accounts);
  const persist = useStore(appStore, (s) => s.info?.secretsPersist ?? true);
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
      {!persist && (
        <p className="meta">
          This system offers no key store: keys and answers are kept in memory until Gaffer quits.
        </p>
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

/** A compatible server may do without one. */
const NEEDS_KEY = new Set<Account['kind']>(['openai', 'anthropic']);

function AccountRow({ account }: { readonly account: Account }) {
  const models = useStore(
    modelsStore,
    (s) => (s.models ?? []).filter((m) => m.providerId === account.id).length,
  );
  const [asking, setAsking] = useState<'key' | 'remove' | null>(null);
  const toggle = (what: 'key' | 'remove') => setAsking(asking === what ? null : what);
  const setEnabled = async (enabled: boolean) => {
    const answer = await call('accounts.setEnabled', { providerId: account.id, enabled });
    if (!answer.ok) toast(answer.error.message);
  };
  const own = account.source === 'user';
  return (
    <div className="li account">
      <span>
        <b>{account.name}</b>
        <span className={account.hasKey || !NEEDS_KEY.has(account.kind) ? 'meta' : 'err'}>
          {whereFrom(account, models)}
        </span>
      </span>
      <span className="btns">
        {own && (
          <>
            <Button look="quiet" onClick={() => toggle('remove')}>
              Remove…
            </Button>
            <Button onClick={() => toggle('key')}>{account.hasKey ? 'Change key…' : 'Add key…'}</Button>
          </>
        )}
        <Switch label={`Use ${account.name}`} on={account.enabled} onChange={(on) => void setEnabled(on)} />
      </span>
      {asking === 'key' && <KeyForm account={account} onDone={() => setAsking(null)} />}
      {asking === 'remove' && <RemoveQuestion account={account} onKeep={() => setAsking(null)} />}
    </div>
  );
}

/** Asked once: the key is gone afterwards. The row leaves with its account. */
function RemoveQuestion({ account, onKeep }: { readonly account: Account; readonly onKeep: () => void }) {
  const remove = async () => {
    const answer = await call('accounts.remove', { providerId: account.id });
    if (answer.ok) return;
    onKeep();
    toast(answer.error.message);
  };
  return (
    <div className="form inline" role="group" aria-label={`Remove ${account.name}?`}>
      <span>Remove {account.name}? Its chats keep their history.</span>
      <span className="btns">
        <Button autoFocus onClick={onKeep}>
          Keep
        </Button>
        <Button onClick={() => void remove()}>Remove</Button>
      </span>
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
