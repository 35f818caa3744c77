import { marksOf } from '@shared/search/marks.ts';
import type { Term } from '@shared/search/query.ts';

const ALL = 'found';
const ONE = 'found-now';

/** The row that was found. */
export interface PaintedRow {
  readonly key: string | null;
  /** Which of its marks is meant; null: all of them. */
  readonly nth: number | null;
  /** All other marks are shown, too. */
  readonly others: boolean;
}

/** Marks the words where they stand in the page, without touching it: in the row that was found, and in all if asked. */
export function paintFound(scroller: HTMLElement, terms: readonly Term[], row: PaintedRow): void {
  const all = new Highlight();
  const one = new Highlight();
  for (const element of scroller.querySelectorAll<HTMLElement>('[data-row]')) {
    const isIt = element.dataset['row'] === row.key;
    if (isIt) element.dataset['found'] = '';
    else delete element.dataset['found'];
    if (!isIt && !row.others) continue;
    const meant = isIt && row.nth !== null ? rangeAt(element, terms, row.nth) : null;
    for (const range of rangesIn(element, terms))
      (isIt && (row.nth === null || isSame(range, meant)) ? one : all).add(range);
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

/** That one of the marked words of a row; the last one where fewer are shown than it holds. Null: none is. */
export function rangeAt(element: HTMLElement, terms: readonly Term[], nth: number): Range | null {
  let last: Range | null = null;
  let at = 0;
  for (const range of rangesIn(element, terms)) {
    last = range;
    if (at === nth) break;
    at += 1;
  }
  return last;
}

function isSame(range: Range, other: Range | null): boolean {
  return range.startContainer === other?.startContainer && range.startOffset === other.startOffset;
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
