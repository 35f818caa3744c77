/** Where a person was and can go back to, newest last; and forward again, nearest last. */
export interface History<R> {
  readonly past: readonly R[];
  readonly future: readonly R[];
}

export const NO_HISTORY: History<never> = { past: [], future: [] };
const KEPT = 100;

/** Leaves `from` for elsewhere. */
export function visited<R>(history: History<R>, from: R): History<R> {
  return { past: [...history.past, from].slice(-KEPT), future: [] };
}

export interface Step<R> {
  readonly to: R;
  readonly history: History<R>;
}

/** Null: there is nowhere to go back to. */
export function wentBack<R>({ past, future }: History<R>, from: R): Step<R> | null {
  const to = past.at(-1);
  if (to === undefined) return null;
  return { to, history: { past: past.slice(0, -1), future: [...future, from] } };
}

export function wentForward<R>({ past, future }: History<R>, from: R): Step<R> | null {
  const to = future.at(-1);
  if (to === undefined) return null;
  return { to, history: { past: [...past, from], future: future.slice(0, -1) } };
}

/** Without what has gone since. */
export function without<R>({ past, future }: History<R>, isGone: (r: R) => boolean): History<R> {
  const there = (r: R) => !isGone(r);
  return { past: past.filter(there), future: future.filter(there) };
}
