import type { ChatId } from '@shared/model/ids.ts';
import type { CountedPlace } from '@shared/search/hit.ts';
import { call } from '../lib/bridge.ts';
import { problemOf } from './search.ts';

/** Where a text stands in one chat, oldest first. */
export interface ChatPlaces {
  readonly places: readonly CountedPlace[];
  /** There are older ones. */
  readonly isMore: boolean;
  /** The chat is still being indexed. */
  readonly isBehind: boolean;
  readonly problem: string | null;
}

export const NO_PLACES: ChatPlaces = { places: [], isMore: false, isBehind: false, problem: null };
const asker = crypto.randomUUID();

/** Null: something else was asked for meanwhile. */
export async function findInChat(chatId: ChatId, text: string): Promise<ChatPlaces | null> {
  const problem = problemOf(text);
  if (problem !== null) return { ...NO_PLACES, problem };
  const answer = await call('search.places', { chatId, text, asker });
  if (answer.ok) return { ...answer.value, problem: null };
  return answer.error.code === 'outdated' ? null : { ...NO_PLACES, problem: answer.error.message };
}
