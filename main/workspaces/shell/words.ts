import type { Node } from 'web-tree-sitter';
import type { Word } from './command.ts';

/** Reads the commands inside `$(…)` and `<(…)`; answers why they cannot be read, null when they can. */
export type Descend = (substitution: Node) => string | null;

/** The word, or why nobody can tell what it does. */
export type ReadWord = { readonly word: Word } | { readonly why: string };

const OPEN: Word = { kind: 'open' };
/** What stands for itself outside quotes, in every shell. `~` does so only after a letter or a digit: HEAD~1. */
const PLAIN = /^(?:[A-Za-z0-9_./:=@%+,^-]|(?<=[A-Za-z0-9])~)+$/;
/** Besides, what makes patterns, and a backslash before anything but a letter or a digit. */
const PATTERN = /^(?:[^\\'"$`;&|<>()\s#]|\\[^A-Za-z0-9\s]|\\ )+$/;
/** Values that are one word whatever the shell does: numbers. */
const NUMBERS = new Set(['$?', '$#', '$$']);
const QUOTED_PARTS = new Set(['simple_expansion', 'expansion', 'command_substitution']);

export const WORD_TYPES = new Set([
  'word',
  'number',
  'raw_string',
  'string',
  'concatenation',
  'simple_expansion',
  'expansion',
  'command_substitution',
  'process_substitution',
]);

/**
 * The grammar says where a word ends; what is in it is read again here, character by character: a word that does not
 * read the same both ways is refused.
 */
export function readWord(node: Node, descend: Descend): ReadWord {
  switch (node.type) {
    case 'word':
    case 'number':
      return readPlain(node.text);
    case 'raw_string':
      return /^'[^']*'$/.test(node.text) ? literal(node.text.slice(1, -1)) : refused('a quote');
    case 'string':
      return readString(node, descend);
    case 'concatenation':
      return readConcatenation(node, descend);
    case 'simple_expansion':
    case 'expansion':
    case 'command_substitution':
    case 'process_substitution':
      return readUnquoted(node, descend);
    default:
      return refused(`“${node.type.replaceAll('_', ' ')}”`);
  }
}

function readPlain(text: string): ReadWord {
  if (PLAIN.test(text)) return literal(text);
  return PATTERN.test(text) ? { word: OPEN } : refused('a backslash inside a word');
}

function readUnquoted(node: Node, descend: Descend): ReadWord {
  const why = readExpansion(node, descend);
  if (why !== null) return { why };
  // The shell puts the name of a pipe here.
  if (node.type === 'process_substitution') return { word: { kind: 'value', prefix: '/dev/fd/' } };
  return { word: NUMBERS.has(node.text) ? { kind: 'value', prefix: '' } : OPEN };
}

/** `$name`, `${name}`, `$?`, or commands. Anything more can assign, or run what a variable holds. */
function readExpansion(node: Node, descend: Descend): string | null {
  const source = node.text.trim();
  switch (node.type) {
    case 'command_substitution':
    case 'process_substitution':
      return descend(node);
    case 'simple_expansion':
      return /^\$(?:[A-Za-z_][A-Za-z0-9_]*|[0-9?#$@*!-])$/.test(source) ? null : why('an expansion');
    case 'expansion':
      return /^\$\{[A-Za-z_][A-Za-z0-9_]*\}$/.test(source) ? null : why('an expansion');
    default:
      return why(`“${node.type.replaceAll('_', ' ')}”`);
  }
}

/** Everything between the quotes that is no expansion is text, also what the grammar has no node for. */
function readString(node: Node, descend: Descend): ReadWord {
  const source = node.text;
  if (!source.startsWith('"') || !source.endsWith('"') || source.length < 2) return refused('a quote');
  const parts = node.children.filter((child) => QUOTED_PARTS.has(child.type));
  let at = node.startIndex + 1;
  let before: string | null = null;
  const texts: string[] = [];
  for (const part of parts) {
    // The grammar counts the blanks before an expansion as its own.
    const start = part.endIndex - part.text.trimStart().length;
    const text = unescape(source.slice(at - node.startIndex, start - node.startIndex));
    if (text === null) return refused('a quoted text');
    const why = readExpansion(part, descend);
    if (why !== null) return { why };
    // "$@" and "$*" are as many words as there are arguments; there are none, but who knows.
    if (/^\$[@*]$/.test(part.text.trim())) return { word: OPEN };
    texts.push(text);
    before ??= text;
    at = part.endIndex;
  }
  const rest = unescape(source.slice(at - node.startIndex, -1));
  if (rest === null) return refused('a quoted text');
  return before === null ? literal(rest) : { word: { kind: 'value', prefix: before } };
}

/** Text inside double quotes; null when it holds what is not text. */
function unescape(text: string): string | null {
  let plain = '';
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    const next = text.charAt(at + 1);
    if (char === '"' || char === '`') return null;
    // A dollar that nothing follows is one.
    if (char === '$' && !/^[\s)|/.,:]?$/.test(next)) return null;
    if (char === '\\' && next === '\n') return null;
    const isEscaped = char === '\\' && /["\\$`]/.test(next);
    plain += isEscaped ? next : char;
    if (isEscaped) at++;
  }
  return plain;
}

function readConcatenation(node: Node, descend: Descend): ReadWord {
  let at = node.startIndex;
  let known: string | null = '';
  let prefix = '';
  let isOpen = false;
  for (const child of node.children) {
    if (child.startIndex !== at) return refused('a word with a gap');
    at = child.endIndex;
    const read = readWord(child, descend);
    if ('why' in read) return read;
    const { word } = read;
    if (word.kind === 'open') isOpen = true;
    else if (known !== null) prefix += word.kind === 'literal' ? word.text : word.prefix;
    known = known !== null && word.kind === 'literal' ? prefix : null;
  }
  if (at !== node.endIndex) return refused('a word with a gap');
  if (isOpen) return { word: OPEN };
  return { word: known === null ? { kind: 'value', prefix } : { kind: 'literal', text: known } };
}

function literal(text: string): ReadWord {
  return { word: { kind: 'literal', text } };
}

function refused(what: string): ReadWord {
  return { why: why(what) };
}

function why(what: string): string {
  return `it holds ${what} that cannot be read for sure`;
}
