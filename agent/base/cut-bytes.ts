/** `text` itself, or a beginning of it on a character boundary with `suffix`, in at most `bytes`. */
export function cutBytes(text: string, bytes: number, suffix: string): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  const kept = Buffer.from(text).subarray(0, Math.max(0, bytes - Buffer.byteLength(suffix)));
  return kept.subarray(0, wholeCharactersEnd(kept)).toString('utf8') + suffix;
}

/** Where the last whole UTF-8 character ends; bytes that are no UTF-8 at all are left alone. */
export function wholeCharactersEnd(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(4, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0b1100_0000) === 0b1000_0000) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

/** Skips the rest of a character that began before `bytes`. */
export function firstCharacterStart(bytes: Uint8Array): number {
  for (let at = 0; at < Math.min(4, bytes.length); at++) {
    if (((bytes[at] ?? 0) & 0b1100_0000) !== 0b1000_0000) return at;
  }
  return 0;
}
