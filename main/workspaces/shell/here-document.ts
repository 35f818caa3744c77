import type { Node } from 'web-tree-sitter';
import type { Descend } from './words.ts';

/**
 * Why a here-document cannot be read for sure; null when it can. Only the plain form passes, whose end is looked for
 * here again: `<<END` or `<<'END'` at the end of a line, up to a line that is END and nothing else.
 */
export function checkHereDocument(text: string, redirect: Node, descend: Descend): string | null {
  const [operator, start, ...rest] = redirect.children;
  const body = rest.find((child) => child.type === 'heredoc_body');
  const end = rest.find((child) => child.type === 'heredoc_end');
  const others = rest.filter((child) => child !== body && child !== end && child.text.trim() !== '');
  if (operator?.type !== '<<' || !start || !end || others.length > 0) return UNSURE;
  const delimiter = /^(?:'([A-Za-z_]+)'|([A-Za-z_]+))$/.exec(start.text);
  const name = delimiter?.[1] ?? delimiter?.[2];
  if (name === undefined || text.charAt(start.endIndex) !== '\n') return UNSURE;
  if (endOfBody(text, start.endIndex + 1, name) !== end.startIndex) return UNSURE;
  if (delimiter?.[1] !== undefined) return null;
  return checkBody(text.slice(start.endIndex + 1, end.startIndex), start.endIndex + 1, body, descend);
}

const UNSURE = 'it holds a here-document that cannot be read for sure';

/** Where the line begins that ends the document; null when there is none. */
function endOfBody(text: string, from: number, name: string): number | null {
  let at = from;
  for (const line of text.slice(from).split('\n')) {
    if (line === name) return at;
    at += line.length + 1;
  }
  return null;
}

/** Without quotes around its name the shell looks into the document: every `$` must be one that we know, too. */
function checkBody(source: string, from: number, body: Node | undefined, descend: Descend): string | null {
  if (/[`\\]/.test(source)) return UNSURE;
  const parts = (body?.children ?? []).filter((child) => child.type !== 'heredoc_content' && child.isNamed);
  let known = source;
  for (const part of parts) {
    if (part.type === 'command_substitution') {
      const why = descend(part);
      if (why !== null) return why;
    } else if (
      !/^\$(?:[A-Za-z_][A-Za-z0-9_]*|\{[A-Za-z_][A-Za-z0-9_]*\}|[0-9?#])$/.test(part.text.trim())
    ) {
      return UNSURE;
    }
    const [start, end] = [part.startIndex - from, part.endIndex - from];
    known = known.slice(0, start) + ' '.repeat(end - start) + known.slice(end);
  }
  return known.includes('$') ? UNSURE : null;
}
