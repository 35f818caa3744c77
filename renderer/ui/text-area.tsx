import { type ComponentProps, useId } from 'react';

interface TextAreaProps extends ComponentProps<'textarea'> {
  readonly label: string;
  readonly hint?: string | null;
  /** What is wrong with the text, in one sentence. */
  readonly problem?: string | null;
}

/** Several lines, with what may be entered and what is wrong below them. */
export function TextArea({ label, hint = null, problem = null, className, ...rest }: TextAreaProps) {
  const id = useId();
  const about = [hint !== null && `${id}-hint`, problem !== null && `${id}-problem`].filter(Boolean);
  return (
    <div className="checked">
      <div className="fld">
        <label htmlFor={id}>{label}</label>
        <textarea
          id={id}
          className={`inp area ${className ?? ''}`}
          spellCheck={false}
          aria-invalid={problem !== null}
          aria-describedby={about.length === 0 ? undefined : about.join(' ')}
          {...rest}
        />
      </div>
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
