/**
 * Globs as `.gitignore` and ripgrep know them: `*` and `?` stay within a name, `**` spans directories, `[…]` is a class,
 * `\` takes the next character as it is. Matching never backtracks further than to the last star, so the worst pattern
 * on the worst name costs their product.
 */
export interface Glob {
  readonly segments: readonly Segment[];
}

type Segment = 'any-depth' | NamePattern;

interface NamePattern {
  readonly tokens: readonly Token[];
  /** Without anything special: the name itself. */
  readonly literal: string | null;
}

type Token =
  | { readonly kind: 'star' }
  | { readonly kind: 'one' }
  | { readonly kind: 'char'; readonly char: string }
  | {
      readonly kind: 'class';
      readonly negated: boolean;
      readonly ranges: readonly (readonly [string, string])[];
    };

const ANY_NAME: NamePattern = { tokens: [{ kind: 'star' }], literal: null };

/** Null: no glob at all, such as a class that is never closed. A pattern with no slash matches at every depth. */
export function parseGlob(pattern: string): Glob | null {
  const anchored = pattern.startsWith('/') || pattern.replace(/\/$/, '').includes('/');
  const names = pattern.replace(/^\//, '').replace(/\/$/, '').split('/');
  const segments: Segment[] = anchored ? [] : ['any-depth'];
  for (const [at, name] of names.entries()) {
    if (name === '**') {
      if (segments.at(-1) !== 'any-depth') segments.push('any-depth');
      // What is inside, not the directory itself.
      if (at === names.length - 1) segments.push(ANY_NAME);
      continue;
    }
    const parsed = parseName(name);
    if (parsed === null || name === '') return null;
    segments.push(parsed);
  }
  return { segments };
}

/** `names`: a path below where the pattern stands, in its parts. */
export function globMatches({ segments }: Glob, names: readonly string[]): boolean {
  return wildcardMatches(
    segments,
    names,
    (segment) => segment === 'any-depth',
    (segment, name) => segment !== 'any-depth' && nameMatches(segment, name),
  );
}

/** Every way through `{a,b}`, at most `most`; null: more, or a brace that is never closed. */
export function expandBraces(pattern: string, most: number): readonly string[] | null {
  const open = indexOfSpecial(pattern, 0, '{');
  if (open === -1) return [pattern];
  const parts: string[] = [];
  let depth = 0;
  let from = open + 1;
  for (let at = open; at < pattern.length; at++) {
    const char = pattern[at];
    if (char === '\\') at++;
    else if (char === '{') depth++;
    else if (char === ',' && depth === 1) {
      parts.push(pattern.slice(from, at));
      from = at + 1;
    } else if (char === '}' && --depth === 0) {
      parts.push(pattern.slice(from, at));
      return joinParts(pattern.slice(0, open), parts, pattern.slice(at + 1), most);
    }
  }
  return null;
}

function joinParts(
  before: string,
  parts: readonly string[],
  after: string,
  most: number,
): readonly string[] | null {
  const expanded: string[] = [];
  for (const part of parts) {
    const ways = expandBraces(before + part + after, most);
    if (ways === null || expanded.length + ways.length > most) return null;
    expanded.push(...ways);
  }
  return expanded;
}

function indexOfSpecial(text: string, from: number, wanted: string): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === wanted) return at;
  }
  return -1;
}

function nameMatches(pattern: NamePattern, name: string): boolean {
  if (pattern.literal !== null) return pattern.literal === name;
  return wildcardMatches(pattern.tokens, Array.from(name), (token) => token.kind === 'star', charMatches);
}

function charMatches(token: Token, char: string): boolean {
  if (token.kind === 'one') return true;
  if (token.kind === 'char') return token.char === char;
  if (token.kind === 'star') return false;
  return token.ranges.some(([low, high]) => low <= char && char <= high) !== token.negated;
}

/** A star takes as little as it can, and one more each time that what follows does not fit. */
function wildcardMatches<P, I>(
  pattern: readonly P[],
  items: readonly I[],
  isStar: (element: P) => boolean,
  fits: (element: P, item: I) => boolean,
): boolean {
  let [at, star, taken] = [0, -1, 0];
  let next = 0;
  while (next < items.length) {
    const element = pattern[at];
    const item = items[next];
    if (element !== undefined && isStar(element)) {
      star = at++;
      taken = next;
    } else if (element !== undefined && item !== undefined && fits(element, item)) {
      at++;
      next++;
    } else if (star >= 0) {
      at = star + 1;
      next = ++taken;
    } else return false;
  }
  return pattern.slice(at).every(isStar);
}

function parseName(name: string): NamePattern | null {
  const tokens: Token[] = [];
  const chars = Array.from(name);
  for (let at = 0; at < chars.length; at++) {
    const char = chars[at] ?? '';
    if (char === '*') {
      if (tokens.at(-1)?.kind !== 'star') tokens.push({ kind: 'star' });
    } else if (char === '?') tokens.push({ kind: 'one' });
    else if (char === '[') {
      const parsed = parseClass(chars, at + 1);
      if (parsed === null) return null;
      tokens.push(parsed.token);
      at = parsed.end;
    } else if (char === '\\') {
      const escaped = chars[++at];
      if (escaped === undefined) return null;
      tokens.push({ kind: 'char', char: escaped });
    } else tokens.push({ kind: 'char', char });
  }
  const literal = tokens.every((token) => token.kind === 'char')
    ? tokens.map((token) => token.char).join('')
    : null;
  return { tokens, literal };
}

const NAMED: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  alpha: [
    ['a', 'z'],
    ['A', 'Z'],
  ],
  digit: [['0', '9']],
  alnum: [
    ['a', 'z'],
    ['A', 'Z'],
    ['0', '9'],
  ],
  upper: [['A', 'Z']],
  lower: [['a', 'z']],
  space: [
    ['\t', '\r'],
    [' ', ' '],
  ],
  xdigit: [
    ['0', '9'],
    ['a', 'f'],
    ['A', 'F'],
  ],
  punct: [
    ['!', '/'],
    [':', '@'],
    ['[', '`'],
    ['{', '~'],
  ],
};

/** From after the bracket; `end` is where it closes. */
function parseClass(
  chars: readonly string[],
  start: number,
): { readonly token: Token; readonly end: number } | null {
  const negated = chars[start] === '!' || chars[start] === '^';
  const first = negated ? start + 1 : start;
  const ranges: (readonly [string, string])[] = [];
  for (let at = first; at < chars.length; at++) {
    let char = chars[at] ?? '';
    if (char === ']' && at > first) return { token: { kind: 'class', negated, ranges }, end: at };
    const named = char === '[' && chars[at + 1] === ':' ? namedClass(chars, at + 2) : null;
    if (named) {
      ranges.push(...named.ranges);
      at = named.end;
      continue;
    }
    if (char === '\\') char = chars[++at] ?? '';
    const isRange = chars[at + 1] === '-' && chars[at + 2] !== undefined && chars[at + 2] !== ']';
    if (!isRange) ranges.push([char, char]);
    else {
      at += 2;
      if (chars[at] === '\\') at++;
      ranges.push([char, chars[at] ?? '']);
    }
  }
  return null;
}

function namedClass(chars: readonly string[], start: number) {
  const end = chars.indexOf(':', start);
  const ranges = end > 0 && chars[end + 1] === ']' ? NAMED[chars.slice(start, end).join('')] : undefined;
  return ranges ? { ranges, end: end + 1 } : null;
}
