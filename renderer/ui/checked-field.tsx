import { type ComponentProps, useId } from 'react';
import { Field } from './field.tsx';

interface CheckedFieldProps extends Omit<ComponentProps<typeof Field>, 'hint'> {
  /** What may be entered. */
  readonly hint?: string | null;
  /** What is wrong with the value, in one sentence. */
  readonly problem: string | null;
}

/** A field with what is wrong below it, said at the moment it is found. */
export function CheckedField({ hint = null, problem, ...field }: CheckedFieldProps) {
  const id = useId();
  const about = [hint !== null && `${id}-hint`, problem !== null && `${id}-problem`].filter(Boolean);
  return (
    <div className="checked">
      <Field
        aria-invalid={problem !== null}
        aria-describedby={about.length === 0 ? undefined : about.join(' ')}
        {...field}
      />
      {hint !== null && (
        <span id={`${id}-hint`} className="hint">
          {hint}
        </span>
      )}
      {problem !== null && (
        <span id={`${id}-problem`} className="err" role="alert">
          {problem}
        </span>
      )}
    </div>
  );
}
