/** What lies between attempts that follow a break of a steady link: half of 1, 2, 4, 8, 15, 30 and then 60 s at least. */
const LEAST_MS: readonly number[] = [500, 1_000, 2_000, 4_000, 7_500, 15_000];
const SLOWEST_MS = 30_000;
/** An attempt begins before its connection does: the configuration is read, a name is looked up. */
const BEFORE_MS = 2_000;

/**
 * Connections that were begun sooner than the backoff allows. `nudges`: when somebody asked to try at once; a pause in
 * which one fell may be short. All by one clock.
 */
export function tooSoon(begun: readonly number[], nudges: readonly number[]): string[] {
  return begun.slice(1).flatMap((at, index) => {
    const before = begun[index] ?? at;
    const leastMs = LEAST_MS[index] ?? SLOWEST_MS;
    const nudged = nudges.some((nudge) => nudge >= before - BEFORE_MS && nudge <= at);
    if (nudged || at - before >= leastMs) return [];
    return [
      `attempt ${index + 2} came ${Math.round(at - before)} ms after the one before, not ${leastMs} ms or more`,
    ];
  });
}
