import { useCallback, useEffect, useRef, useState } from 'react';

/** Without a key in a text field for this long, nobody is in the middle of a word. */
const QUIET_MS = 1_000;

/**
 * Whether `what` may take the focus: not while somebody types elsewhere, whose next keys it would swallow. True from
 * then on. `done` says that what was typed last belonged to what is over, so that the next one need not wait.
 */
export function useQuietMoment(what: string | null): {
  readonly quiet: boolean;
  readonly done: () => void;
} {
  const typedAt = useRef(Number.NEGATIVE_INFINITY);
  const [quietFor, setQuietFor] = useState<string | null>(null);
  useEffect(() => {
    const onKey = ({ target }: Event) => {
      if (takesText(target)) typedAt.current = performance.now();
    };
    // Before whoever stops the event.
    window.addEventListener('keydown', onKey, true);
    return () => window.removeEventListener('keydown', onKey, true);
  }, []);
  useEffect(() => {
    if (what === null) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      const leftMs = typedAt.current + QUIET_MS - performance.now();
      if (leftMs <= 0) setQuietFor(what);
      else timer = setTimeout(look, leftMs);
    };
    look();
    return () => clearTimeout(timer);
  }, [what]);
  const done = useCallback(() => {
    typedAt.current = Number.NEGATIVE_INFINITY;
  }, []);
  return { quiet: what !== null && quietFor === what, done };
}

function takesText(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button'].includes(target.type);
  return target instanceof HTMLTextAreaElement || target.isContentEditable;
}
