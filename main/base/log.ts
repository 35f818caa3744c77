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

export function errorFields(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: String(error) };
  return { error: error.message, stack: error.stack, ...('code' in error ? { code: error.code } : {}) };
}
