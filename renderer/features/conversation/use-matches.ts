import { useEffect, useEffectEvent, useState } from 'react';
import { type ChatPlaces, findInChat, NO_PLACES } from '../../state/find.ts';
import { point } from '../../state/found.ts';
import type { ChatSession } from '../../state/live.ts';

const TYPED_MS = 150;

export interface Matches {
  readonly count: number;
  /** "3 of 41", or why there are none. */
  readonly words: string;
  readonly step: (by: 1 | -1) => void;
}

/** Where the text stands in the chat; the one that is shown is pointed at. `from`: the first message in sight. */
export function useMatches(session: ChatSession, text: string, from: () => number): Matches {
  const { chatId } = session;
  const [found, setFound] = useState<ChatPlaces>(NO_PLACES);
  const [at, setAt] = useState(0);
  useEffect(() => () => point(null), []);
  const show = (places: ChatPlaces['places'], to: number) => {
    const place = places[to];
    setAt(to);
    point(place ? { ...place, chatId, text, stays: true } : null);
  };
  const take = useEffectEvent((answer: ChatPlaces) => {
    setFound(answer);
    const first = answer.places.findIndex((place) => place.messageId >= from());
    show(answer.places, first < 0 ? answer.places.length - 1 : first);
  });
  useEffect(() => {
    let over = false;
    const ask = async () => {
      const answer = text.trim() === '' ? NO_PLACES : await findInChat(chatId, text);
      if (answer && !over) take(answer);
    };
    const timer = setTimeout(() => void ask(), TYPED_MS);
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [chatId, text]);
  const count = found.places.length;
  return {
    count,
    words: text.trim() === '' ? '' : countWords(found, at),
    step: (by) => {
      if (count > 0) show(found.places, (at + by + count) % count);
    },
  };
}

function countWords({ places, isMore, problem }: ChatPlaces, at: number): string {
  if (problem !== null) return problem;
  if (places.length === 0) return 'Not found';
  return `${at + 1} of ${places.length.toLocaleString()}${isMore ? '+' : ''}`;
}
