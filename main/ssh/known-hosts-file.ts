import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';

/** One of ours at a time for each file, so that the look at its end still holds when we write. */
const writing = new Map<string, Promise<void>>();

/**
 * Adds a line in one write at the end, so that what others write at the same time stays whole; a file that ends in the
 * middle of a line is respected. Rejects with a system error.
 */
export async function appendKnownHost(file: string, line: string): Promise<void> {
  const before = writing.get(file) ?? Promise.resolve();
  const mine = before.catch(() => undefined).then(() => append(file, line));
  writing.set(file, mine);
  try {
    await mine;
  } finally {
    if (writing.get(file) === mine) writing.delete(file);
  }
}

async function append(file: string, line: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(file, 'a+', 0o600);
  try {
    const { size } = await handle.stat();
    const last = Buffer.alloc(1);
    if (size > 0) await handle.read(last, 0, 1, size - 1);
    const gap = size > 0 && last.toString() !== '\n' ? '\n' : '';
    await handle.writeFile(`${gap}${line}\n`);
  } finally {
    await handle.close();
  }
}
