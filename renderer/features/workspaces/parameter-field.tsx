import type { TemplateParameter } from '@shared/model/template.ts';
import { useId } from 'react';
import { Checkbox } from '../../ui/checkbox.tsx';
import { Field } from '../../ui/field.tsx';
import { PickerField } from '../../ui/picker-field.tsx';
import { Radios } from '../../ui/radios.tsx';
import { parameterHint, parameterLabel } from './parameter-words.ts';

interface ParameterFieldProps {
  readonly parameter: TemplateParameter;
  readonly value: string;
  /** What counts when nothing is entered. */
  readonly placeholder?: string | undefined;
  /** A sentence. */
  readonly problem: string | null;
  readonly disabled: boolean;
  readonly onChange: (value: string) => void;
}

/** What a machine reads stands in its letters. */
const MACHINE = new Set(['repository', 'base', 'branch', 'directory']);
/** So many choices are all in sight. */
const IN_SIGHT = 4;

export function ParameterField(props: ParameterFieldProps) {
  const { parameter, value, placeholder, problem, disabled, onChange } = props;
  switch (parameter.type) {
    case 'bool':
      return (
        <Checkbox
          label={parameterLabel(parameter)}
          hint={parameterHint({ ...parameter, required: false })}
          checked={value === 'true'}
          onChange={(on) => onChange(on ? 'true' : 'false')}
        />
      );
    case 'choice':
      return <ChoiceField {...props} />;
    case 'number':
    case 'string':
      return (
        <Field
          label={parameterLabel(parameter)}
          className={MACHINE.has(parameter.name) ? 'mono' : undefined}
          inputMode={parameter.type === 'number' ? 'decimal' : undefined}
          required={parameter.required}
          value={value}
          placeholder={placeholder}
          hint={parameterHint(parameter)}
          problem={problem}
          disabled={disabled}
          onChange={(event) => onChange(event.target.value)}
        />
      );
  }
}

function ChoiceField({ parameter, value, problem, onChange }: ParameterFieldProps) {
  const id = useId();
  const label = parameterLabel(parameter);
  const options = parameter.options ?? [];
  const choices = options.map((one) => ({ value: one.value, label: one.name, note: one.description }));
  const hint = parameterHint(parameter);
  return (
    <div className="fld" role="group" aria-label={label} aria-describedby={hint ? id : undefined}>
      {options.length <= IN_SIGHT ? (
        <Radios label={label} choices={choices} value={value} onPick={onChange} />
      ) : (
        <PickerField
          label={label}
          value={value}
          choices={choices}
          placeholder="Choose…"
          onPick={onChange}
        />
      )}
      {hint !== null && (
        <span id={id} className="hint">
          {hint}
        </span>
      )}
      {problem !== null && (
        <span className="err" role="alert">
          {problem}
        </span>
      )}
    </div>
  );
}
