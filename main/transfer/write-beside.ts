import { open, rename, unlink } from 'node:fs/promises';
import path from 'node:path';

const CHUNK = 256 * 1024;

/**
 * Writes a file beside its place and puts it there when it is whole: whatever ends it before, what stood there stays
 * and nothing half is left. Throws the signal's reason, what the file system throws, and what the source throws.
 */
export async function writeBeside(
  target: string,
  pieces: AsyncIterable<string>,
  { signal, mark }: { readonly signal: AbortSignal; readonly mark: string },
): Promise<number> {
  const partial = path.join(path.dirname(target), `.${path.basename(target).slice(0, 80)}.${mark}.part`);
  const file = await open(partial, 'wx', 0o600);
  let bytes = 0;
  try {
    try {
      let held: string[] = [];
      let length = 0;
      const flush = async () => {
        signal.throwIfAborted();
        const data = Buffer.from(held.join(''));
        held = [];
        length = 0;
        bytes += data.length;
        await file.writeFile(data);
      };
      for await (const piece of pieces) {
        held.push(piece);
        length += piece.length;
        if (length >= CHUNK) await flush();
      }
      await flush();
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(partial, target);
    return bytes;
  } catch (error) {
    await unlink(partial).catch(() => undefined);
    throw error;
  }
}
