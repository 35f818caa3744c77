import { ChevronDown, ChevronUp, X } from 'lucide-react';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import type { ChatSession } from '../../state/live.ts';
import { IconButton } from '../../ui/button.tsx';
import { useMatches } from './use-matches.ts';

interface FindBarProps {
  readonly session: ChatSession;
  /** Counts up when the bar was asked for once more. */
  readonly tick: number;
  readonly from: () => number;
  readonly onClose: () => void;
}

/** Looks in the database: what is not in the window is found, too. */
export function FindBar({ session, tick, from, onClose }: FindBarProps) {
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState('');
  const { count, words, step } = useMatches(session, text, from);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each time that it is asked for
  useEffect(() => field.current?.select(), [tick]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Escape') onClose();
    else if (event.key === 'F3' || (event.key === 'Enter' && event.target === field.current))
      step(event.shiftKey ? -1 : 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <search className="find" onKeyDown={onKeyDown}>
      <input
        ref={field}
        type="text"
        aria-label="Find in chat"
        placeholder="Find in chat"
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <span className="find-count num" role="status" title={words}>
        {words}
      </span>
      <IconButton label="Previous match" disabled={count === 0} onClick={() => step(-1)}>
        <ChevronUp className="i s" aria-hidden="true" />
      </IconButton>
      <IconButton label="Next match" disabled={count === 0} onClick={() => step(1)}>
        <ChevronDown className="i s" aria-hidden="true" />
      </IconButton>
      <IconButton label="Close find" onClick={onClose}>
        <X className="i s" aria-hidden="true" />
      </IconButton>
    </search>
  );
}
