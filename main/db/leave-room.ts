import { statfs } from 'node:fs/promises';

/** More than what the database keeps free for its own next steps: a copy gives up before chats have to wait. */
const SPARE_BYTES = 80 * 1024 * 1024;

/** Throws as a full disk does, while there is still room for chats to go on. */
export async function leaveRoom(directory: string): Promise<void> {
  const { bavail, bsize } = await statfs(directory);
  if (bavail * bsize >= SPARE_BYTES) return;
  throw Object.assign(new Error('a copy would fill the disk'), { code: 'ENOSPC' });
}
