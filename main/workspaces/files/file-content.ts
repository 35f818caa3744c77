import type { FileContent } from '@shared/contract/files.ts';

const MIB = 1024 * 1024;
export const TEXT_BYTES = MIB;
export const IMAGE_BYTES = 5 * MIB;
/** So far a NUL is looked for, as git does. */
const LOOKED_AT_BYTES = 8_000;

/** How much of a file is worth reading, by its name. */
export function readLimit(path: string): number {
  return /\.(?:png|jpe?g|gif|webp)$/i.test(path) ? IMAGE_BYTES : TEXT_BYTES;
}

/** What the bytes of a whole file are, whatever its name says. */
export function fileContent(bytes: Uint8Array): FileContent {
  const type = imageType(bytes);
  if (type !== null) return { kind: 'image', type, base64: Buffer.from(bytes).toString('base64') };
  if (bytes.length > TEXT_BYTES) return { kind: 'too-large', size: bytes.length, limit: TEXT_BYTES };
  const encoding = encodingOf(bytes);
  if (encoding === null) return { kind: 'binary', size: bytes.length };
  return { kind: 'text', text: new TextDecoder(encoding).decode(bytes) };
}

const IMAGES: readonly (readonly [type: string, at: number, magic: string])[] = [
  ['image/png', 0, '\u0089PNG\r\n\u001a\n'],
  ['image/jpeg', 0, '\u00ff\u00d8\u00ff'],
  ['image/gif', 0, 'GIF8'],
  ['image/webp', 8, 'WEBP'],
];

function imageType(bytes: Uint8Array): string | null {
  const head = Buffer.from(bytes.subarray(0, 16)).toString('latin1');
  return IMAGES.find(([, at, magic]) => head.startsWith(magic, at))?.[0] ?? null;
}

/** Null: no text. A mark at the beginning tells the wide ones, in which every other byte may be NUL. */
function encodingOf(bytes: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return bytes.subarray(0, LOOKED_AT_BYTES).includes(0) ? null : 'utf-8';
}
