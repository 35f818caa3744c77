/** Whether everything held; `not run`: what was tried did, but this machine lets not all of it be tried. */
export type Fate = boolean | 'not run';

/** A run that left something out must not look like one that passed. */
export function exitCodeOf(fate: Fate): number {
  if (fate === 'not run') return NOT_RUN;
  return fate ? 0 : 1;
}

/** Known to scripts/test.mjs. */
const NOT_RUN = 3;

export function fateOf(wrong: readonly string[], lacking: readonly string[]): Fate {
  if (wrong.length > 0) return false;
  return lacking.length > 0 ? 'not run' : true;
}
