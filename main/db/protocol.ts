import type { DatabaseFaultCode } from './fault.ts';
import { DatabaseFault } from './fault.ts';
import type { Hint } from './store.ts';

/** What main asks of the worker. `close` is answered by the worker's end. */
export type Ask =
  | { readonly type: 'call'; readonly id: number; readonly name: string; readonly args: unknown }
  /** A copy of the files into a new directory, while other calls go on. */
  | { readonly type: 'copy'; readonly id: number; readonly to: string }
  | { readonly type: 'close' };

/** What the worker says: first `ready` or `refused`, then answers by id, hints and log lines. */
export type Told =
  | { readonly type: 'ready' }
  | { readonly type: 'refused'; readonly failure: Failure }
  | { readonly type: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly type: 'failed'; readonly id: number; readonly failure: Failure }
  | { readonly type: 'hint'; readonly hint: Hint }
  | {
      readonly type: 'log';
      readonly level: 'debug' | 'info' | 'warn' | 'error';
      readonly message: string;
      readonly fields?: Readonly<Record<string, unknown>>;
    };

/** An error on its way through a message port: a fault keeps its code, a bug its stack. */
export interface Failure {
  readonly fault: DatabaseFaultCode | null;
  readonly message: string;
  readonly stack: string | null;
}

export function toFailure(error: unknown): Failure {
  if (!(error instanceof Error)) return { fault: null, message: String(error), stack: null };
  const fault = error instanceof DatabaseFault ? error.code : null;
  return { fault, message: error.message, stack: error.stack ?? null };
}

export function fromFailure({ fault, message, stack }: Failure): Error {
  if (fault) return new DatabaseFault(fault, message);
  const error = new Error(message);
  if (stack) error.stack = stack;
  return error;
}

/** What the worker is started with. */
export interface WorkerStart {
  readonly dataDir: string;
  readonly preparedDir: string | null;
  /** A PostgreSQL server that several processes share; absent or null: the engine in the data directory. */
  readonly databaseUrl?: string | null;
}
