import { type RefObject, useRef } from 'react';
import { useFocusAfter } from '../../ui/use-focus-after.ts';

interface NoteFieldProps {
  readonly value: string;
  readonly onChange: (text: string) => void;
  readonly onSend: () => void;
  readonly onCancel: () => void;
  readonly card: RefObject<HTMLElement | null>;
}

/** What the model reads with a denial. */
export function NoteField({ card, value, onChange, onSend, onCancel }: NoteFieldProps) {
  const ref = useRef<HTMLInputElement>(null);
  // Taken back: on to the button that had opened it.
  useFocusAfter(ref, () => card.current?.querySelector<HTMLElement>('[aria-label="Deny"]')?.focus());
  return (
    <input
      ref={ref}
      className="inp"
      aria-label="Note for the agent"
      placeholder="Say why, or what to do instead (optional)"
      autoFocus
      maxLength={4000}
      value={value}
      onChange={(e) => onChange(e.target.value)}
      onKeyDown={(e) => {
        if (e.key === 'Enter' && !e.nativeEvent.isComposing) onSend();
        else if (e.key === 'Escape') onCancel();
        else return;
        e.preventDefault();
        e.stopPropagation();
      }}
    />
  );
}
