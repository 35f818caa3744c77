import { modelProblems } from '@shared/contract/model-settings.ts';
import type { Effort, ModelChoice, ModelSettings } from '@shared/model/account.ts';
import { useState } from 'react';
import { tokens } from '../../../lib/format.ts';
import { priceWords } from '../../../lib/money.ts';
import { EFFORTS } from '../../../state/models.ts';
import { Button } from '../../../ui/button.tsx';
import { Field } from '../../../ui/field.tsx';
import { Form } from '../../../ui/form.tsx';
import type { Choice } from '../../../ui/picker.tsx';
import { PickerField } from '../../../ui/picker-field.tsx';
import { Problem } from '../../../ui/problem.tsx';
import { TextArea } from '../../../ui/text-area.tsx';
import { fieldsOf, type ModelFields, readFields, readNumber } from './model-fields.ts';
import { saveModel } from './save-model.ts';

const EFFORT_CHOICES: readonly Choice<Effort | 'auto'>[] = [
  { value: 'auto', label: 'As the server decides' },
  ...EFFORTS.map((value) => ({ value, label: value })),
];

type Api = NonNullable<ModelSettings['api']> | 'auto';

const API_CHOICES: readonly Choice<Api>[] = [
  { value: 'auto', label: 'As the address tells' },
  { value: 'responses', label: 'Responses' },
  { value: 'chat', label: 'Chat Completions' },
];

interface ModelFormProps {
  readonly model: ModelChoice;
  readonly onDone: () => void;
  readonly onRemove: () => void;
}

type TextName = Exclude<keyof ModelFields, 'effort' | 'api'>;

interface TextProps {
  readonly value: string;
  readonly onChange: (event: { target: { value: string } }) => void;
}

type CheckedName = TextName & keyof ModelSettings;
type CheckedProps = TextProps & { readonly problem: string | null };

/** What is typed, what is wrong with it once it was tried, and how it is saved. */
function useModelForm(model: ModelChoice, onDone: () => void) {
  const [fields, setFields] = useState(() => fieldsOf(model.settings));
  const [tried, setTried] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const { settings, optionsProblem } = readFields(fields, model.settings.enabled);
  const problems = modelProblems(settings);
  const problemOf = (name: keyof ModelSettings) =>
    tried ? (problems.find(({ field }) => field === name)?.message ?? null) : null;
  const text = (name: TextName): TextProps => ({
    value: fields[name],
    onChange: (e) => setFields({ ...fields, [name]: e.target.value }),
  });
  return {
    fields,
    setFields,
    refusal,
    text,
    problemOf,
    optionsProblem: tried ? optionsProblem : null,
    field: (name: CheckedName): CheckedProps => ({ ...text(name), problem: problemOf(name) }),
    async save() {
      setTried(true);
      setRefusal(null);
      if (problems.length > 0 || optionsProblem !== null) return;
      const problem = await saveModel(model, settings);
      if (problem === null) onDone();
      else setRefusal(problem);
    },
  };
}

/** Everything that can be set of a model. An empty field is what Gaffer, or the server, does by itself. */
export function ModelForm({ model, onDone, onRemove }: ModelFormProps) {
  const form = useModelForm(model, onDone);
  const { field, text } = form;
  return (
    <Form label={`Edit ${model.name}`} className="sub model-form" autoFocus onSubmit={form.save}>
      <Field label="Name" placeholder={model.name} {...field('displayName')} />
      <Field
        label="Context limit, in tokens"
        placeholder={model.settings.contextLimit === null ? known(model.contextLimit) : ''}
        {...field('contextLimit')}
      />
      <Field label="Summarize at, in percent" hint="100 is never." {...field('compressionThreshold')} />
      <Field label="Longest answer, in tokens" {...field('maxOutputTokens')} />
      <ModelChoices model={model} fields={form.fields} onChange={form.setFields} />
      <PriceFields model={model} text={text} problem={form.problemOf('price')} />
      <Sampling form={form} />
      <Problem text={form.refusal} />
      <div className="btns">
        <Button type="submit" look="primary">
          Save
        </Button>
        <Button look="quiet" onClick={onDone}>
          Cancel
        </Button>
        <Button look="quiet" className="end" onClick={onRemove}>
          Remove model…
        </Button>
      </div>
    </Form>
  );
}

