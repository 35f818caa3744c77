import type { ChatHit, HitCount, SearchHit } from '@shared/search/hit.ts';
import { readQuery, refusalOf } from '@shared/search/query.ts';
import { z } from 'zod';
import { cutRunes } from '../tools/cut.ts';
import { defineTool, type Tool, toolError, toolResult } from '../tools/define.ts';
import type { Searching } from './searching.ts';

const DEFAULT_LIMIT = 10;
const MOST = 20;
const MOST_CHATS = 5;
const MOST_COUNTED = 1_000;
const TITLE_RUNES = 120;

/** The index that the person searches with, for the model. */
export function searchHistory({ search, indexer }: Pick<Searching, 'search' | 'indexer'>): Tool {
  return defineTool({
    name: 'search_history',
    description: `Search everything that was said and done in all chats with this user: first the chats that are called so, then, newest first, messages, reasoning, commands and their output, edits. All words must stand in one part; a word also finds its longer forms; "in quotes" finds a phrase; -word leaves out. Filters: status:running|finished|error|asks, workspace:name, model:name, before:2026-07-31, after:7d, is:archived. Use it when the user refers to earlier work that is not in this chat.`,
    effect: 'read',
    input: z.object({
      query: z.string().max(1_000).describe('Words, "phrases", -words and filters.'),
      limit: z.number().int().min(1).nullish().describe(`Default ${DEFAULT_LIMIT}, at most ${MOST}.`),
      before_message: z
        .object({ message_id: z.number().int().positive(), part: z.number().int().min(0) })
        .nullish()
        .describe('`next` of an earlier answer: the page behind it.'),
    }),
    describe: ({ query }) => ({ verb: 'Search', doing: 'Searching', subject: `history for ${query}` }),
    access: () => ({ kind: 'free' }),
    async run({ query: text, limit, before_message: from }, { clock, signal }) {
      const query = readQuery(text, new Date(clock.now()));
      const refusal = refusalOf(query);
      if (refusal !== null) return toolError(refusal);
      const asked = { ...query, chatId: null };
      const after = from ? { messageId: from.message_id as SearchHit['messageId'], part: from.part } : null;
      const page = await search.page(
        asked,
        { after, limit: Math.min(limit ?? DEFAULT_LIMIT, MOST) },
        signal,
      );
      const titles = after ? NO_CHATS : await search.chats(asked, MOST_CHATS, signal);
      const count = await search.count(asked, MOST_COUNTED, signal);
      if (!page || !titles || !count) return toolError('The search was stopped.');
      const { next } = page;
      return toolResult({
        ...(titles.chats.length > 0 ? { chats: titles.chats.map(chatOf) } : {}),
        results: page.hits.map(resultOf),
        total: totalOf(count),
        ...(next ? { next: { message_id: next.messageId, part: next.part } } : {}),
        ...(indexer.left > 0
          ? { note: 'The index is still being written: older messages may be missing.' }
          : {}),
      });
    },
  });
}

const NO_CHATS = { chats: [], isMore: false };

function totalOf({ count, isMore }: HitCount): number | string {
  return isMore ? `more than ${count}` : count;
}

/** Where it is. */
function whereOf({ chatId, workspace, archived }: ChatHit | SearchHit, title: string) {
  return {
    chat_id: chatId,
    chat: cutRunes(title, TITLE_RUNES),
    ...(workspace === null ? {} : { workspace }),
    ...(archived ? { archived: true } : {}),
  };
}

function chatOf(hit: ChatHit) {
  return { ...whereOf(hit, hit.title.text), changed: hit.at };
}

function resultOf(hit: SearchHit) {
  return {
    ...whereOf(hit, hit.title),
    message_id: hit.messageId,
    part: hit.part,
    by: hit.kind,
    at: hit.at,
    snippet: hit.snippet.text,
  };
}
