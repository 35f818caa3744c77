const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** "now", "4m", "2h", "3d", then a date. */
export function age(at: string, nowMs: number): string {
  const ms = nowMs - Date.parse(at);
  if (!Number.isFinite(ms)) return '';
  if (ms < MINUTE_MS) return 'now';
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)}m`;
  if (ms < DAY_MS) return `${Math.floor(ms / HOUR_MS)}h`;
  if (ms < 30 * DAY_MS) return `${Math.floor(ms / DAY_MS)}d`;
  return new Date(at).toLocaleDateString(undefined, { year: 'numeric', month: 'short', day: 'numeric' });
}

/** "38 ms", "4.2 s", "2 m 05 s". */
export function duration(ms: number): string {
  if (ms < 100) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < MINUTE_MS) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)} m ${String(seconds % 60).padStart(2, '0')} s`;
}

/** Whole seconds for prose: "Thought for 6 s". */
export function wholeSeconds(ms: number): string {
  const s = Math.max(1, Math.round(ms / 1000));
  return s < 60 ? `${s} s` : `${Math.floor(s / 60)} m ${String(s % 60).padStart(2, '0')} s`;
}

/** What is left of a wait: "4 s", and from ten minutes on "50 min". */
export function countdown(seconds: number): string {
  return seconds < 600 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

export function bytes(n: number): string {
  if (n < 1024) return `${n} B`;
  if (n < 1024 * 1024) return `${Math.round(n / 1024)} kB`;
  return `${(n / 1024 / 1024).toFixed(1)} MB`;
}

/** 950, 12.3k, 182k, 1.2M */
export function tokens(n: number): string {
  if (n < 1000) return String(n);
  if (n < 20_000) return `${(n / 1000).toFixed(1)}k`;
  if (n < 1_000_000) return `${Math.round(n / 1000)}k`;
  return `${(n / 1_000_000).toFixed(1)}M`;
}

export function plural(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

/** Time of day, with the date when it is not today. */
export function clock(at: string, nowMs: number): string {
  const then = new Date(at);
  const time = then.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });
  if (then.toDateString() === new Date(nowMs).toDateString()) return time;
  return `${then.toLocaleDateString(undefined, { month: 'short', day: 'numeric' })}, ${time}`;
}

/** A day with its time: "Nov 29, 2026, 1:24 AM". */
export function moment(at: string): string {
  return new Date(at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}

/** "Today", "Yesterday", "Monday, 3 March"; with the year when it is another one. */
export function dayWords(at: string, nowMs: number): string {
  const then = new Date(at);
  const now = new Date(nowMs);
  const days = Math.round((startOfDay(now) - startOfDay(then)) / DAY_MS);
  if (days === 0) return 'Today';
  if (days === 1) return 'Yesterday';
  const year = then.getFullYear() === now.getFullYear() ? {} : ({ year: 'numeric' } as const);
  return then.toLocaleDateString(undefined, { weekday: 'long', month: 'long', day: 'numeric', ...year });
}

/** In the person's own time zone. */
export function startOfDay(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

export function firstLine(text: string): string {
  const line = text.trim().split('\n', 1)[0] ?? '';
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}

/** A path as it is called from `directory`; any other text, and what lies elsewhere, stays as it is. */
export function belowDirectory(path: string, directory: string | null): string {
  if (directory === null || directory === '/') return path;
  return path.startsWith(`${directory}/`) ? path.slice(directory.length + 1) : path;
}

/** Millionths of a US dollar: "$0.41", "$12.00"; what is less than a cent shows two digits that count: "$0.0042". */
export function dollars(micros: number): string {
  const amount = micros / 1_000_000;
  if (micros === 0 || Math.abs(amount) >= 0.01) return `$${amount.toFixed(2)}`;
  return `$${Number(amount.toPrecision(2))}`;
}
