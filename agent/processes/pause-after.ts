const FIRST_MS = 50;
const LAST_MS = 500;

/** How long to wait for the next look after so much silence: a command that just spoke is looked at often. */
export function pauseAfter(silentMs: number): number {
  return Math.min(LAST_MS, Math.max(FIRST_MS, silentMs / 10));
}
