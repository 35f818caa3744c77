import { badRequest } from '../base/refusal.ts';

export interface SearchPattern {
  /** For one line, without its newline. */
  readonly js: { readonly source: string; readonly flags: string };
  /** The same for ripgrep's own engine; null: the literal text, as it was given. */
  readonly rust: string | null;
  readonly ignoreCase: boolean;
}

const MOST_BYTES = 4_096;
const MOST_REPEATS = 1_000;

/**
 * One dialect for both engines, so that it does not matter which one searches: what both can do, with the meaning that
 * ripgrep gives it (Unicode classes, no look-around, no back-references, flags at the beginning only).
 */
export function parsePattern(text: string, regex: boolean, ignoreCase: boolean): SearchPattern {
  if (text === '') throw badRequest('pattern must not be empty');
  if (Buffer.byteLength(text) > MOST_BYTES) throw badRequest(`pattern is longer than ${MOST_BYTES} bytes`);
  if (/[\n\0]/.test(text))
    throw badRequest('pattern must not contain a newline or NUL: lines are searched');
  const parsed = regex ? new PatternParser(text).parse() : null;
  const js = parsed ? parsed.js : Array.from(text, jsLiteral).join('');
  const caseless = ignoreCase || (parsed?.ignoreCase ?? false);
  const flags = caseless ? 'giu' : 'gu';
  try {
    new RegExp(js, flags);
  } catch {
    throw badRequest('pattern is no regular expression');
  }
  return { js: { source: js, flags }, rust: parsed && parsed.rust, ignoreCase: caseless };
}

const WORD = '[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}]';
/** What Rust's classes of a letter mean, in JavaScript. */
const CLASSES: Readonly<Record<string, string>> = {
  d: '\\p{Nd}',
  D: '\\P{Nd}',
  s: '\\p{White_Space}',
  S: '\\P{White_Space}',
};
const OUTSIDE: Readonly<Record<string, string>> = {
  ...CLASSES,
  w: WORD,
  W: `[^${WORD.slice(1)}`,
  b: `(?:(?<=${WORD})(?!${WORD})|(?<!${WORD})(?=${WORD}))`,
  B: `(?:(?<=${WORD})(?=${WORD})|(?<!${WORD})(?!${WORD}))`,
  A: '(?<![^])',
  z: '(?![^])',
};
const INSIDE: Readonly<Record<string, string>> = { ...CLASSES, w: WORD.slice(1, -1) };
const CONTROLS: Readonly<Record<string, number>> = { a: 7, t: 9, v: 11, f: 12, r: 13, n: 10 };
const POSIX: Readonly<Record<string, string>> = {
  alpha: 'a-zA-Z',
  digit: '0-9',
  alnum: 'a-zA-Z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space: '\\u{9}-\\u{d}\\u{20}',
  blank: '\\u{9}\\u{20}',
  xdigit: '0-9a-fA-F',
  word: 'a-zA-Z0-9_',
  punct: '\\u{21}-\\u{2f}\\u{3a}-\\u{40}\\u{5b}-\\u{60}\\u{7b}-\\u{7e}',
};

interface Piece {
  readonly js: string;
  readonly rust: string;
}

class PatternParser {
  private readonly chars: readonly string[];
  private at = 0;

  constructor(text: string) {
    this.chars = Array.from(text);
  }

  parse(): Piece & { readonly ignoreCase: boolean } {
    const ignoreCase = this.takeFlags();
    const pieces: Piece[] = [];
    while (this.at < this.chars.length) pieces.push(this.takePiece());
    return {
      js: pieces.map((piece) => piece.js).join(''),
      rust: pieces.map((piece) => piece.rust).join(''),
      ignoreCase,
    };
  }

  /** `(?i)` and the like; those that have no meaning within one line are taken and mean nothing. */
  private takeFlags(): boolean {
    const flags = /^\(\?([imsu]+)\)/.exec(this.chars.slice(0, 16).join(''));
    if (!flags?.[1]) return false;
    this.at = flags[0].length;
    return flags[1].includes('i');
  }

