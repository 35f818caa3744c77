/**
 * Places where a test kills this process for real (`GAFFER_FAILPOINT=<name>`), one on each side of every step
 * that the journal must survive. Without the variable they cost one comparison.
 */
export const failpoints = [
  'before-intent',
  'after-intent',
  'after-spawn',
  'mid-effect',
  'after-effect',
  'after-result',
  'launcher-before-started',
  'launcher-after-started',
] as const;

export type Failpoint = (typeof failpoints)[number];

export const FAILPOINT_VARIABLE = 'GAFFER_FAILPOINT';
const armed = process.env[FAILPOINT_VARIABLE] ?? '';

export function failpoint(name: Failpoint): void {
  if (armed !== name) return;
  process.kill(process.pid, 'SIGKILL');
  // The signal is delivered asynchronously on some systems: nothing after this line may happen.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10_000);
}
