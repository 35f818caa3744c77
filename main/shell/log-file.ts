import fs from 'node:fs';
import path from 'node:path';
import { type Log, lineLog } from '../base/log.ts';

const MAX_BYTES = 5 * 1024 * 1024;

/**
 * A log in `file`; when it passes 5 MB it becomes `<name>.old.log` and a new one begins. Lines are written at
 * once, so the last ones before a crash are there. A disk that is full or gone costs the line, nothing else.
 */
export function openLogFile(file: string, options: { readonly maxBytes?: number } = {}): Log {
  const maxBytes = options.maxBytes ?? MAX_BYTES;
  const old = path.join(path.dirname(file), `${path.basename(file, '.log')}.old.log`);
  let size = fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  return lineLog((line) => {
    const bytes = Buffer.byteLength(line);
    try {
      if (size > 0 && size + bytes > maxBytes) {
        fs.renameSync(file, old);
        size = 0;
      }
      fs.appendFileSync(file, line, { mode: 0o600 });
      size += bytes;
    } catch {
      // Nobody can be told: telling is what failed.
    }
  });
}
