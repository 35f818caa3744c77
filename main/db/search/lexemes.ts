import type { ChatId } from '@shared/model/ids.ts';
import { isPrefix } from '@shared/search/marks.ts';
import type { Term } from '@shared/search/query.ts';
import { wordsOf } from '@shared/search/words.ts';

/** Messages of a block: what a search reads at once, newest first. */
const BLOCK_BITS = 12;
/** PostgreSQL's own bounds. */
const MOST_PLACES = 16_383;
const MOST_PLACES_A_WORD = 255;

export function blockOf(messageId: number): number {
  return Math.floor(messageId / 2 ** BLOCK_BITS);
}

/** What a part is found by, as text of a tsvector: its words, its block and its chat. No word has a dot in it. */
export function vectorOf(
  text: string,
  of: { readonly messageId: number; readonly chatId: ChatId },
): string {
  const places = new Map<string, number[]>();
  for (const { text: word, at } of wordsOf(text)) {
    const known = places.get(word);
    if (!known) places.set(word, [at]);
    else if (known.length < MOST_PLACES_A_WORD && at <= MOST_PLACES) known.push(at);
  }
  const words = [...places].map(([word, at]) => `'${word}':${at.join(',')}`);
  return [...words, blockLexeme(blockOf(of.messageId)), chatLexeme(of.chatId)].join(' ');
}

/** All terms; and of the blocks and the chats, one of each. Empty: any. */
export function queryOf(
  terms: readonly Term[],
  within: { readonly blocks: readonly number[]; readonly chatIds: readonly ChatId[] },
): string {
  const either = (lexemes: readonly string[]) => (lexemes.length > 0 ? [`(${lexemes.join(' | ')})`] : []);
  return [
    ...either(within.blocks.map(blockLexeme)),
    ...either(within.chatIds.map(chatLexeme)),
    ...terms.map(termQuery),
  ].join(' & ');
}

function termQuery(term: Term): string {
  const words = term.words.map((word, at) => `'${word}'${isPrefix(term, at) ? ':*' : ''}`);
  const phrase = words.length > 1 ? `(${words.join(' <-> ')})` : words.join('');
  return term.not ? `!${phrase}` : phrase;
}

function blockLexeme(block: number): string {
  return `'.b${block}'`;
}

function chatLexeme(chatId: ChatId): string {
  return `'.c${chatId.replaceAll('-', '')}'`;
}
