import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { invariant } from '@shared/util/invariant.ts';
import { BLOCK, tarHeader } from './archive.ts';
import { leaveRoom } from './leave-room.ts';

const LEVEL = 4;

/** Writes a tar.gz of a directory's content, a piece of a file in memory at a time. Answers its size and sum. */
export async function packTo(directory: string, file: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  await pipeline(
    Readable.from(blocksOf(directory, path.dirname(file))),
    createGzip({ level: LEVEL }),
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        bytes += chunk.length;
        yield chunk;
      }
    },
    createWriteStream(file, { mode: 0o600, flags: 'wx', flush: true }),
  );
  return { bytes, sha256: hash.digest('hex') };
}

/** `room`: where they are written to. */
async function* blocksOf(directory: string, room: string): AsyncGenerator<Buffer> {
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const full = path.join(entry.parentPath, entry.name);
    const name = path.relative(directory, full).split(path.sep).join('/');
    if (entry.isDirectory()) yield tarHeader(`${name}/`, '5', 0);
    else if (entry.isFile()) {
      await leaveRoom(room);
      const { size } = await stat(full);
      yield tarHeader(name, '0', size);
      let left = size;
      for await (const chunk of createReadStream(full, { highWaterMark: 1024 * 1024 })) {
        left -= (chunk as Buffer).length;
        yield chunk as Buffer;
      }
      invariant(left === 0, 'nobody writes to what is packed');
      yield Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
    }
  }
  yield Buffer.alloc(2 * BLOCK);
}

/** An archive is not what packTo makes. */
export class BadArchive extends Error {
  override readonly name = 'BadArchive';
}

/** Unpacks what packTo made into a new directory; answers the archive's sum. Throws BadArchive for anything else. */
export async function unpackFrom(file: string, directory: string): Promise<{ sha256: string }> {
  const hash = createHash('sha256');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  let laid: Promise<void> = Promise.resolve();
  try {
    await pipeline(
      createReadStream(file),
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          hash.update(chunk);
          yield chunk;
        }
      },
      createGunzip(),
      (chunks: AsyncIterable<Buffer>) => {
        laid = layOut(chunks, directory);
        return laid;
      },
    );
  } catch (error) {
    // It is told before the last file is closed.
    await laid.catch(() => undefined);
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code.startsWith('Z_') || code === 'ERR_STREAM_PREMATURE_CLOSE')
      throw new BadArchive('The archive is damaged.', { cause: error });
    throw error;
  }
  return { sha256: hash.digest('hex') };
}

async function layOut(chunks: AsyncIterable<Buffer>, directory: string): Promise<void> {
  const source = takeFrom(chunks);
  for (;;) {
    const head = await source.take(BLOCK);
    if (head.length < BLOCK) throw new BadArchive('The archive ends too early.');
    if (head[0] === 0) break;
    const name = head.toString('utf8', 0, 100).replace(/\0.*$/s, '');
    const size = Number.parseInt(head.toString('latin1', 124, 135), 8);
    const target = path.resolve(directory, name);
    // Somebody else's archive must not write elsewhere.
    if (!target.startsWith(directory + path.sep) || !Number.isSafeInteger(size))
      throw new BadArchive('The archive holds a name that it must not.');
    if (head[156] === '5'.charCodeAt(0)) {
      await mkdir(target, { recursive: true, mode: 0o700 });
      continue;
    }
    await mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
    await leaveRoom(directory);
    const out = await open(target, 'w', 0o600);
    try {
      for (let left = size; left > 0; ) {
        const piece = await source.some(left);
        if (piece.length === 0) throw new BadArchive('The archive ends too early.');
        await out.writeFile(piece);
        left -= piece.length;
      }
    } finally {
      await out.close();
    }
    await source.take((BLOCK - (size % BLOCK)) % BLOCK);
  }
  // The end of the compressed stream has its own sum, which must be read.
  while ((await source.some(Number.MAX_SAFE_INTEGER)).length > 0);
}

/** Bytes by number out of chunks as they come. */
function takeFrom(chunks: AsyncIterable<Buffer>) {
  const iterator = chunks[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);
  /** Up to `most`; empty at the end. */
  async function some(most: number): Promise<Buffer> {
    if (held.length === 0) {
      const { value, done } = await iterator.next();
      held = done ? Buffer.alloc(0) : value;
    }
    const piece = held.subarray(0, most);
    held = held.subarray(piece.length);
    return piece;
  }
  async function take(count: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for (let left = count; left > 0; ) {
      const piece = await some(left);
      if (piece.length === 0) break;
      pieces.push(piece);
      left -= piece.length;
    }
    return Buffer.concat(pieces);
  }
  return { some, take };
}
