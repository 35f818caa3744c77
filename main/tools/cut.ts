/** Bytes kept back for the line that says how much is missing. */
const MARKER_BYTES = 256;

export function byteLength(text: string): number {
  return Buffer.byteLength(text);
}

/** The longest start of `text` that fits into `bytes` as UTF-8 without splitting a character. */
export function cutHead(text: string, bytes: number): string {
  const all = Buffer.from(text);
  if (all.length <= bytes) return text;
  let end = Math.max(0, bytes);
  while (end > 0 && isContinuation(all[end])) end -= 1;
  return all.toString('utf8', 0, end);
}

/** The longest end of `text` that fits. */
export function cutTail(text: string, bytes: number): string {
  const all = Buffer.from(text);
  if (all.length <= bytes) return text;
  let start = all.length - Math.max(0, bytes);
  while (start < all.length && isContinuation(all[start])) start += 1;
  return all.toString('utf8', start);
}

/** The first characters; an ellipsis stands for the rest. */
export function cutRunes(text: string, runes: number): string {
  const all = Array.from(text);
  return all.length <= runes ? text : `${all.slice(0, runes - 1).join('')}…`;
}

/** Two thirds from the start, one from the end and a marker between; small budgets: only the start (CHATD 5.7). */
export function cutMiddle(text: string, budget: number): string {
  const total = byteLength(text);
  if (total <= budget) return text;
  if (budget <= 2 * MARKER_BYTES) return cutHead(text, budget);
  const room = budget - MARKER_BYTES;
  const head = cutHead(text, Math.floor((room * 2) / 3));
  const tail = cutTail(text, Math.floor(room / 3));
  const removed = total - byteLength(head) - byteLength(tail);
  return `${head}\n\n... [${removed} bytes removed from the middle: too large for the context] ...\n\n${tail}`;
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
