import { accountProblems, headerLines, parseHeaders } from '@shared/contract/new-account.ts';
import type { Account } from '@shared/model/account.ts';
import { useState } from 'react';
import { call } from '../../../lib/bridge.ts';
import { Button } from '../../../ui/button.tsx';
import { Field } from '../../../ui/field.tsx';
import { Form } from '../../../ui/form.tsx';
import { Problem } from '../../../ui/problem.tsx';
import { AdvancedFields } from './advanced-fields.tsx';

type Typed = Readonly<Record<'name' | 'baseUrl' | 'key' | 'headers' | 'proxy' | 'apiVersion', string>>;

function useAccountEdit(account: Account, onDone: () => void) {
  const [typed, setTyped] = useState<Typed>(() => ({
    name: account.name,
    baseUrl: account.baseUrl,
    key: '',
    headers: headerLines(account.headers),
    proxy: account.proxy,
    apiVersion: account.apiVersion,
  }));
  const [tried, setTried] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const { id: providerId, kind } = account;
  const change = {
    name: typed.name.trim(),
    baseUrl: typed.baseUrl.trim(),
    headers: parseHeaders(typed.headers),
    proxy: typed.proxy.trim(),
    apiVersion: typed.apiVersion.trim(),
  };
  const key = typed.key.trim();
  const problems = accountProblems(
    { ...change, kind: kind === 'demo' ? 'openai' : kind, key, models: [] },
    false,
  );
  return {
    typed,
    refusal,
    field: (name: keyof Typed) => ({
      value: typed[name],
      problem: tried ? (problems.find((problem) => problem.field === name)?.message ?? null) : null,
      onChange: (e: { target: { value: string } }) => setTyped({ ...typed, [name]: e.target.value }),
    }),
    async save() {
      setTried(true);
      setRefusal(null);
      if (problems.length > 0) return;
      const answer = await call('accounts.update', { providerId, ...change });
      if (!answer.ok) return setRefusal(answer.error.message);
      const kept = key === '' ? answer : await call('accounts.setKey', { providerId, key });
      if (!kept.ok) return setRefusal(kept.error.message);
      onDone();
    },
  };
}

/** All of an account but its kind. The key is not shown; an empty field keeps the one that is there. */
export function EditAccount({
  account,
  onDone,
}: {
  readonly account: Account;
  readonly onDone: () => void;
}) {
  const { typed, refusal, field, save } = useAccountEdit(account, onDone);
  return (
    <Form label={`Edit ${account.name}`} className="sub" autoFocus onSubmit={save}>
      <Field label="Name" {...field('name')} />
      <Address account={account} {...field('baseUrl')} />
      <Key account={account} {...field('key')} />
      <AdvancedFields
        open={typed.headers !== '' || typed.proxy !== '' || typed.apiVersion !== ''}
        versioned={account.preset === 'azure' || account.apiVersion !== ''}
        field={field}
      />
      <Problem text={refusal} />
      <div className="btns">
        <Button type="submit" look="primary">
          Save
        </Button>
        <Button look="quiet" className="end" onClick={onDone}>
          Cancel
        </Button>
      </div>
    </Form>
  );
}

interface PartProps {
  readonly account: Account;
  readonly value: string;
  readonly problem: string | null;
  readonly onChange: (event: { target: { value: string } }) => void;
}

/** The environment says where its own accounts are. */
function Address({ account, ...field }: PartProps) {
  const { source, preset, baseUrl, kind } = account;
  if (source !== 'env' || preset !== '') {
    const placeholder = kind.endsWith('-compat') ? '' : 'its own, unless a gateway is given';
    return <Field label="Base URL" className="mono" placeholder={placeholder} {...field} />;
  }
  if (baseUrl === '') return null;
  return <Field label="Base URL" className="mono" value={baseUrl} readOnly hint="From your environment." />;
}

function Key({ account, ...field }: PartProps) {
  const { keyVariable, hasKey } = account;
  if (keyVariable !== null)
    return <p className="hint">The key is read from {keyVariable} when Gaffer starts.</p>;
  return (
    <Field
      label="Key"
      type="password"
      placeholder={hasKey ? 'the one that is kept' : ''}
      hint={hasKey ? 'Leave it empty to keep the key.' : null}
      {...field}
    />
  );
}
