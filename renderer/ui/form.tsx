import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useFocusBack } from './use-focus-back.ts';

interface FormProps {
  /** Its accessible name. */
  readonly label: string;
  readonly className?: string;
  /** The focus begins in its first field, and all of it is brought into sight. */
  readonly autoFocus?: boolean;
  readonly onSubmit: () => void | Promise<void>;
  readonly children: ReactNode;
}

/** Fields that are sent together. What is wrong is said at each; the focus goes to the first of those. */
export function Form({ label, className, autoFocus = false, onSubmit, children }: FormProps) {
  const ref = useRef<HTMLFormElement>(null);
  const [sent, setSent] = useState(0);
  useFocusBack(ref);
  useEffect(() => {
    if (sent > 0) ref.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [sent]);
  useEffect(() => {
    if (!autoFocus) return;
    ref.current?.scrollIntoView({ block: 'nearest' });
    ref.current?.querySelector<HTMLElement>('input, textarea, button')?.focus();
  }, [autoFocus]);
  const send = async () => {
    await onSubmit();
    setSent((count) => count + 1);
  };
  return (
    <form
      ref={ref}
      className={`form ${className ?? ''}`}
      aria-label={label}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      {children}
    </form>
  );
}
