import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { invariant } from '@shared/util/invariant.ts';

export const BLOCK = 512;

/** A tar.gz of a directory's content, with paths relative to it. Names up to 100 bytes. */
export async function packDirectory(directory: string): Promise<Buffer> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const blocks: Buffer[] = [];
  for (const entry of entries) {
    const full = path.join(entry.parentPath, entry.name);
    const name = path.relative(directory, full).split(path.sep).join('/');
    if (entry.isDirectory()) blocks.push(tarHeader(`${name}/`, '5', 0));
    else if (entry.isFile()) {
      const content = await readFile(full);
      const padding = Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK);
      blocks.push(tarHeader(name, '0', content.length), content, padding);
    }
  }
  return promisify(gzip)(Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]), { level: 9 });
}

export function tarHeader(name: string, type: '0' | '5', size: number): Buffer {
  invariant(Buffer.byteLength(name) <= 100, 'a path fits a tar header');
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, width: number) =>
    block.write(`${value.toString(8).padStart(width - 1, '0')}\0`, at);
  block.write(name, 0);
  octal(type === '5' ? 0o700 : 0o600, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(0, 136, 12);
  block.write('        ', 148);
  block.write(type, 156);
  block.write('ustar\u000000', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

/** Unpacks what packDirectory made. Synchronous writes: a thousand small files go much faster so. */
export async function unpackDirectory(archive: Buffer, directory: string): Promise<void> {
  const tar = await promisify(gunzip)(archive);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  for (let at = 0; at + BLOCK <= tar.length && tar[at] !== 0; ) {
    const name = tar.toString('utf8', at, at + 100).replace(/\0.*$/s, '');
    const size = Number.parseInt(tar.toString('latin1', at + 124, at + 135), 8);
    const target = path.join(directory, name);
    if (tar[at + 156] === '5'.charCodeAt(0)) mkdirSync(target, { recursive: true, mode: 0o700 });
    else {
      if (!existsSync(path.dirname(target)))
        mkdirSync(path.dirname(target), { recursive: true, mode: 0o700 });
      writeFileSync(target, tar.subarray(at + BLOCK, at + BLOCK + size), { mode: 0o600 });
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
}

export async function exists(target: string): Promise<boolean> {
  return stat(target).then(
    () => true,
    () => false,
  );
}
