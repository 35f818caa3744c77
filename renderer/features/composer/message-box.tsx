import {
  type AriaAttributes,
  type ClipboardEvent,
  type KeyboardEvent,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { useStore } from 'zustand';
import { navStore } from '../../state/nav.ts';
import { useAttention } from '../../state/pane.ts';
import { changeBetween, typeInto } from './replace-text.ts';

export interface MessageKeys {
  /** Enter. */
  readonly onSend: () => void;
  /** Ctrl or Cmd with Enter. */
  readonly onSendNow: () => void;
  /** Escape; `empty`: there is nothing to lose. */
  readonly onEscape?: (empty: boolean) => void;
  /** Arrow up in an empty box. */
  readonly onRecall?: () => void;
  /** Asked first; true: the key is dealt with. */
  readonly onKey?: (event: KeyboardEvent) => boolean;
  /** True: what is pasted is dealt with. */
  readonly onPaste?: (data: DataTransfer) => boolean;
  /** Where the cursor stands; null: some text is selected. */
  readonly onCaret?: (at: number | null) => void;
}

interface MessageBoxProps extends MessageKeys, AriaAttributes {
  readonly box: RefObject<HTMLTextAreaElement | null>;
  readonly value: string;
  readonly placeholder: string;
  readonly onChange: (text: string) => void;
}

/** The text field "Message". It takes the focus whenever the window asks for it. */
export function MessageBox(props: MessageBoxProps) {
  const { box, value, placeholder, onChange, onPaste, onCaret, ...rest } = props;
  const { onSend, onSendNow, onEscape, onRecall, onKey, ...aria } = rest;
  const [first] = useState(value);
  useAskedFocus(box);
  useWritten(box, value);
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    // Enter that ends a composition belongs to it. Safari's engine tells it by the code only; it costs nothing to ask.
    if (event.nativeEvent.isComposing || event.keyCode === 229 || onKey?.(event)) return;
    if (event.key === 'Enter' && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      if (event.ctrlKey || event.metaKey) onSendNow();
      else onSend();
    } else if (event.key === 'Escape') {
      onEscape?.(value.trim() === '');
    } else if (event.key === 'ArrowUp' && value === '' && !event.altKey) {
      event.preventDefault();
      onRecall?.();
    }
  };
  return (
    <textarea
      ref={box}
      className="box"
      aria-label="Message"
      {...aria}
      rows={1}
      // Its text is its own, so that what is undone is, too; `useWritten` brings what others write.
      defaultValue={first}
      placeholder={placeholder}
      onChange={(e) => onChange(e.target.value)}
      onKeyDown={onKeyDown}
      onPaste={(event: ClipboardEvent) => {
        if (onPaste?.(event.clipboardData)) event.preventDefault();
      }}
      onSelect={({ currentTarget: { selectionStart, selectionEnd } }) =>
        onCaret?.(selectionStart === selectionEnd ? selectionStart : null)
      }
    />
  );
}

function useAskedFocus(ref: RefObject<HTMLTextAreaElement | null>): void {
  const attention = useAttention();
  const focusTick = useStore(navStore, (s) => s.focusTick);
  // The focus is not taken from what was pressed to turn to this pane.
  const now = useRef(attention);
  useLayoutEffect(() => {
    now.current = attention;
  });
  const isShown = useRef(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each count asks for the focus
  useEffect(() => {
    const box = ref.current;
    // Who began to look for something while the chat was loaded goes on with that.
    const isElsewhere = !isShown.current && document.activeElement?.closest('search');
    isShown.current = true;
    if (!box || !now.current || isElsewhere) return;
    box.focus();
    box.setSelectionRange(box.value.length, box.value.length);
  }, [ref, focusTick]);
}

/** Text that did not come from the keyboard. It can be undone, but for what empties the box: that was sent. */
function useWritten(ref: RefObject<HTMLTextAreaElement | null>, value: string): void {
  useLayoutEffect(() => {
    const box = ref.current;
    if (!box || box.value === value) return;
    const { from, to, text } = changeBetween(box.value, value);
    if (value !== '' && box === document.activeElement) typeInto(box, text, from, to);
    if (box.value !== value) box.value = value;
  }, [ref, value]);
}
