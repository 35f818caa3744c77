import { randomBytes } from 'node:crypto';
import { renameSync, rmSync } from 'node:fs';
import { isAlive, noteOf, type ProcessIdentity } from '../base/process-identity.ts';
import { getFile, putNewFile } from '../base/small-file.ts';

/** One agent per version, home and host. Null: another one lives. The lock of a dead one is taken over. */
export async function takeLock(file: string): Promise<(() => void) | null> {
  const self = await noteOf(process.pid);
  for (let tries = 0; tries < 10; tries++) {
    if (putNewFile(file, self)) return () => release(file, self);
    const holder = holderOf(file);
    if (holder && (await isAlive(holder))) return null;
    // Whoever renames it first has it; a fresh lock that was taken by mistake is put back.
    const aside = `${file}.${randomBytes(4).toString('hex')}`;
    try {
      renameSync(file, aside);
    } catch {
      continue;
    }
    const taken = holderOf(aside);
    if (taken && (await isAlive(taken))) putNewFile(file, taken);
    rmSync(aside, { force: true });
  }
  return null;
}

function release(file: string, self: ProcessIdentity): void {
  const holder = holderOf(file);
  if (holder?.pid === self.pid && holder.start === self.start) rmSync(file, { force: true });
}

/** Null: there is no lock, or it is no longer to be read. */
export function holderOf(file: string): ProcessIdentity | null {
  const value = getFile(file) as Partial<ProcessIdentity> | null;
  if (typeof value?.pid !== 'number' || typeof value.start !== 'string') return null;
  return { pid: value.pid, start: value.start };
}
