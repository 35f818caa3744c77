import { LinkFault } from '../fault.ts';

/** One line of an SSH configuration. */
export interface Directive {
  /** In lower case. */
  readonly keyword: string;
  /** Without quotes and what follows a `#`. */
  readonly args: readonly string[];
  /** All after the keyword as it stands there: commands keep their quotes. */
  readonly rest: string;
  /** `file:line`, for messages. */
  readonly at: string;
}

export function parseConfig(text: string, file: string): readonly Directive[] {
  return text.split('\n').flatMap((line, index) => {
    const at = `${file}:${index + 1}`;
    const found = /^\s*"?([^\s"=#]+)"?\s*(?:=\s*)?(.*?)\s*$/s.exec(line);
    const [, keyword, rest] = found ?? [];
    if (keyword === undefined || rest === undefined) return [];
    return [{ keyword: keyword.toLowerCase(), args: splitWords(rest, at), rest, at }];
  });
}

/** Words in double or single quotes may hold blanks; a backslash keeps a quote, a backslash or a blank. */
export function splitWords(text: string, at: string): readonly string[] {
  const words: string[] = [];
  let word: string | null = null;
  let quote = '';
  for (let index = 0; index < text.length; index++) {
    const char = text.charAt(index);
    const next = text.charAt(index + 1);
    if (char === '\\' && (/["'\\]/.test(next) || (quote === '' && next === ' '))) {
      word = `${word ?? ''}${next}`;
      index++;
    } else if (quote === '' && /\s/.test(char)) {
      if (word !== null) words.push(word);
      word = null;
    } else if (quote === '' && word === null && char === '#') {
      return words;
    } else if (quote === '' && /["']/.test(char)) {
      word ??= '';
      quote = char;
    } else if (char === quote) {
      quote = '';
    } else {
      word = `${word ?? ''}${char}`;
    }
  }
  if (quote !== '') throw configFault(at, 'a quote is not closed');
  return word === null ? words : [...words, word];
}

export function configFault(at: string, what: string, detail: string | null = null): LinkFault {
  return new LinkFault(
    'configuration',
    `The SSH configuration has a mistake: ${what} (${at}).`,
    detail,
    `Correct ${at}, then connect again.`,
  );
}
