import type { Account, AccountCheck } from '@shared/model/account.ts';
import { useState } from 'react';
import { useStore } from 'zustand';
import { call } from '../../../lib/bridge.ts';
import { modelsStore } from '../../../state/models.ts';
import { useSeconds } from '../../../state/ticks.ts';
import { toast } from '../../../state/toasts.ts';
import { usageStore } from '../../../state/usage.ts';
import { Button } from '../../../ui/button.tsx';
import { Field } from '../../../ui/field.tsx';
import { Form } from '../../../ui/form.tsx';
import { ListRow } from '../../../ui/list-row.tsx';
import { RowQuestion } from '../../../ui/row-question.tsx';
import { Switch } from '../../../ui/switch.tsx';
import { accountWords, needsKey, todayWords } from './account-words.ts';
import { EditAccount } from './edit-account.tsx';

type Asking = 'key' | 'remove' | 'edit' | null;

export function AccountRow({ account }: { readonly account: Account }) {
  const [asking, setAsking] = useState<Asking>(null);
  const done = () => setAsking(null);
  const { check } = account;
  return (
    <ListRow
      label={account.name}
      name={account.name}
      facts={<AccountFacts account={account} />}
      actions={<AccountActions account={account} asking={asking} onAsk={setAsking} />}
      isOff={!account.enabled}
    >
      {check?.problem && asking === null && <Problem problem={check.problem} />}
      {asking === 'key' && <KeyForm account={account} onDone={done} />}
      {asking === 'edit' && <EditAccount account={account} onDone={done} />}
      {asking === 'remove' && <RemoveQuestion account={account} onKeep={done} />}
    </ListRow>
  );
}

function AccountFacts({ account }: { readonly account: Account }) {
  const now = useSeconds(false);
  const count = useStore(
    modelsStore,
    (s) => (s.models ?? []).filter((m) => m.providerId === account.id && m.settings.enabled).length,
  );
  const { text, tone } = accountWords(account, count, now);
  return <span className={tone}>{text}</span>;
}

interface AccountActionsProps {
  readonly account: Account;
  readonly asking: Asking;
  readonly onAsk: (asking: Asking) => void;
}

function AccountActions({ account, asking, onAsk }: AccountActionsProps) {
  const [testing, setTesting] = useState(false);
  const models = useStore(modelsStore, (s) => s.models);
  const own = (models ?? []).filter((m) => m.providerId === account.id && m.settings.enabled);
  const today = useStore(usageStore, (s) => todayWords(account, own, s.now));
  const toggle = (what: Asking) => onAsk(asking === what ? null : what);
  const test = async () => {
    setTesting(true);
    const answer = await call('accounts.test', { providerId: account.id });
    setTesting(false);
    if (!answer.ok) toast(answer.error.message);
  };
  const setEnabled = async (enabled: boolean) => {
    const answer = await call('accounts.setEnabled', { providerId: account.id, enabled });
    if (!answer.ok) toast(answer.error.message);
  };
  const isDemo = account.kind === 'demo';
  return (
    <>
      {today !== '' && <span className="meta num today">{today}</span>}
      {!isDemo && account.keyVariable === null && !account.hasKey && needsKey(account) && (
        <Button onClick={() => toggle('key')}>Add key…</Button>
      )}
      {!isDemo && (account.hasKey || !needsKey(account)) && (
        <Button
          aria-label={`Test ${account.name}`}
          aria-disabled={testing}
          onClick={() => void (testing || test())}
        >
          {testing ? 'Testing…' : 'Test'}
        </Button>
      )}
      {!isDemo && (
        <Button
          look="quiet"
          aria-label={`Edit ${account.name}`}
          aria-expanded={asking === 'edit'}
          onClick={() => toggle('edit')}
        >
          Edit…
        </Button>
      )}
      {account.removable && (
        <Button look="quiet" aria-label={`Remove ${account.name}`} onClick={() => toggle('remove')}>
          Remove…
        </Button>
      )}
      <Switch label={`Use ${account.name}`} on={account.enabled} onChange={(on) => void setEnabled(on)} />
    </>
  );
}

function Problem({ problem }: { readonly problem: NonNullable<AccountCheck['problem']> }) {
  return (
    <div className="account-problem" role="status">
      {problem.message}
      {problem.detail !== null && problem.detail !== problem.message && (
        <span className="mono meta">{problem.detail}</span>
      )}
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
    <RowQuestion label={`Remove ${account.name}?`} act="Remove" onAct={() => void remove()} onKeep={onKeep}>
      Remove {account.name}? {account.hasKey && 'Its key is deleted. '}Its chats keep their history.
    </RowQuestion>
  );
}

/** Write-only: what is kept is never shown again. */
function KeyForm({ account, onDone }: { readonly account: Account; readonly onDone: () => void }) {
  const [key, setKey] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const save = async () => {
    const answer = await call('accounts.setKey', { providerId: account.id, key });
    if (answer.ok) onDone();
    else setProblem(answer.error.message);
  };
  return (
    <Form label={`Key for ${account.name}`} className="inline" autoFocus onSubmit={save}>
      <Field
        label={`Key for ${account.name}`}
        type="password"
        value={key}
        problem={problem}
        onChange={(e) => setKey(e.target.value)}
      />
      <span className="btns">
        <Button type="submit" look="primary" disabled={key.trim() === ''}>
          Save key
        </Button>
        <Button look="quiet" onClick={onDone}>
          Cancel
        </Button>
      </span>
    </Form>
  );
}
