import {
  type AccountProblem,
  accountProblems,
  headerLines,
  type NewAccount,
  parseHeaders,
} from '@shared/contract/new-account.ts';
import { type AccountPreset, PRESETS, type PresetId, presetOf } from '@shared/model/account-preset.ts';
import { useState } from 'react';
import { call } from '../../../lib/bridge.ts';
import { Button } from '../../../ui/button.tsx';
import { Field } from '../../../ui/field.tsx';
import { Form } from '../../../ui/form.tsx';
import type { Choice } from '../../../ui/picker.tsx';
import { PickerField } from '../../../ui/picker-field.tsx';
import { Problem } from '../../../ui/problem.tsx';
import { AdvancedFields } from './advanced-fields.tsx';

const KINDS: readonly Choice<PresetId>[] = PRESETS.map(({ id, label, local }) => ({
  value: id,
  label,
  note: local ? 'on this computer' : undefined,
}));

type Typed = Readonly<Record<AccountProblem['field'], string>>;

const EMPTY: Typed = { name: '', baseUrl: '', key: '', models: '', headers: '', proxy: '', apiVersion: '' };

/** What a preset knows already, ready to be changed. */
function startOf({ baseUrl, headers, apiVersion }: AccountPreset): Typed {
  return { ...EMPTY, baseUrl, headers: headerLines(headers), apiVersion: apiVersion ?? '' };
}

function accountOf({ id, kind, label }: AccountPreset, typed: Typed): NewAccount {
  return {
    kind,
    preset: id === kind ? '' : id,
    name: typed.name.trim() || label.replace(/^Other, speaks .*$/, ''),
    baseUrl: typed.baseUrl.trim(),
    key: typed.key.trim(),
    models: typed.models.split(/[\s,]+/).filter((m) => m !== ''),
    headers: parseHeaders(typed.headers),
    proxy: typed.proxy.trim(),
    apiVersion: typed.apiVersion.trim(),
  };
}

const FIRST = PRESETS[0];

/** A form whose fields follow the server that was chosen. */
export function AddAccount({ onDone }: { readonly onDone: () => void }) {
  const [preset, setPreset] = useState(FIRST);
  const [typed, setTyped] = useState<Typed>(EMPTY);
  const form = useAdding(preset, typed, onDone);
  if (!preset) return null;
  const field = (name: AccountProblem['field']) => ({
    value: typed[name],
    problem: form.problemOf(name),
    onChange: (e: { target: { value: string } }) => setTyped({ ...typed, [name]: e.target.value }),
  });
  const choose = (id: PresetId) => {
    const chosen = presetOf(id, 'openai');
    if (!chosen) return;
    setPreset(chosen);
    setTyped({ ...startOf(chosen), name: typed.name, key: typed.key });
    form.forget();
  };
  return (
    <Form label="New account" className="sub" autoFocus onSubmit={form.save}>
      <PickerField label="Kind" value={preset.id} choices={KINDS} onPick={choose} />
      <AccountFields preset={preset} field={field} />
      <Problem text={form.refusal} />
      <div className="btns">
        <Button type="submit" look="primary" aria-disabled={form.saving}>
          {form.saving ? 'Adding…' : 'Add account'}
        </Button>
        <Button look="quiet" className="end" onClick={onDone}>
          Cancel
        </Button>
      </div>
    </Form>
  );
}

interface AccountFieldsProps {
  readonly preset: AccountPreset;
  readonly field: (name: AccountProblem['field']) => {
    readonly value: string;
    readonly problem: string | null;
    readonly onChange: (event: { target: { value: string } }) => void;
  };
}

function AccountFields({ preset, field }: AccountFieldsProps) {
  const compatible = preset.kind.endsWith('-compat');
  return (
    <>
      <Field label="Name" placeholder={preset.label} {...field('name')} />
      {compatible && (
        <Field label="Base URL" className="mono" placeholder={preset.example} {...field('baseUrl')} />
      )}
      <Field label={preset.needsKey ? 'Key' : 'Key, if it wants one'} type="password" {...field('key')} />
      {compatible && (
        <Field
          label={preset.id === 'azure' ? 'Model of the deployment' : 'Models, separated by commas'}
          className="mono"
          hint={preset.id === 'azure' ? null : 'Leave it empty for those that the server lists.'}
          {...field('models')}
        />
      )}
      <AdvancedFields open={preset.id === 'azure'} versioned={preset.apiVersion !== null} field={field} />
    </>
  );
}

/** Nothing is called wrong before the person says that it is complete. */
function useAdding(preset: AccountPreset | undefined, typed: Typed, onDone: () => void) {
  const [tried, setTried] = useState(false);
  const [saving, setSaving] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const account = preset && accountOf(preset, typed);
  const found = account ? [...accountProblems(account), ...missing(preset, account)] : [];
  return {
    saving,
    refusal,
    problemOf: (name: AccountProblem['field']) =>
      tried ? (found.find((problem) => problem.field === name)?.message ?? null) : null,
    forget() {
      setTried(false);
      setRefusal(null);
    },
    async save() {
      setTried(true);
      setRefusal(null);
      if (!account || saving || found.length > 0) return;
      setSaving(true);
      const answer = await call('accounts.add', { ...account, models: [...account.models] });
      setSaving(false);
      if (answer.ok) onDone();
      else setRefusal(answer.error.message);
    },
  };
}

/** What the kind allows and this server does not. */
function missing(preset: AccountPreset, { kind, key, models }: NewAccount): readonly AccountProblem[] {
  const compatible = kind.endsWith('-compat');
  return [
    ...(compatible && preset.needsKey && key === ''
      ? [{ field: 'key' as const, message: 'Give the key of the account.' }]
      : []),
    ...(preset.id === 'azure' && models.length === 0
      ? [{ field: 'models' as const, message: 'Name the model of the deployment, such as gpt-5.2.' }]
      : []),
  ];
}
