/** One line a record. Values must not hold secrets; `errorFields` is for what was caught. */
export interface Log {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** Writes JSON lines through `write`, from `level` up. */
export function lineLog(write: (line: string) => void, level: keyof Log = 'info'): Log {
  const order: readonly (keyof Log)[] = ['debug', 'info', 'warn', 'error'];
  const put = (at: keyof Log) => (message: string, fields?: Readonly<Record<string, unknown>>) => {
    if (order.indexOf(at) < order.indexOf(level)) return;
    write(`${JSON.stringify({ time: new Date().toISOString(), level: at, message, ...fields })}\n`);
  };
  return { debug: put('debug'), info: put('info'), warn: put('warn'), error: put('error') };
}

/** The same log, with every text that goes into it changed: secrets must not reach the disk. */
export function maskedLog(log: Log, mask: (text: string) => string): Log {
  const clean = (value: unknown): unknown => {
    if (typeof value === 'string') return mask(value);
    if (Array.isArray(value)) return value.map(clean);
    if (typeof value !== 'object' || value === null || value.constructor !== Object) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, clean(inner)]));
  };
  const put =
    (at: keyof Log): Log[keyof Log] =>
    (message, fields) =>
      log[at](mask(message), fields && (clean(fields) as Record<string, unknown>));
  return { debug: put('debug'), info: put('info'), warn: put('warn'), error: put('error') };
}

export function errorFields(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: String(error) };
  return { error: error.message, stack: error.stack, ...('code' in error ? { code: error.code } : {}) };
}
