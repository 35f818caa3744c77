import { constants } from 'node:fs';
import { type FileHandle, open, readFile, stat, unlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { hostname } from 'node:os';
import path from 'node:path';
import { DatabaseFault } from './fault.ts';

export interface DatabaseLock {
  release(): Promise<void>;
}

/*
 * Two engines on one directory corrupt it silently, so the lock is one that the kernel drops with its owner,
 * whichever way that dies: no file that a kill -9 leaves behind, no process id that somebody else may have by
 * now. Linux: a listening socket in the abstract namespace; Windows: a named pipe; macOS: an open file with
 * O_EXLOCK. The name is made of the directory's device and inode, so every path to it meets the same lock.
 * Other hosts cannot come (network file systems are refused); containers must not share the directory unless
 * they share the network namespace.
 */

/** Takes the lock of the directory for this process, or faults with `database-locked`. */
export async function lockDirectory(directory: string): Promise<DatabaseLock> {
  const release = process.platform === 'darwin' ? await lockFile(directory) : await lockName(directory);
  const note = path.join(directory, 'owner.json');
  await writeFile(
    note,
    `${JSON.stringify({ pid: process.pid, hostname: hostname(), since: new Date() })}\n`,
  );
  return {
    async release() {
      await unlink(note).catch(() => {});
      await release();
    },
  };
}

async function lockName(directory: string): Promise<() => Promise<void>> {
  const { dev, ino } = await stat(directory, { bigint: true });
  const name = `gaffer-db-${dev}-${ino}`;
  const server = createServer((socket) => socket.destroy());
  const isOurs = await listen(server, process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : `\0${name}`);
  if (!isOurs) throw await lockedFault(directory);
  server.unref();
  return () => new Promise((resolve) => server.close(() => resolve()));
}

function listen(server: Server, address: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false);
      else reject(error);
    });
    // Not shared with the workers of a cluster.
    server.listen({ path: address, exclusive: true }, () => resolve(true));
  });
}

/** BSD's O_EXLOCK, which Node has no name for. */
const O_EXLOCK = 0x20;

async function lockFile(directory: string): Promise<() => Promise<void>> {
  const { O_CREAT, O_RDWR, O_NONBLOCK } = constants;
  let file: FileHandle;
  try {
    file = await open(path.join(directory, 'lock'), O_CREAT | O_RDWR | O_NONBLOCK | O_EXLOCK, 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') throw await lockedFault(directory);
    throw error;
  }
  return () => file.close();
}

async function lockedFault(directory: string): Promise<DatabaseFault> {
  const owner = await readFile(path.join(directory, 'owner.json'), 'utf8').catch(() => 'unknown');
  return new DatabaseFault('database-locked', `Another process has the database open: ${owner.trim()}`);
}
