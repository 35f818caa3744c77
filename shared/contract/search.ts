import { z } from 'zod';
import type { ChatHits, CountedPlace, HitCount, Place, SearchHit } from '../search/hit.ts';
import { call, feed, is } from './define.ts';
import * as s from './schemas.ts';

const text = z.string().max(1_000);
/** In this chat alone. */
const chatId = s.chatId.optional();
const place = z.object({ messageId: s.messageId, part: z.number().int().min(0) });
/** Of the window: a newer question with the same name makes an older one end without an answer of use. */
const asker = z.string().min(1).max(80);

export const searchContract = {
  /** The chats that are called so, with the first page; and the parts, newest first. `unreadable`: its sentence says what of the text, and what could stand there. */
  'search.query': call({
    input: z.object({
      text,
      chatId,
      asker,
      after: place.optional(),
      limit: z.number().int().min(1).max(50).default(20),
    }),
    output: is<{ titles: ChatHits; hits: readonly SearchHit[]; next: Place | null }>(),
    errors: ['unreadable', 'outdated'],
  }),
  /** How many there are, up to a thousand. */
  'search.count': call({
    input: z.object({ text, chatId, asker }),
    output: is<HitCount>(),
    errors: ['unreadable', 'outdated'],
  }),
  /** Where it stands in a chat and how often, oldest first: the newest thousand parts. `isBehind`: more may come. */
  'search.places': call({
    input: z.object({ text, chatId: s.chatId, asker }),
    output: is<{ places: readonly CountedPlace[]; isMore: boolean; isBehind: boolean }>(),
    errors: ['unreadable', 'outdated'],
  }),
  /** How many chats are not in the index yet; first at once. */
  'search.index': feed({ input: z.object({}), event: is<{ left: number }>() }),
};
