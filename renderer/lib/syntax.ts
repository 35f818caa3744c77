export type SyntaxKind = 'kw' | 'st' | 'nu' | 'co' | 'fn' | null;

export interface SyntaxSpan {
  readonly text: string;
  readonly kind: SyntaxKind;
}

const WORDS =
  'abstract and as async await break case catch class const continue def default defer del do elif else enum ' +
  'except export extends extern false final finally fn for from func function go if impl implements import in ' +
  'interface is lambda let loop match mod module mut new nil none None not null of or package pass private ' +
  'protected pub public raise return self static struct super switch this throw trait True False true try type ' +
  'typeof undefined union unsafe use using var void when where while with yield';
const KEYWORDS = new Set(WORDS.split(' '));

// Comment, string, number, word (with a look at a following parenthesis). One pass, no state across lines.
const TOKEN =
  /(\/\/.*|\/\*.*?(?:\*\/|$)|(?<=^|\s)#(?![\w[!]).*)|("(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`?)|(\b\d[\d_.]*(?:e[+-]?\d+)?\b|\b0x[\da-f]+\b)|([A-Za-z_$][\w$]*)(?=(\s*\()?)/gi;

/** A light colouring of one line, the same for every language: enough to read, never wrong enough to mislead. */
export function colourLine(line: string): readonly SyntaxSpan[] {
  if (line.length > 600) return [{ text: line, kind: null }];
  const spans: SyntaxSpan[] = [];
  let from = 0;
  for (const match of line.matchAll(TOKEN)) {
    const kind = kindOf(match);
    if (kind === null) continue;
    if (match.index > from) spans.push({ text: line.slice(from, match.index), kind: null });
    spans.push({ text: match[0], kind });
    from = match.index + match[0].length;
  }
  if (from < line.length) spans.push({ text: line.slice(from), kind: null });
  return spans;
}

function kindOf(match: RegExpExecArray): SyntaxKind {
  if (match[1]) return 'co';
  if (match[2]) return 'st';
  if (match[3]) return 'nu';
  if (KEYWORDS.has(match[0])) return 'kw';
  return match[5] === undefined ? null : 'fn';
}
