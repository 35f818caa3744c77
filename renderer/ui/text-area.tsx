import type { ComponentProps } from 'react';
import { FieldFrame, type FrameTexts } from './field-frame.tsx';

interface TextAreaProps extends FrameTexts, ComponentProps<'textarea'> {}

/** Several lines: as many as there are, and more where one is pulled. */
export function TextArea({ label, hint, problem, className, ...rest }: TextAreaProps) {
  return (
    <FieldFrame {...{ label, hint, problem }} className="whole">
      {(control) => (
        <textarea {...control} className={`inp area ${className ?? ''}`} spellCheck={false} {...rest} />
      )}
    </FieldFrame>
  );
}
