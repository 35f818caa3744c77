import type { SFTPWrapper } from 'ssh2';

const CHUNK = 32 * 1024;
const AT_ONCE = 16;

/**
 * SFTP `fastPut` needs a local file; this is the same idea from memory: a few writes under way at once. What a write
 * that failed leaves behind is removed.
 */
export async function writeWhole(
  sftp: SFTPWrapper,
  path: string,
  content: Buffer,
  onProgress: (piece: number) => void,
): Promise<void> {
  const handle = await new Promise<Buffer>((resolve, reject) => {
    sftp.open(path, 'wx', { mode: 0o600 }, (error, opened) => (error ? reject(error) : resolve(opened)));
  });
  try {
    await writeLanes(sftp, handle, content, onProgress);
    await new Promise<void>((resolve, reject) => {
      sftp.close(handle, (error) => (error ? reject(error) : resolve()));
    });
  } catch (error) {
    await new Promise<void>((resolve) => sftp.unlink(path, () => resolve()));
    throw error;
  }
}

async function writeLanes(
  sftp: SFTPWrapper,
  handle: Buffer,
  content: Buffer,
  onProgress: (piece: number) => void,
): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < content.length) {
      const at = next;
      next += CHUNK;
      const length = Math.min(CHUNK, content.length - at);
      await new Promise<void>((resolve, reject) => {
        sftp.write(handle, content, at, length, at, (error) => (error ? reject(error) : resolve()));
      });
      onProgress(length);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}
