export interface Edit {
  readonly search: string;
  readonly replace: string;
  readonly replaceAll: boolean;
}

export type EditResult =
  | { readonly kind: 'edited'; readonly text: string }
  | { readonly kind: 'no-match' }
  | { readonly kind: 'ambiguous'; readonly count: number };

interface Match {
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

/**
 * Pure. Texts are "binary strings" (one character a byte), so a file of any encoding keeps its other bytes.
 * Three passes, the first with a match decides: exact; lines without trailing blanks; lines without blanks at
 * both ends. The latter two take whole lines and keep the file's line ends and indentation.
 */
export function searchReplace(text: string, edit: Edit): EditResult {
  const matches = firstMatches(text, edit);
  const [first] = matches;
  if (!first) return { kind: 'no-match' };
  if (matches.length > 1 && !edit.replaceAll) return { kind: 'ambiguous', count: matches.length };
  let edited = '';
  let at = 0;
  for (const match of matches) {
    edited += text.slice(at, match.start) + match.replacement;
    at = match.end;
  }
  return { kind: 'edited', text: edited + text.slice(at) };
}

function firstMatches(text: string, edit: Edit): readonly Match[] {
  const exact = exactMatches(text, edit);
  if (exact.length > 0) return exact;
  const trailing = lineMatches(text, edit, withoutTrailing);
  return trailing.length > 0 ? trailing : lineMatches(text, edit, withoutBoth);
}

function exactMatches(text: string, edit: Edit): readonly Match[] {
  const matches: Match[] = [];
  let start = text.indexOf(edit.search);
  while (start !== -1) {
    const end = start + edit.search.length;
    matches.push({ start, end, replacement: edit.replace });
    start = text.indexOf(edit.search, end);
  }
  return matches;
}

/** Only ASCII blanks: other bytes may be parts of characters. */
const BLANKS = ' \t\r\f\v';

/** By hand: a pattern for blanks at an end goes through a long line of them again and again. */
function withoutTrailing(line: string): string {
  let end = line.length;
  while (end > 0 && BLANKS.includes(line[end - 1] ?? '')) end--;
  return line.slice(0, end);
}

const withoutBoth = (line: string) => withoutTrailing(line).replace(/^[ \t\r\f\v]+/, '');
const indentOf = (line: string) => /^[ \t]*/.exec(line)?.[0] ?? '';

interface Line {
  readonly text: string;
  readonly start: number;
}

function lineMatches(text: string, edit: Edit, normal: (line: string) => string): readonly Match[] {
  const lines = linesOf(text);
  const wholeLines = edit.search.endsWith('\n');
  const wanted = (wholeLines ? edit.search.slice(0, -1) : edit.search).split('\n');
  const keys = wanted.map(normal);
  // Blank lines alone would match everywhere.
  if (keys.every((key) => key === '')) return [];
  const have = lines.map((line) => normal(line.text));
  const matches: Match[] = [];
  for (let at = 0; at + keys.length <= lines.length; at++) {
    if (!keys.every((key, index) => have[at + index] === key)) continue;
    matches.push(matchOf({ text, found: lines.slice(at, at + keys.length), wanted, wholeLines, edit }));
    at += keys.length - 1;
  }
  return matches;
}

interface Found {
  readonly text: string;
  readonly found: readonly Line[];
  readonly wanted: readonly string[];
  readonly wholeLines: boolean;
  readonly edit: Edit;
}

function matchOf({ text, found, wanted, wholeLines, edit }: Found): Match {
  const start = found[0]?.start ?? 0;
  const last = found.at(-1);
  const textEnd = last ? last.start + last.text.length : start;
  const hasNewline = text[textEnd] === '\n';
  const crlf = found.some((line) => line.text.endsWith('\r')) && !edit.search.includes('\r');
  let replacement = adaptIndent(edit.replace, wanted, found);
  if (crlf) replacement = replacement.replaceAll(/\r?\n/g, '\r\n');
  if (wholeLines && hasNewline) return { start, end: textEnd + 1, replacement };
  // The search ended with a newline that the file's last line does not have.
  if (wholeLines) return { start, end: textEnd, replacement: replacement.replace(/\r?\n$/, '') };
  // The `\r` of the last line belongs to the line end, which stays.
  return { start, end: crlf && last?.text.endsWith('\r') ? textEnd - 1 : textEnd, replacement };
}

/** Where the file's indentation differs from that of the search, the replacement follows the file. */
function adaptIndent(replace: string, wanted: readonly string[], found: readonly Line[]): string {
  const byIndent = new Map<string, string>();
  wanted.forEach((line, index) => {
    const real = found[index];
    if (withoutBoth(line) !== '' && real && !byIndent.has(indentOf(line))) {
      byIndent.set(indentOf(line), indentOf(real.text));
    }
  });
  const known = [...byIndent.keys()].sort((a, b) => b.length - a.length);
  return replace
    .split('\n')
    .map((line) => {
      if (withoutBoth(line) === '') return line;
      const base = known.find((indent) => indentOf(line).startsWith(indent));
      return base === undefined ? line : (byIndent.get(base) ?? '') + line.slice(base.length);
    })
    .join('\n');
}

function linesOf(text: string): readonly Line[] {
  const lines: Line[] = [];
  let start = 0;
  for (const line of text.split('\n')) {
    lines.push({ text: line, start });
    start += line.length + 1;
  }
  // What follows the last newline is no line.
  return text.endsWith('\n') || text === '' ? lines.slice(0, -1) : lines;
}
