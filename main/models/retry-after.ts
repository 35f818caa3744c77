const dayMs = 24 * 60 * 60 * 1000;

function header(headers: unknown, name: string): string | null {
  if (headers instanceof Headers) return headers.get(name);
  if (typeof headers !== 'object' || headers === null) return null;
  for (const [key, value] of Object.entries(headers)) {
    if (key.toLowerCase() === name) return typeof value === 'string' ? value : null;
  }
  return null;
}

/**
 * How long the server asks to wait: `retry-after-ms`, or `retry-after` in seconds or as a date.
 * Null when it does not say; at most a day (a timer cannot hold more than 24 of them).
 */
export function retryAfterMs(headers: unknown, now: number): number | null {
  const bounded = (ms: number) => (Number.isFinite(ms) && ms > 0 ? Math.min(Math.ceil(ms), dayMs) : null);
  const exact = header(headers, 'retry-after-ms');
  if (exact !== null && exact.trim() !== '' && !Number.isNaN(Number(exact))) return bounded(Number(exact));
  const after = header(headers, 'retry-after')?.trim() ?? '';
  if (after === '') return null;
  return Number.isNaN(Number(after)) ? bounded(Date.parse(after) - now) : bounded(Number(after) * 1000);
}
