import { type KeyboardEvent, useRef } from 'react';

/** Letters that follow each other within this time are one word. */
const TYPING_MS = 700;

/** The letters that were typed one after another, up to this one; null: the key is no letter of a name. */
export function useTyping(): (event: KeyboardEvent) => string | null {
  const last = useRef({ text: '', at: Number.NEGATIVE_INFINITY });
  return ({ key, timeStamp }) => {
    // The names of other keys are longer than any letter.
    if (!/^.$/su.test(key)) return null;
    const goesOn = timeStamp - last.current.at < TYPING_MS;
    if (key === ' ' && !(goesOn && last.current.text !== '')) return null;
    const text = goesOn ? last.current.text + key : key;
    last.current = { text, at: timeStamp };
    return text;
  };
}
