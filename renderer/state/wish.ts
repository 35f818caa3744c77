import { useEffect, useRef } from 'react';

/** Something that a command asks of a part of the window, which does it while it is shown. */
export interface Wish<T> {
  make(value: T): void;
  /** The same of a part that is on its way: what hears it first does it, if that happens within a moment. */
  makeSoon(value: T): void;
  /** Some part would do it now. */
  isHeard(): boolean;
  hear(run: (value: T) => void): () => void;
}

/** Later nobody expects it any more. */
const SOON_MS = 5_000;

export function createWish<T = void>(now = () => performance.now()): Wish<T> {
  const heard = new Set<(value: T) => void>();
  let soon: { readonly value: T; readonly untilMs: number } | null = null;
  return {
    make(value) {
      soon = null;
      [...heard].at(-1)?.(value);
    },
    makeSoon(value) {
      if (heard.size > 0) return this.make(value);
      soon = { value, untilMs: now() + SOON_MS };
    },
    isHeard: () => heard.size > 0,
    hear(run) {
      heard.add(run);
      const waiting = soon;
      soon = null;
      if (waiting && now() <= waiting.untilMs) run(waiting.value);
      return () => heard.delete(run);
    },
  };
}

/** Of several that hear it, the newest does it. `here`: this part is the one that is meant. */
export function useWish<T>(wish: Wish<T>, run: (value: T) => void, here = true): void {
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  });
  useEffect(() => (here ? wish.hear((value) => latest.current(value)) : undefined), [wish, here]);
}
