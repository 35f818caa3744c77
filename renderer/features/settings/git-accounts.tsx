import type { ForgeKind, GitAccount } from '@shared/model/git.ts';
import { GitBranch } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { call } from '../../lib/bridge.ts';
import { gitAccountsStore, watchGitAccounts } from '../../state/git.ts';
import { toast } from '../../state/toasts.ts';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Field } from '../../ui/field.tsx';
import { Form } from '../../ui/form.tsx';
import { ListRow } from '../../ui/list-row.tsx';
import { RowQuestion } from '../../ui/row-question.tsx';
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
        <Empty icon={<GitBranch className="i" aria-hidden="true" />} text="No git accounts yet">
          <span className="meta">A chat whose git needs one asks for it.</span>
        </Empty>
      ) : (
        <ul className="set" aria-label="Git accounts">
          {accounts.map((account) => (
            <AccountRow key={account.id} account={account} />
          ))}
        </ul>
      )}
      <div className="btns">
        <Button aria-expanded={adding} onClick={() => setAdding(!adding)}>
          Add git account…
        </Button>
      </div>
      {adding && <AddGitAccount onDone={() => setAdding(false)} />}
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
    <ListRow
      label={host}
      name={<span className="mono">{host}</span>}
      facts={
        <>
          <span className="meta">{factsOf(account)}</span>
          <span className="meta" role="status">
            {tested}
          </span>
        </>
      }
      actions={
        <>
          {account.hasToken && <Button onClick={() => void test()}>Test</Button>}
          <Button
            look={account.hasToken ? 'quiet' : 'plain'}
            aria-expanded={open === 'token'}
            onClick={() => toggle('token')}
          >
            {account.hasToken ? 'Change token…' : 'Add token…'}
          </Button>
          {account.uses.length > 0 && (
            <Button look="quiet" onClick={() => void askAgain()}>
              Ask again before use
            </Button>
          )}
          <Button look="quiet" aria-expanded={open === 'remove'} onClick={() => toggle('remove')}>
            Remove…
          </Button>
        </>
      }
    >
      {open === 'token' && <TokenForm account={account} onDone={() => setOpen(null)} />}
      {open === 'remove' && <RemoveQuestion account={account} onKeep={() => setOpen(null)} />}
    </ListRow>
  );
}

interface RemoveQuestionProps {
  readonly account: GitAccount;
  readonly onKeep: () => void;
}

/** The row leaves with its account. */
function RemoveQuestion({ account, onKeep }: RemoveQuestionProps) {
  const remove = async () => {
    const answer = await call('git.removeAccount', { accountId: account.id });
    if (!answer.ok) toast(answer.error.message);
  };
  return (
    <RowQuestion label={`Remove ${account.host}?`} act="Remove" onAct={() => void remove()} onKeep={onKeep}>
      Remove {account.host}? Its token is deleted from this computer.
    </RowQuestion>
  );
}

/** Write-only: what is kept is never shown again. */
function TokenForm({ account, onDone }: { readonly account: GitAccount; readonly onDone: () => void }) {
  const [token, setToken] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const save = async () => {
    const answer = await call('git.setToken', { accountId: account.id, token });
    if (answer.ok) onDone();
    else setProblem(answer.error.message);
  };
  return (
    <Form label={`Token for ${account.host}`} className="inline" autoFocus onSubmit={save}>
      <Field
        label={`Token for ${account.host}`}
        type="password"
        value={token}
        problem={problem}
        onChange={(event) => setToken(event.target.value)}
      />
      <span className="btns">
        <Button type="submit" look="primary" disabled={token.trim().length < 8}>
          Save token
        </Button>
        <Button look="quiet" onClick={onDone}>
          Cancel
        </Button>
      </span>
    </Form>
  );
}