const SAMPLING = [
  'temperature',
  'topP',
  'topK',
  'maxRetries',
  'presencePenalty',
  'frequencyPenalty',
] as const;

/** What few people change. What is wrong is not hidden. */
function Sampling({ form }: { readonly form: ReturnType<typeof useModelForm> }) {
  const { field, text, optionsProblem } = form;
  const wrong = optionsProblem !== null || SAMPLING.some((name) => form.problemOf(name) !== null);
  return (
    <details className="advanced" open={wrong || undefined}>
      <summary>Sampling, retries, options of the provider</summary>
      <div className="form model-form">
        <Field label="Temperature" {...field('temperature')} />
        <Field label="Top P" {...field('topP')} />
        <Field label="Top K" {...field('topK')} />
        <Field label="Retries" placeholder="as long as it takes" {...field('maxRetries')} />
        <Field label="Presence penalty" {...field('presencePenalty')} />
        <Field label="Frequency penalty" {...field('frequencyPenalty')} />
        <TextArea
          label="Options of the provider, as JSON"
          className="mono"
          rows={3}
          placeholder='{"anthropic": {"thinking": {"budget_tokens": 8000}}}'
          problem={optionsProblem}
          {...text('providerOptions')}
        />
      </div>
    </details>
  );
}

function known(limit: number | null): string {
  return limit === null ? 'not known: no automatic summary' : tokens(limit);
}

interface ModelChoicesProps {
  readonly model: ModelChoice;
  readonly fields: ModelFields;
  readonly onChange: (fields: ModelFields) => void;
}

function ModelChoices({ model, fields, onChange }: ModelChoicesProps) {
  const efforts = model.efforts.length === 0 ? EFFORTS : model.efforts;
  return (
    <>
      <PickerField
        label="Reasoning effort"
        value={fields.effort ?? 'auto'}
        choices={EFFORT_CHOICES.filter(({ value }) => value === 'auto' || efforts.includes(value))}
        onPick={(effort) => onChange({ ...fields, effort: effort === 'auto' ? null : effort })}
      />
      {model.kind.startsWith('openai') && (
        <PickerField
          label="API"
          value={fields.api ?? 'auto'}
          choices={API_CHOICES}
          onPick={(api) => onChange({ ...fields, api: api === 'auto' ? null : api })}
        />
      )}
    </>
  );
}

interface PriceFieldsProps {
  readonly model: ModelChoice;
  readonly text: (name: TextName) => TextProps;
  readonly problem: string | null;
}

const PRICES = [
  { name: 'priceInput', of: 'input', label: 'Input' },
  { name: 'priceOutput', of: 'output', label: 'Output' },
  { name: 'priceCacheRead', of: 'cacheRead', label: 'Cache read' },
  { name: 'priceCacheWrite', of: 'cacheWrite', label: 'Cache write' },
] as const;

function isPrice(text: string, of: (typeof PRICES)[number]['of']): boolean {
  const value = readNumber(text);
  return value === null ? of !== 'input' && of !== 'output' : value >= 0;
}

/** An override: empty, the catalogue's price counts. */
function PriceFields({ model, text, problem }: PriceFieldsProps) {
  const usual = model.priceFrom === 'model' ? null : model.price;
  const hint =
    model.price === null
      ? 'Its price is not known: what it costs is not counted, and under a budget it asks.'
      : usual === null
        ? 'Your own price counts.'
        : `${priceWords(usual)}, unless you give another.`;
  const shown = (value: number | null | undefined) =>
    value === null || value === undefined ? '' : String(value);
  return (
    <fieldset className="price-fields">
      <legend>Price, in dollars for a million tokens</legend>
      {PRICES.map(({ name, of, label }) => (
        <Field
          key={name}
          label={label}
          placeholder={shown(usual?.[of])}
          aria-invalid={problem !== null && !isPrice(text(name).value, of)}
          {...text(name)}
        />
      ))}
      {problem === null ? (
        <span className="hint">{hint}</span>
      ) : (
        <span className="err" role="alert">
          {problem}
        </span>
      )}
    </fieldset>
  );
}
