import { type ComponentProps, useId } from 'react';

interface FieldProps extends ComponentProps<'input'> {
  readonly label: string;
  readonly hint?: string;
}

export function Field({ label, hint, className, ...rest }: FieldProps) {
  const id = useId();
  return (
    <div className="fld">
      <label htmlFor={id}>{label}</label>
      <input id={id} className={`inp ${className ?? ''}`} autoComplete="off" spellCheck={false} {...rest} />
      {hint && <span className="hint">{hint}</span>}
    </div>
  );
}
