/*
 * What a person has selected stays selected. Words that arrive change the text nodes of the last block, and a commit
 * puts other rows in the place of those that streamed: the browser would let go of the selection both times. It is
 * remembered as rows and characters, and put back in the same frame.
 */

interface Point {
  readonly key: string;
  /** Characters of the row's text before it. */
  readonly at: number;
}

interface Kept {
  readonly anchor: Point;
  readonly focus: Point;
  readonly text: string;
}

let kept: Kept | null = null;
let watchers = 0;

/** While a timeline is there. Answers how to stop. */
export function watchSelection(): () => void {
  watchers += 1;
  if (watchers === 1) document.addEventListener('selectionchange', remember);
  return () => {
    watchers -= 1;
    if (watchers > 0) return;
    document.removeEventListener('selectionchange', remember);
    kept = null;
  };
}

function remember(): void {
  const selection = getSelection();
  const [anchor, focus] = [
    pointOf(selection?.anchorNode ?? null, selection?.anchorOffset ?? 0),
    pointOf(selection?.focusNode ?? null, selection?.focusOffset ?? 0),
  ];
  const text = selection?.toString() ?? '';
  kept = anchor && focus && text !== '' ? { anchor, focus, text } : null;
}

function rowOf(node: Node | null): HTMLElement | null {
  const element = node instanceof Element ? node : (node?.parentElement ?? null);
  return element?.closest<HTMLElement>('[data-row]') ?? null;
}

function pointOf(node: Node | null, offset: number): Point | null {
  const row = rowOf(node);
  const key = row?.dataset['row'];
  if (!node || !row || key === undefined) return null;
  const before = document.createRange();
  before.setStart(row, 0);
  before.setEnd(node, offset);
  return { key, at: before.toString().length };
}

/** A row stands under another key from now on. */
export function renameSelected(from: string, to: string): void {
  if (!kept) return;
  const moved = (point: Point) => (point.key === from ? { ...point, key: to } : point);
  kept = { ...kept, anchor: moved(kept.anchor), focus: moved(kept.focus) };
}

/** After rows changed, before they are painted. */
export function restoreSelection(): void {
  if (!kept) return;
  const selection = getSelection();
  if (!selection || selection.toString() === kept.text) return;
  const [anchor, focus] = [placeOf(kept.anchor), placeOf(kept.focus)];
  if (anchor && focus) selection.setBaseAndExtent(anchor.node, anchor.offset, focus.node, focus.offset);
}

function placeOf({ key, at }: Point): { readonly node: Text; readonly offset: number } | null {
  const row = document.querySelector(`[data-row="${CSS.escape(key)}"]`);
  if (!row) return null;
  const texts = document.createTreeWalker(row, NodeFilter.SHOW_TEXT);
  let left = at;
  for (let node = texts.nextNode(); node instanceof Text; node = texts.nextNode()) {
    if (left <= node.data.length) return { node, offset: left };
    left -= node.data.length;
  }
  return null;
}

/** Something of it is selected: it must not move under the pointer. */
export function isSelecting(content: HTMLElement): boolean {
  const selection = getSelection();
  return selection !== null && !selection.isCollapsed && content.contains(selection.anchorNode);
}
