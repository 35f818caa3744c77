import { type AriaAttributes, type KeyboardEvent, useEffect, useLayoutEffect, useRef } from 'react';
import { useStore } from 'zustand';
import { navStore } from '../../state/nav.ts';
import { useAttention } from '../../state/pane.ts';

export interface MessageKeys {
  /** Enter. */
  readonly onSend: () => void;
  /** Ctrl or Cmd with Enter. */
  readonly onSendNow: () => void;
  /** Escape; `empty`: there is nothing to lose. */
  readonly onEscape: (empty: boolean) => void;
  /** Arrow up in an empty box. */
  readonly onRecall: () => void;
  /** Asked first; true: the key is dealt with. */
  readonly onKey?: (event: KeyboardEvent) => boolean;
}

interface MessageBoxProps extends MessageKeys, AriaAttributes {
  readonly value: string;
  readonly placeholder: string;
  readonly onChange: (text: string) => void;
}

/** The text field "Message". It takes the focus whenever the window asks for it. */
export function MessageBox(props: MessageBoxProps) {
  const { value, placeholder, onChange, onSend, onSendNow, onEscape, onRecall, onKey, ...aria } = props;
  const ref = useRef<HTMLTextAreaElement>(null);
  const attention = useAttention();
  const focusTick = useStore(navStore, (s) => s.focusTick);
  // The focus is not taken from what was pressed to turn to this pane.
  const now = useRef(attention);
  useLayoutEffect(() => {
    now.current = attention;
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: each count asks for the focus
  useEffect(() => {
    const box = ref.current;
    if (!box || !now.current) return;
    box.focus();
    box.setSelectionRange(box.value.length, box.value.length);
  }, [focusTick]);
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.nativeEvent.isComposing || onKey?.(event)) return;
    const empty = value.trim() === '';
    if (event.key === 'Enter' && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      if (empty) return;
      if (event.ctrlKey || event.metaKey) onSendNow();
      else onSend();
    } else if (event.key === 'Escape') {
      onEscape(empty);
    } else if (event.key === 'ArrowUp' && !event.altKey && value === '') {
      event.preventDefault();
      onRecall();
    }
  };
  return (
    <textarea
      ref={ref}
      className="box"
      aria-label="Message"
      {...aria}
      rows={1}
      value={value}
      placeholder={placeholder}
      onChange={(e) => onChange(e.target.value)}
      onKeyDown={onKeyDown}
    />
  );
}