  private takePiece(): Piece {
    const char = this.take();
    switch (char) {
      case '\\':
        return this.takeEscape(OUTSIDE);
      case '[':
        return this.takeClass();
      case '(':
        return this.takeGroup();
      case '.':
        return { js: '[^\\n]', rust: '.' };
      case '{':
        return this.takeRepeats();
      case ']':
      case '}':
        return literal(char);
      default:
        return /[)|*+?^$]/.test(char) ? { js: char, rust: char } : literal(char);
    }
  }

  private takeGroup(): Piece {
    if (this.chars[this.at] !== '?') return { js: '(?:', rust: '(?:' };
    const rest = this.chars.slice(this.at, this.at + 100).join('');
    const named = /^\?P?<[\p{L}_][\p{L}\p{Nd}_.]*>/u.exec(rest)?.[0] ?? /^\?:/.exec(rest)?.[0];
    if (named === undefined)
      throw badRequest('pattern: look-around, and flags after the beginning, are not supported');
    this.at += Array.from(named).length;
    return { js: '(?:', rust: '(?:' };
  }

  private takeRepeats(): Piece {
    const given = /^(\d{1,4})(?:,(\d{0,4}))?\}/.exec(this.chars.slice(this.at, this.at + 12).join(''));
    if (!given)
      throw badRequest('pattern: a { must begin a number of repeats; write \\{ for the character');
    if (Number(given[1]) > MOST_REPEATS || Number(given[2] ?? 0) > MOST_REPEATS)
      throw badRequest(`pattern: more than ${MOST_REPEATS} repeats`);
    this.at += given[0].length;
    return { js: `{${given[0]}`, rust: `{${given[0]}` };
  }

  private takeEscape(classes: Readonly<Record<string, string>>): Piece {
    const char = this.take();
    const known = classes[char];
    if (known !== undefined) return { js: known, rust: `\\${char}` };
    const control = CONTROLS[char];
    if (control !== undefined) return codePoint(control);
    if (char === 'x' || char === 'u' || char === 'U') return codePoint(this.takeHex(char));
    if (char === 'p' || char === 'P') return this.takeProperty(char);
    // Letters and digits mean something that only one of the two knows, such as a back-reference.
    if (!/[!-/:-@[-`{-~ ]/.test(char)) throw badRequest(`pattern: \\${char} is not supported`);
    return literal(char);
  }

  private takeHex(kind: string): number {
    const rest = this.chars.slice(this.at, this.at + 12).join('');
    const digits = { x: 2, u: 4, U: 8 }[kind] ?? 2;
    const given =
      /^\{([0-9a-f]{1,8})\}/i.exec(rest) ?? new RegExp(`^([0-9a-f]{${digits}})`, 'i').exec(rest);
    const value = Number.parseInt(given?.[1] ?? '', 16);
    if (!given || !(value <= 0x10ffff) || (value >= 0xd800 && value < 0xe000))
      throw badRequest(`pattern: \\${kind} names no character`);
    this.at += given[0].length;
    return value;
  }

  private takeProperty(kind: string): Piece {
    const given = /^(?:\{([A-Za-z_=]{1,60})\}|([A-Z]))/.exec(
      this.chars.slice(this.at, this.at + 64).join(''),
    );
    const name = given?.[1] ?? given?.[2] ?? '';
    const js = [name, `Script=${name}`].map((one) => `\\${kind}{${one}}`).find(compiles);
    if (!given || js === undefined) throw badRequest(`pattern: \\${kind} names no property of characters`);
    this.at += given[0].length;
    return { js, rust: `\\${kind}{${name}}` };
  }

  private takeClass(): Piece {
    const negated = this.chars[this.at] === '^';
    if (negated) this.at++;
    const pieces: Piece[] = [];
    for (let first = true; first || this.chars[this.at] !== ']'; first = false) {
      pieces.push(this.takeClassPiece());
      const isRange =
        this.chars[this.at] === '-' && (this.chars[this.at + 1] ?? ']') !== ']' && pieces.length > 0;
      if (!isRange) continue;
      this.at++;
      pieces.push({ js: '-', rust: '-' }, this.takeClassPiece());
    }
    this.at++;
    const all = (which: keyof Piece) => pieces.map((piece) => piece[which]).join('');
    const open = negated ? '[^' : '[';
    return { js: `${open}${all('js')}]`, rust: `${open}${all('rust')}]` };
  }

  private takeClassPiece(): Piece {
    const char = this.take();
    if (char === '\\') return this.takeEscape(INSIDE);
    const named =
      char === '[' ? /^:([a-z]+):\]/.exec(this.chars.slice(this.at, this.at + 12).join('')) : null;
    const posix = POSIX[named?.[1] ?? ''];
    if (!named || posix === undefined) return literal(char);
    this.at += named[0].length;
    return { js: posix, rust: `[:${named[1] ?? ''}:]` };
  }

  private take(): string {
    const char = this.chars[this.at++];
    if (char === undefined) throw badRequest('pattern ends too early');
    return char;
  }
}

function compiles(source: string): boolean {
  try {
    return new RegExp(source, 'u').source !== '';
  } catch {
    return false;
  }
}

function codePoint(value: number): Piece {
  if (value === 10 || value === 0)
    throw badRequest('pattern must not contain a newline or NUL: lines are searched');
  return { js: `\\u{${value.toString(16)}}`, rust: `\\x{${value.toString(16)}}` };
}

function literal(char: string): Piece {
  if (/[\p{L}\p{Nd}_]/u.test(char)) return { js: char, rust: char };
  return { js: jsLiteral(char), rust: `\\x{${(char.codePointAt(0) ?? 0).toString(16)}}` };
}

function jsLiteral(char: string): string {
  return `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`;
}
