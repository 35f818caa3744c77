import { useEffect, useEffectEvent, useState } from 'react';
import { type ChatPlaces, findInChat, NO_PLACES } from '../../state/find.ts';
import { point } from '../../state/found.ts';
import type { ChatSession } from '../../state/live.ts';
import { countWords, firstMark, markAt, marksIn } from './count-marks.ts';

const TYPED_MS = 150;

export interface Matches {
  /** Of all marks: a part may have many. */
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
  const show = ({ places }: ChatPlaces, to: number) => {
    const mark = markAt(places, to);
    setAt(to);
    point(mark ? { ...mark, chatId, text, stays: true } : null);
  };
  const take = useEffectEvent((answer: ChatPlaces) => {
    setFound(answer);
    show(answer, firstMark(answer.places, from()));
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
  const count = marksIn(found.places);
  return {
    count,
    words: text.trim() === '' ? '' : countWords(found, at),
    step: (by) => {
      if (count > 0) show(found, (at + by + count) % count);
    },
  };
}
