import { err, ok, type Result } from '@shared/util/result.ts';
import type { Node } from 'web-tree-sitter';
import type { ParsedCommand, SimpleCommand, Word } from './command.ts';
import { loadGrammar, MAX_COMMAND } from './grammar.ts';
import { checkHereDocument } from './here-document.ts';
import { isHarmlessRedirect } from './redirects.ts';
import { mayRun } from './runners.ts';
import { readWord, WORD_TYPES } from './words.ts';

/** So many simple commands, and so deep in each other, are no longer read by anyone. */
const MAX_COMMANDS = 40;
const MAX_DEPTH = 40;

/** Control and invisible characters, and blanks that only look like one: a person would not see what a shell sees. */
const UNSEEN = /[^\P{C}\n\t]|[\p{Zl}\p{Zp}]|[^\P{Zs} ]/u;

/**
 * What a command runs under `sh`, or in a few words why no rule can vouch for it. Whatever is not known here to be
 * harmless is a reason, whether the shell would take it or not.
 */
export async function parseCommand(given: string): Promise<Result<ParsedCommand, string>> {
  // No more than the shell would: what else looks blank is a part of a word.
  const text = given.replace(/^[ \t\n]+|[ \t\n]+$/g, '');
  if (text === '') return err('it is empty');
  if (text.length > MAX_COMMAND) return err('it is too long');
  if (UNSEEN.test(text)) return err('it holds characters that cannot be seen');
  const tree = (await loadGrammar()).parse(text);
  if (tree === null) return err('it takes too long to read');
  try {
    const walk: Walk = { text, commands: [], hereDocuments: 0 };
    const root = tree.rootNode;
    if (root.hasError) return err('it is not a command that the shell’s grammar knows');
    if (root.startIndex > 0 || root.endIndex < text.length) return err('part of it cannot be read');
    const why = readStatement(walk, root, { isFed: false, depth: 0, isInside: false });
    if (why !== null) return err(why);
    if (walk.commands.length > MAX_COMMANDS) return err('it holds too many commands');
    return ok({ text, commands: walk.commands });
  } finally {
    tree.delete();
  }
}

interface Walk {
  readonly text: string;
  readonly commands: SimpleCommand[];
  hereDocuments: number;
}

interface Place {
  readonly isFed: boolean;
  readonly depth: number;
  /** In a substitution. */
  readonly isInside: boolean;
}

const SEPARATORS = [';', '\n', '&'];
/** The words of the grammar that may stand in each kind of statement, besides other statements. */
const TOKENS: Readonly<Record<string, readonly string[]>> = {
  program: SEPARATORS,
  list: ['&&', '||'],
  pipeline: ['|'],
  negated_command: ['!'],
  subshell: ['(', ')', ...SEPARATORS],
  compound_statement: ['{', '}', ...SEPARATORS],
  do_group: ['do', 'done', ...SEPARATORS],
  if_statement: ['if', 'then', 'fi', ...SEPARATORS],
  elif_clause: ['elif', 'then', ...SEPARATORS],
  else_clause: ['else', ...SEPARATORS],
  while_statement: ['while', 'until', ...SEPARATORS],
  for_statement: ['for', 'in', ...SEPARATORS],
  command_substitution: ['$(', ')', '`', ...SEPARATORS],
  process_substitution: ['<(', ')', ...SEPARATORS],
  redirected_statement: [],
  command: [],
};
/** A line's end inside one of these would be the end of it for the shell. */
const ON_ONE_LINE = new Set(['command', 'redirected_statement', 'negated_command']);

function readStatement(walk: Walk, node: Node, at: Place): string | null {
  if (at.depth > MAX_DEPTH) return 'it is nested too deep';
  const { type } = node;
  const tokens = Object.hasOwn(TOKENS, type) ? TOKENS[type] : undefined;
  if (tokens === undefined) return `it holds ${named(type)}`;
  const gap = findGap(walk.text, node);
  if (gap) return 'part of it cannot be read';
  if (type === 'command') return readSimple(walk, node, at);
  const special = readSpecial(walk.text, node);
  if (special !== null) return special;
  const inner = { ...at, depth: at.depth + 1 };
  let isFirst = true;
  for (const child of node.children) {
    const why = child.isNamed
      ? readChild(walk, node, child, feeds(node, isFirst) ? { ...inner, isFed: true } : inner)
      : tokens.includes(child.type) || child.type.trim() === ''
        ? null
        : `it holds “${child.type}”`;
    if (why !== null) return why;
    isFirst = false;
  }
  return null;
}

