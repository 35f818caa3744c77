const longestMs = 60_000;

/** The wait before retry `n` (0-based): 1, 2, 4, … 60 s, no dice. A longer Retry-After wins. */
export function retryDelayMs(n: number, retryAfterMs: number | null = null): number {
  const ours = n >= 6 ? longestMs : 1000 * 2 ** Math.max(0, n);
  return Math.max(ours, retryAfterMs ?? 0);
}

/** The statuses that are worth another attempt, when nothing else is known. */
export function isRetryableStatus(status: number): boolean {
  return [408, 429, 500, 502, 503, 504, 529].includes(status);
}
