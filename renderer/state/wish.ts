import { useEffect, useRef } from 'react';

/** Something that a command asks of a part of the window, which does it while it is shown. */
export interface Wish<T> {
  make(value: T): void;
  /** Some part would do it now. */
  isHeard(): boolean;
  hear(run: (value: T) => void): () => void;
}

export function createWish<T = void>(): Wish<T> {
  const heard = new Set<(value: T) => void>();
  return {
    make: (value) => [...heard].at(-1)?.(value),
    isHeard: () => heard.size > 0,
    hear(run) {
      heard.add(run);
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
