import { limits } from '../base/limits.ts';
import { badRequest, Refusal, refusalOf } from '../base/refusal.ts';
import { openPlainFile } from './open-plain.ts';
import { type FileRules, resolvePath } from './paths.ts';

export interface ByteRange {
  readonly offset: number;
  /** 0: to the end. */
  readonly limit: number;
}

/** Past the end: empty. */
export async function readFileRange(given: string, range: ByteRange, rules: FileRules): Promise<Buffer> {
  if (range.offset < 0) throw badRequest('offset must not be negative');
  if (range.limit < 0) throw badRequest('limit must not be negative');
  const resolved = await resolvePath(given, rules);
  const most = range.limit === 0 ? limits.readFile : Math.min(range.limit, limits.readFile);
  // One byte more than allowed tells whether there is more.
  const bytes = await readBytes(resolved, { offset: range.offset, limit: most + 1 }, rules);
  if (bytes.length <= most || range.limit === most) return bytes.subarray(0, most);
  throw new Refusal(
    413,
    'too-large',
    `${given}: more than ${limits.readFile} bytes; read it in ranges with offset and limit`,
  );
}

/** At most `limit` bytes; files that do not know their size (as below /proc) are read to their end. */
export async function readBytes(
  resolved: string,
  { offset, limit }: ByteRange,
  rules: FileRules,
): Promise<Buffer> {
  const file = await openPlainFile(resolved, rules);
  try {
    const chunks: Buffer[] = [];
    let got = 0;
    while (got < limit) {
      const buffer = Buffer.allocUnsafe(Math.min(limit - got, 1 << 20));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, offset + got);
      if (bytesRead === 0) break;
      chunks.push(buffer.subarray(0, bytesRead));
      got += bytesRead;
    }
    return Buffer.concat(chunks);
  } catch (error) {
    throw refusalOf(error, resolved);
  } finally {
    await file.close();
  }
}

const types: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  svg: 'image/svg+xml',
  pdf: 'application/pdf',
  txt: 'text/plain; charset=utf-8',
  md: 'text/markdown; charset=utf-8',
  html: 'text/html; charset=utf-8',
  json: 'application/json',
};

export function contentTypeOf(given: string): string {
  const extension = /\.([^./]+)$/.exec(given)?.[1]?.toLowerCase() ?? '';
  return types[extension] ?? 'application/octet-stream';
}