function readChild(walk: Walk, parent: Node, child: Node, at: Place): string | null {
  if (child.type === 'comment') return readComment(walk.text, child, at);
  if (parent.type === 'redirected_statement' && child.type.endsWith('redirect')) {
    return readRedirect(walk, child, at);
  }
  if (parent.type === 'for_statement') {
    // The loop sets it: a name that programs or the shell look at would steer them.
    if (child.type === 'variable_name') {
      return /^[a-z][a-z0-9]*$/.test(child.text) ? null : 'it sets a variable';
    }
    if (WORD_TYPES.has(child.type)) {
      const read = readWord(child, (substitution) => descend(walk, substitution, at));
      return 'why' in read ? read.why : null;
    }
  }
  return readStatement(walk, child, at);
}

/** What comes after the first part of a pipeline reads what that writes; so does what has a here-document. */
function feeds(node: Node, isFirst: boolean): boolean {
  if (node.type === 'pipeline') return !isFirst;
  return (
    node.type === 'redirected_statement' && node.children.some((child) => child.type.startsWith('here'))
  );
}

/** Forms that the shells or the grammar read in two ways. */
function readSpecial(text: string, node: Node): string | null {
  const source = text.slice(node.startIndex, node.endIndex);
  if (node.type === 'subshell' && source.startsWith('((')) return 'it calculates';
  if (node.type === 'command_substitution') {
    if (source.startsWith('$((')) return 'it calculates';
    if (source.startsWith('`') && /[\\"]/.test(source)) return 'it holds backticks with quotes in them';
  }
  return null;
}

function descend(walk: Walk, substitution: Node, at: Place): string | null {
  return readStatement(walk, substitution, { ...at, depth: at.depth + 1, isInside: true });
}

/** A `#` begins a comment only where a word may begin; in substitutions the shells are not of one mind. */
function readComment(text: string, comment: Node, at: Place): string | null {
  const before = comment.startIndex === 0 ? '\n' : text.charAt(comment.startIndex - 1);
  return !at.isInside && /[ \t\n]/.test(before) ? null : 'it holds a “#” that may be a comment';
}

function readRedirect(walk: Walk, redirect: Node, at: Place): string | null {
  switch (redirect.type) {
    case 'file_redirect':
      return isHarmlessRedirect(redirect.text) ? null : 'it redirects to or from a file';
    case 'herestring_redirect':
      return readHereString(walk, redirect, at);
    case 'heredoc_redirect':
      if (at.isInside || ++walk.hereDocuments > 1) return 'it holds a here-document inside something else';
      return checkHereDocument(walk.text, redirect, (substitution) => descend(walk, substitution, at));
    default:
      return `it holds ${named(redirect.type)}`;
  }
}

function readHereString(walk: Walk, redirect: Node, at: Place): string | null {
  const [operator, word, more] = redirect.children;
  if (operator?.type !== '<<<' || !word || more) return 'it holds a here-string';
  const read = readWord(word, (substitution) => descend(walk, substitution, at));
  return 'why' in read ? read.why : null;
}

function readSimple(walk: Walk, node: Node, at: Place): string | null {
  let name: Node | null = null;
  let last = node;
  const args: Word[] = [];
  let isFed = at.isFed;
  for (const child of node.children) {
    if (child.type === 'variable_assignment') return 'it sets a variable for a program';
    if (child.type === 'file_redirect' || child.type === 'herestring_redirect') {
      const why = readRedirect(walk, child, at);
      if (why !== null) return why;
      isFed ||= child.type === 'herestring_redirect';
    } else if (child.type === 'command_name') {
      name = child;
      last = child;
    } else if (name && WORD_TYPES.has(child.type)) {
      const read = readWord(child, (substitution) => descend(walk, substitution, at));
      if ('why' in read) return read.why;
      args.push(read.word);
      last = child;
    } else {
      return `it holds ${named(child.type)}`;
    }
  }
  if (!name || !isPlainName(name)) return 'what it runs is not written out';
  const command = { name: name.text, args, source: walk.text.slice(name.startIndex, last.endIndex), isFed };
  const why = mayRun(command);
  if (why !== null) return why;
  walk.commands.push(command);
  return null;
}

/** One word of letters: no quotes, no backslash, no variable, nothing that only looks like a letter. */
function isPlainName(name: Node): boolean {
  const [word, more] = name.children;
  return word?.type === 'word' && !more && /^(?::|[A-Za-z0-9_./][A-Za-z0-9_./+-]*)$/.test(name.text);
}

/** Whether there is text between the node's children that the grammar passed over: only blanks may be there. */
function findGap(text: string, node: Node): boolean {
  if (node.childCount === 0) return true;
  const blank = ON_ONE_LINE.has(node.type) ? /^[ \t]*$/ : /^[ \t\n]*$/;
  let at = node.startIndex;
  for (const child of node.children) {
    if (!blank.test(text.slice(at, child.startIndex))) return true;
    at = child.endIndex;
  }
  return !blank.test(text.slice(at, node.endIndex));
}

function named(type: string): string {
  return `“${type.replaceAll('_', ' ')}”`;
}
