import { byteLength, cutMiddle } from './cut.ts';

const FLOOR_BYTES = 16 * 1024;
const UNKNOWN_WINDOW_BYTES = 64 * 1024;
const BYTES_PER_TOKEN = 3;

/** The most that one result may take: a third of the context window, in bytes. */
export function resultBudget(contextLimit: number | null): number {
  if (contextLimit === null || contextLimit <= 0) return UNKNOWN_WINDOW_BYTES;
  return Math.max(FLOOR_BYTES, Math.floor(contextLimit / 3) * BYTES_PER_TOKEN);
}

/**
 * Makes a result fit: its longest text loses its middle, so that the shape (exit code, process id) stays
 * readable. A result that no one text makes too large becomes text itself.
 */
export function guardSize(result: unknown, contextLimit: number | null): unknown {
  const budget = resultBudget(contextLimit);
  const size = jsonBytes(result);
  if (size <= budget) return result;
  const longest = longestText(result);
  const rest = size - jsonBytes(longest);
  // Escapes make JSON longer than the text, so the room is found by shrinking.
  for (let room = budget - rest; room >= FLOOR_BYTES / 16; room = Math.floor(room * 0.8)) {
    const cut = replaceText(result, longest, cutMiddle(longest, room));
    if (jsonBytes(cut) <= budget) return cut;
  }
  return shrinkText(JSON.stringify(result), budget);
}

function shrinkText(text: string, budget: number): string {
  for (let room = budget; ; room = Math.floor(room * 0.8)) {
    const cut = cutMiddle(text, room);
    if (jsonBytes(cut) <= budget) return cut;
  }
}

function jsonBytes(value: unknown): number {
  return byteLength(JSON.stringify(value) ?? 'null');
}

function longestText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return '';
  let longest = '';
  for (const child of Object.values(value)) {
    const text = longestText(child);
    if (text.length > longest.length) longest = text;
  }
  return longest;
}

function replaceText(value: unknown, from: string, to: string): unknown {
  return mapTexts(value, (text) => (text === from ? to : text));
}

/** A copy of a JSON value with every text in it changed; names of properties stay. */
export function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, mapTexts(child, change)]));
}
