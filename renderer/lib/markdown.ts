import { lexer, type Token } from 'marked';

/** A top-level block with its source. A block keeps its identity while text is appended after it. */
export interface Block {
  readonly raw: string;
  readonly token: Token;
}

export interface Document {
  readonly text: string;
  readonly blocks: readonly Block[];
}

export const EMPTY: Document = { text: '', blocks: [] };

/** Parses `text`; when it continues `before`, only the last block is parsed again. */
export function parseMarkdown(text: string, before: Document = EMPTY): Document {
  if (text === before.text) return before;
  if (before.blocks.length === 0 || !text.startsWith(before.text)) return { text, blocks: lex(text) };
  const keep = before.blocks.slice(0, lastSolid(before.blocks));
  const at = keep.reduce((n, b) => n + b.raw.length, 0);
  return { text, blocks: [...keep, ...lex(text.slice(at))] };
}

/**
 * Blank lines may still belong to the block before them (a list goes on, code is indented); and what has only
 * just begun after a list ("2", soon "2. second") may turn out to be its next item.
 */
function lastSolid(blocks: readonly Block[]): number {
  const at = solidBefore(blocks, blocks.length);
  const last = blocks[at];
  const before = solidBefore(blocks, at);
  const young = last !== undefined && (last.raw.length < YOUNG_CHARS || /^\s/.test(last.raw));
  return Math.max(0, young && blocks[before]?.token.type === 'list' ? before : at);
}

/** More than any list marker has. */
const YOUNG_CHARS = 16;

function solidBefore(blocks: readonly Block[], end: number): number {
  return blocks.findLastIndex((b, i) => i < end && b.token.type !== 'space');
}

function lex(text: string): readonly Block[] {
  return lexer(text, { gfm: true }).map((token) => ({ raw: token.raw, token }));
}

/** The text of every code block, also of those in lists and quotes. */
export function codeBlocks(text: string): readonly string[] {
  return codeIn(lexer(text, { gfm: true }));
}

function codeIn(tokens: readonly Token[]): readonly string[] {
  return tokens.flatMap((token) => {
    if (token.type === 'code') return [String(token['text'])];
    const below = 'items' in token ? token['items'] : 'tokens' in token ? token.tokens : [];
    return codeIn((below ?? []) as readonly Token[]);
  });
}

/** The target of a link that may be opened in the browser; null: show it as plain text. */
export function webLink(href: string): string | null {
  try {
    const url = new URL(href);
    return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : null;
  } catch {
    return null;
  }
}
