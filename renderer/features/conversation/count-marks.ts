import type { CountedPlace } from '@shared/search/hit.ts';
import type { ChatPlaces } from '../../state/find.ts';

type Places = readonly CountedPlace[];

/** All marks, of all places. */
export function marksIn(places: Places): number {
  return places.reduce((sum, { marks }) => sum + marks, 0);
}

/** Which place the mark of this number stands at, and which of its marks it is. Null: there are not so many. */
export function markAt(
  places: Places,
  at: number,
): (Pick<CountedPlace, 'messageId' | 'part'> & { readonly nth: number }) | null {
  let nth = at;
  for (const { messageId, part, marks } of places) {
    if (nth < marks) return { messageId, part, nth };
    nth -= marks;
  }
  return null;
}

/** The number of the first mark from that message on; behind it there is none: of the last one before. */
export function firstMark(places: Places, from: number): number {
  const first = places.findIndex(({ messageId }) => messageId >= from);
  return first < 0 ? Math.max(0, marksIn(places) - 1) : marksIn(places.slice(0, first));
}

/** "3 of 41", or why there are none. */
export function countWords({ places, isMore, isBehind, problem }: ChatPlaces, at: number): string {
  if (problem !== null) return problem;
  if (places.length === 0) return isBehind ? 'Not found yet: still indexing' : 'Not found';
  return `${(at + 1).toLocaleString()} of ${marksIn(places).toLocaleString()}${isMore || isBehind ? '+' : ''}`;
}
