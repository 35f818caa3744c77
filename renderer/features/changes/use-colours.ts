import { useEffect } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type * as ColourCode from '../../lib/colour-code.ts';
import { isProse } from '../../lib/prose.ts';
import { colourLine, type SyntaxSpan } from '../../lib/syntax.ts';
import type { Chunk, DiffLine } from './diff-lines.ts';

type Colours = Pick<typeof ColourCode, 'languageOf' | 'colourLines'>;
type Spans = readonly SyntaxSpan[];

/** The languages are much to load: they come when the first diff is shown. */
const coloursStore = createStore<{ readonly colours: Colours | null }>(() => ({ colours: null }));
let asked = false;

function load(): void {
  if (asked) return;
  asked = true;
  void import('../../lib/colour-code.ts').then(
    (colours) => coloursStore.setState({ colours }),
    // Without them it is a diff in one colour.
    () => undefined,
  );
}

const told = new WeakMap<Chunk, readonly Spans[] | null>();

/** The colours of a line by the language of its file; null: none. Told when the first line of a hunk is asked for. */
export function useColours(path: string): (line: DiffLine) => Spans | null {
  const colours = useStore(coloursStore, (s) => s.colours);
  useEffect(load, []);
  if (!colours) return () => null;
  const language = colours.languageOf(path);
  if (language === null) return isProse(path) ? () => null : ({ text }) => colourLine(text);
  return ({ chunk, at }) => {
    let lines = told.get(chunk);
    if (lines === undefined) {
      lines = colours.colourLines(language, chunk.lines);
      told.set(chunk, lines);
    }
    return lines?.[at] ?? null;
  };
}
