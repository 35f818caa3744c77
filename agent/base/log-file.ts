import { appendFileSync, renameSync, statSync } from 'node:fs';
import { limits } from './limits.ts';

export type Log = (message: string, fields?: Readonly<Record<string, unknown>>) => void;

/** JSON lines; two files of at most `limits.logFile` bytes each. A full disk must not fail a request. */
export function logFile(path: string): Log {
  let size = sizeOf(path);
  return (message, fields) => {
    const line = `${JSON.stringify({ time: new Date().toISOString(), message, ...fields })}\n`;
    try {
      if (size + line.length > limits.logFile) {
        renameSync(path, `${path}.1`);
        size = 0;
      }
      appendFileSync(path, line, { mode: 0o600 });
      size += line.length;
    } catch {
      size = sizeOf(path);
    }
  };
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
