import type { ChatId } from '@shared/model/ids.ts';
import { type ReadQuery, readQuery, refusalOf } from '@shared/search/query.ts';
import { err, ok } from '@shared/util/result.ts';
import type { Clock } from '../base/clock.ts';
import { createWake } from '../base/wake.ts';
import type { Searching } from '../search/searching.ts';
import type { CallHandlers, FeedHandlers } from './handlers.ts';

export interface SearchHandlerDeps extends Pick<Searching, 'search' | 'indexer'> {
  readonly clock: Clock;
  /** The daemon closes. */
  readonly closing: AbortSignal;
}

type SearchCalls = Pick<CallHandlers, Extract<keyof CallHandlers, `search.${string}`>>;
type SearchFeeds = Pick<FeedHandlers, 'search.index'>;

/** Of one chat, and of all. */
const MOST = 1_000;
const MOST_CHATS = 20;
const NO_CHATS = { chats: [], isMore: false };
/** Nothing changes for that long: the feed looks all the same. */
const QUIET_MS = 5 * 60_000;
const outdated = err({ code: 'outdated' as const, message: 'Something else is looked for by now.' });

interface Question {
  readonly text: string;
  readonly asker: string;
  readonly chatId?: ChatId | undefined;
}

export function searchCalls(deps: SearchHandlerDeps): SearchCalls {
  const { search, indexer, clock } = deps;
  const turns = createTurns(deps.closing);

  const ask = async <T>(
    kind: string,
    { text, asker, chatId }: Question,
    look: (query: ReadQuery & { chatId: ChatId | null }, signal: AbortSignal) => Promise<T | null>,
  ) => {
    const query = readQuery(text, new Date(clock.now()));
    const refusal = refusalOf(query);
    if (refusal !== null) return err({ code: 'unreadable' as const, message: refusal });
    const answer = await look({ ...query, chatId: chatId ?? null }, turns.next(`${kind} ${asker}`));
    return answer === null ? outdated : ok(answer);
  };

  return {
    'search.query': ({ after, limit, ...question }) =>
      ask('query', question, async (query, signal) => {
        const titles = after ? NO_CHATS : await search.chats(query, MOST_CHATS, signal);
        const page = await search.page(query, { after: after ?? null, limit }, signal);
        return titles && page && { titles, ...page };
      }),
    'search.count': (question) =>
      ask('count', question, (query, signal) => search.count(query, MOST, signal)),
    'search.places': (question) =>
      ask('places', question, async (query, signal) => {
        const places = await search.places(query, MOST + 1, signal);
        if (!places) return null;
        const isMore = places.length > MOST;
        const isBehind = indexer.isBehind(question.chatId);
        return { places: places.slice(0, MOST).toReversed(), isMore, isBehind };
      }),
  };
}

/** Of each asker the last question counts. */
function createTurns(closing: AbortSignal): { next(asker: string): AbortSignal } {
  const open = new Map<string, AbortController>();
  return {
    next(asker) {
      open.get(asker)?.abort();
      const turn = new AbortController();
      open.set(asker, turn);
      return AbortSignal.any([turn.signal, closing]);
    },
  };
}

export function searchFeeds({ indexer, clock, closing }: SearchHandlerDeps): SearchFeeds {
  return {
    async *'search.index'(_input, until) {
      const signal = AbortSignal.any([until, closing]);
      const wake = createWake();
      const stop = indexer.onChange(wake.poke);
      try {
        let told: number | null = null;
        while (!signal.aborted) {
          if (indexer.left !== told) yield { left: (told = indexer.left) };
          await wake.wait(clock, QUIET_MS, signal);
        }
      } finally {
        stop();
      }
    },
  };
}
