import { buffer } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { readTarEntry } from './tar-entry.ts';

function entry(name: string, content: Buffer): Buffer {
  const header = Buffer.alloc(512);
  header.write(name);
  header.write(`${content.length.toString(8).padStart(11, '0')} `, 124);
  return Buffer.concat([header, content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
}

const wanted = Buffer.from('what we want '.repeat(200));
const archive = Buffer.concat([
  entry('package/LICENSE', Buffer.alloc(1_000, 'l')),
  entry('package/empty', Buffer.alloc(0)),
  entry('package/bin/node', wanted),
  entry('package/after', Buffer.alloc(700, 'a')),
  Buffer.alloc(1_024),
]);

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

test.each([1, 7, 511, 512, 513, 100_000])(
  'one file of an archive that comes in pieces of %s',
  async (size) => {
    expect(await buffer(readTarEntry(inPieces(archive, size), 'package/bin/node'))).toEqual(wanted);
    expect(await buffer(readTarEntry(inPieces(archive, size), 'package/empty'))).toEqual(Buffer.alloc(0));
  },
);

test('what is not in there, what ends too early, what is no archive', async () => {
  await expect(buffer(readTarEntry(inPieces(archive, 900), 'package/none'))).rejects.toThrow(
    'no package/none',
  );
  const torn = archive.subarray(0, 3_000);
  await expect(buffer(readTarEntry(inPieces(torn, 900), 'package/bin/node'))).rejects.toThrow('too early');
  await expect(buffer(readTarEntry(inPieces(Buffer.alloc(600, 'x'), 900), 'a'))).rejects.toThrow('damaged');
});
