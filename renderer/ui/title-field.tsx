import { type KeyboardEvent, useRef, useState } from 'react';

/** Left by a key, the focus is to be put somewhere; else it is already where the person put it. */
export type FieldEnd = 'key' | 'blur';

interface TitleFieldProps {
  readonly label: string;
  readonly className: string;
  readonly value: string;
  /** What was typed, if it is something else and not nothing. */
  readonly onSave: (text: string) => void;
  readonly onDone: (how: FieldEnd) => void;
}

/** A title that is rewritten in its place: Enter and leaving it save, Escape does not. */
export function TitleField({ label, className, value, onSave, onDone }: TitleFieldProps) {
  const [text, setText] = useState(value);
  // Leaving the field by a key takes it away, and that is a blur too.
  const over = useRef(false);
  const save = (how: FieldEnd) => {
    if (over.current) return;
    over.current = true;
    onDone(how);
    if (text.trim() !== '' && text.trim() !== value) onSave(text.trim());
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // What is typed here is not for the tree around; shortcuts of the window are for the window.
    if (!event.ctrlKey && !event.metaKey) event.stopPropagation();
    if (event.nativeEvent.isComposing) return;
    if (event.key !== 'Enter' && event.key !== 'Escape') return;
    // What takes the focus next must not be pressed by this key.
    event.preventDefault();
    if (event.key === 'Enter') return save('key');
    over.current = true;
    onDone('key');
  };
  return (
    <input
      className={className}
      aria-label={label}
      autoFocus
      maxLength={200}
      value={text}
      onFocus={(e) => e.target.select()}
      onClick={(e) => e.stopPropagation()}
      onChange={(e) => setText(e.target.value)}
      onKeyDown={onKeyDown}
      onBlur={() => save('blur')}
    />
  );
}
