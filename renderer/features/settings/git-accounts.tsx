import type { ForgeKind, GitAccount } from '@shared/model/git.ts';
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { call } from '../../lib/bridge.ts';
import { gitAccountsStore, watchGitAccounts } from '../../state/git.ts';
import { toast } from '../../state/toasts.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { AddGitAccount } from './add-git-account.tsx';
import { FORGES } from './forges.ts';

/** Tokens that chats may use with git, and where they were told that they may. */
export function GitAccounts() {
  const accounts = useStore(gitAccountsStore, (s) => s.accounts);
  const [adding, setAdding] = useState(false);
  useEffect(watchGitAccounts, []);
  if (accounts === null) return null;
  return (
    <>
      {accounts.length === 0 ? (
        <p className="meta">No git accounts yet. When a chat needs one, it is asked for.</p>
      ) : (
        <div className="set" role="list" aria-label="Git accounts">
          {accounts.map((account) => (
            <AccountRow key={account.id} account={account} />
          ))}
        </div>
      )}
      {adding ? (
        <AddGitAccount onDone={() => setAdding(false)} />
      ) : (
        <div className="btns">
          <Button onClick={() => setAdding(true)}>Add git account…</Button>
        </div>
      )}
    </>
  );
}

function factsOf({ kind, apiBase, hasToken, uses }: GitAccount): string {
  const label = FORGES.find(({ value }: { value: ForgeKind }) => value === kind)?.label ?? kind;
  const said = uses.map(({ machine, allowed }) => `${allowed ? 'used' : 'denied'} on ${machine}`);
  return [label, hasToken ? 'token kept' : 'no token', ...said, apiBase].join(' · ');
}

function AccountRow({ account }: { readonly account: GitAccount }) {
  const { id: accountId, host } = account;
  const [open, setOpen] = useState<'token' | 'remove' | null>(null);
  const [tested, setTested] = useState<string | null>(null);
  const test = async () => {
    setTested('Asking…');
    const answer = await call('git.testAccount', { accountId });
    setTested(answer.ok ? `The token is ${answer.value.login}’s.` : answer.error.message);
  };
  const askAgain = async () => {
    const answer = await call('git.askAgain', { accountId });
    toast(answer.ok ? `The next use of the token of ${host} asks again.` : answer.error.message);
  };
  const toggle = (what: 'token' | 'remove') => setOpen(open === what ? null : what);
  return (
    <div className="li account" role="listitem" aria-label={host}>
      <span>
        <b className="mono">{host}</b>
        <span className="meta">{factsOf(account)}</span>
        <span className="meta" role="status">
          {tested}
        </span>
      </span>
      <span className="btns">
        {account.uses.length > 0 && (
          <Button look="quiet" onClick={() => void askAgain()}>
            Ask again before use
          </Button>
        )}
        <Button look="quiet" onClick={() => toggle('remove')}>
          Remove…
        </Button>
        {account.hasToken && <Button onClick={() => void test()}>Test</Button>}
        <Button onClick={() => toggle('token')}>{account.hasToken ? 'Change token…' : 'Add token…'}</Button>
      </span>
      {open === 'token' && <TokenForm account={account} onDone={() => setOpen(null)} />}
      {open === 'remove' && <RemoveQuestion account={account} onKeep={() => setOpen(null)} />}
    </div>
  );
}

/** The row leaves with its account. */
function RemoveQuestion({
  account,
  onKeep,
}: {
  readonly account: GitAccount;
  readonly onKeep: () => void;
}) {
  const remove = async () => {
    const answer = await call('git.removeAccount', { accountId: account.id });
    if (!answer.ok) toast(answer.error.message);
  };
  return (
    <div className="form inline" role="group" aria-label={`Remove ${account.host}?`}>
      <span>Remove {account.host}? Its token is deleted from this computer.</span>
      <span className="btns">
        <Button autoFocus onClick={onKeep}>
          Keep
        </Button>
        <Button onClick={() => void remove()}>Remove</Button>
      </span>
    </div>
  );
}

function TokenForm({ account, onDone }: { readonly account: GitAccount; readonly onDone: () => void }) {
  const [token, setToken] = useState('');
  const save = async () => {
    const answer = await call('git.setToken', { accountId: account.id, token });
    if (answer.ok) onDone();
    else toast(answer.error.message);
  };
  return (
    <form
      className="form inline"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <Field
        label={`Token for ${account.host}`}
        type="password"
        value={token}
        onChange={(event) => setToken(event.target.value)}
      />
      <Button type="submit" look="primary" disabled={token.trim().length < 8}>
        Save token
      </Button>
    </form>
  );
}
