import type { SearchedLine } from '@shared/agent-protocol/index.ts';

export interface LinesWanted {
  readonly pattern: RegExp;
  readonly context: number;
  /** Lines that match. */
  readonly most: number;
  /** UTF-16 units of a line's text. */
  readonly lineLength: number;
}

export interface LinesFound {
  readonly lines: readonly SearchedLine[];
  readonly matches: number;
  /** There are more than were wanted. */
  readonly more: boolean;
}

/** Pure. The lines of a text that match, each with those around it; a line that stands near two matches comes once. */
export function searchLines(text: string, wanted: LinesWanted): LinesFound {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const found: SearchedLine[] = [];
  let matches = 0;
  let shown = 0;
  let contextUntil = 0;
  for (const [index, line] of lines.entries()) {
    const ranges = rangesIn(line, wanted.pattern);
    if (ranges === null) {
      if (index < contextUntil) found.push(lineOf(line, index, null, wanted));
      if (index < contextUntil) shown = index + 1;
      continue;
    }
    if (matches === wanted.most) return { lines: found, matches, more: true };
    matches++;
    const first = Math.max(shown, index - wanted.context);
    for (let at = first; at < index; at++) found.push(lineOf(lines[at] ?? '', at, null, wanted));
    found.push(lineOf(line, index, ranges, wanted));
    shown = index + 1;
    contextUntil = index + 1 + wanted.context;
  }
  return { lines: found, matches, more: false };
}

type Ranges = readonly (readonly [number, number])[];

/** Beyond that a line is one long match of something like `.`, and nobody looks at each. */
const MOST_RANGES = 100;

/** Null: no match. Matches of nothing have no range. */
function rangesIn(line: string, pattern: RegExp): Ranges | null {
  pattern.lastIndex = 0;
  let any = false;
  const ranges: [number, number][] = [];
  for (let match = pattern.exec(line); match; match = pattern.exec(line)) {
    any = true;
    const end = match.index + match[0].length;
    if (match[0] !== '') ranges.push([match.index, end]);
    else pattern.lastIndex += (line.codePointAt(end) ?? 0) > 0xffff ? 2 : 1;
    if (ranges.length === MOST_RANGES || pattern.lastIndex > line.length) break;
  }
  return any ? ranges : null;
}

/** So much of a long line is shown before its first match. */
const LEAD = 100;

function lineOf(line: string, index: number, ranges: Ranges | null, { lineLength }: LinesWanted) {
  const first = ranges?.[0]?.[0] ?? 0;
  const from = line.length <= lineLength || first < lineLength / 2 ? 0 : wholeStart(line, first - LEAD);
  const text = line.slice(from, wholeStart(line, from + lineLength));
  const inside = (ranges ?? []).flatMap(([start, end]): [number, number][] => {
    const cut: [number, number] = [Math.max(0, start - from), Math.min(end - from, text.length)];
    return cut[0] < cut[1] ? [cut] : [];
  });
  return { number: index + 1, matches: ranges !== null, text, from, ranges: inside };
}

/** Not in the middle of a character that takes two units. */
function wholeStart(text: string, at: number): number {
  const isLow = (text.charCodeAt(at) & 0xfc00) === 0xdc00;
  return isLow ? at - 1 : at;
}
