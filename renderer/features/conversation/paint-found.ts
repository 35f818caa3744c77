import { marksOf } from '@shared/search/marks.ts';
import type { Term } from '@shared/search/query.ts';

const ALL = 'found';
const ONE = 'found-now';

/** Marks the words where they stand in the page, without touching it: in the row that was found, and in all if asked. */
export function paintFound(
  scroller: HTMLElement,
  terms: readonly Term[],
  row: { readonly key: string | null; readonly others: boolean },
): void {
  const all = new Highlight();
  const one = new Highlight();
  for (const element of scroller.querySelectorAll<HTMLElement>('[data-row]')) {
    const isIt = element.dataset['row'] === row.key;
    if (isIt) element.dataset['found'] = '';
    else delete element.dataset['found'];
    if (isIt || row.others) for (const range of rangesIn(element, terms)) (isIt ? one : all).add(range);
  }
  CSS.highlights.set(ALL, all);
  CSS.highlights.set(ONE, one);
}

export function unpaintFound(scroller: HTMLElement | null): void {
  CSS.highlights.delete(ALL);
  CSS.highlights.delete(ONE);
  for (const element of scroller?.querySelectorAll<HTMLElement>('[data-found]') ?? []) {
    delete element.dataset['found'];
  }
}

/** The first of the marked words of a row. */
export function firstRange(element: HTMLElement, terms: readonly Term[]): Range | null {
  return rangesIn(element, terms).next().value ?? null;
}

function* rangesIn(element: HTMLElement, terms: readonly Term[]): Generator<Range, void> {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    for (const { from, to } of marksOf(node.nodeValue ?? '', terms)) {
      const range = document.createRange();
      range.setStart(node, from);
      range.setEnd(node, to);
      yield range;
    }
  }
}
