import { err, ok, type Result } from '@shared/util/result.ts';

const TEXT_TYPES: Readonly<Record<string, string>> = {
  json: 'application/json',
  csv: 'text/csv',
  md: 'text/markdown',
  markdown: 'text/markdown',
};

/** What begins like this is that, whatever it is called. */
const SIGNATURES: readonly (readonly [type: string, begins: RegExp])[] = [
  ['image/png', /^\x89PNG\r\n/],
  ['image/jpeg', /^\xff\xd8\xff/],
  ['image/gif', /^GIF8[79]a/],
  ['image/webp', /^RIFF[\s\S]{4}WEBP/],
  ['application/pdf', /^(\xef\xbb\xbf)?\s*%PDF-/],
];

export interface TypedFile {
  readonly mediaType: string;
  /** Text is UTF-8 from here on. */
  readonly bytes: Uint8Array;
}

/** By the bytes of a file; its name only says which kind of text it is. Any other kind is refused. */
export function typeOf(name: string, bytes: Uint8Array): Result<TypedFile, 'unsupported'> {
  const head = String.fromCharCode(...bytes.subarray(0, 64));
  const known = SIGNATURES.find(([, begins]) => begins.test(head));
  if (known) return ok({ mediaType: known[0], bytes });
  const text = decoded(bytes);
  if (text === null) return err('unsupported');
  const extension = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  const mediaType = TEXT_TYPES[extension] ?? 'text/plain';
  return ok({ mediaType, bytes: new TextEncoder().encode(text) });
}

/** UTF-8, or UTF-16 that says so; null: it is no text. */
function decoded(bytes: Uint8Array): string | null {
  const [first, second] = bytes;
  const wide =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : null;
  try {
    const text = new TextDecoder(wide ?? 'utf-8', { fatal: true }).decode(bytes);
    return text.includes('\0') ? null : text;
  } catch {
    return null;
  }
}

/** The last part of a path, in one line, as short as the names of files are. */
export function fileName(given: string): string {
  const last = given.split(/[\\/]/).at(-1) ?? '';
  // oxlint-disable-next-line no-control-regex -- they would break the line in which it is shown
  const plain = last.replaceAll(/[\u0000-\u001f\u007f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '').trim();
  if (plain.length <= 200) return plain === '' ? 'file' : plain;
  const extension = /\.[^.]{1,10}$/.exec(plain)?.[0] ?? '';
  return `${plain.slice(0, 199 - extension.length)}…${extension}`;
}
