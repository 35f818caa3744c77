import type { ComponentProps } from 'react';
import { FieldFrame, type FrameTexts } from './field-frame.tsx';

interface FieldProps extends FrameTexts, ComponentProps<'input'> {}

/** One line. */
export function Field({ label, hint, problem, className, ...rest }: FieldProps) {
  return (
    <FieldFrame {...{ label, hint, problem }}>
      {(control) => (
        <input
          {...control}
          className={`inp ${className ?? ''}`}
          autoComplete="off"
          spellCheck={false}
          {...rest}
        />
      )}
    </FieldFrame>
  );
}
