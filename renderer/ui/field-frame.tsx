import { type ReactNode, useId } from 'react';

/** For the control: its label, and what is said about it. */
export interface FramedControl {
  readonly id: string;
  readonly 'aria-invalid': boolean;
  readonly 'aria-describedby': string | undefined;
}

export interface FrameTexts {
  readonly label: string;
  /** What may be entered. */
  readonly hint?: string | null | undefined;
  /** What is wrong with the value, in one sentence. */
  readonly problem?: string | null | undefined;
}

interface FieldFrameProps extends FrameTexts {
  readonly className?: string | undefined;
  readonly children: (control: FramedControl) => ReactNode;
}

/** One control below its label, with what is wrong below it, said at the moment it is found. */
export function FieldFrame({ label, hint, problem, className, children }: FieldFrameProps) {
  const id = useId();
  const [about, wrong] = [hint ? `${id}-hint` : null, problem ? `${id}-problem` : null];
  const described = [about, wrong].filter((one) => one !== null).join(' ');
  return (
    <div className={`fld ${className ?? ''}`}>
      <label htmlFor={id}>{label}</label>
      {children({ id, 'aria-invalid': wrong !== null, 'aria-describedby': described || undefined })}
      {about !== null && (
        <span id={about} className="hint">
          {hint}
        </span>
      )}
      {wrong !== null && (
        <span id={wrong} className="err" role="alert">
          {problem}
        </span>
      )}
    </div>
  );
}
