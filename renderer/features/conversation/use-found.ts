import type { Term } from '@shared/search/query.ts';
import { useEffect, useLayoutEffect, useRef } from 'react';
import { useStore } from 'zustand';
import { type Found, foundStore, point } from '../../state/found.ts';
import type { ChatSession } from '../../state/live.ts';
import { termsOf } from '../../state/search.ts';
import { toast } from '../../state/toasts.ts';
import { foundRow, keysToOpen, marksBefore } from './found-row.ts';
import { openRow } from './open-rows.ts';
import { type PaintedRow, paintFound, rangeAt, unpaintFound } from './paint-found.ts';
import type { Place } from './use-place.ts';
import type { AnyRow } from './use-rows.ts';

/** How many frames a row that was scrolled to may take to be there. */
const FRAMES = 60;

/** Takes the reader to what was found in this chat, and marks it until they do something. */
export function useFound(session: ChatSession, rows: readonly AnyRow[], place: Place): void {
  const found = useStore(foundStore, (s) => (s.found?.chatId === session.chatId ? s.found : null));
  const now = useRef({ rows, place });
  useLayoutEffect(() => {
    now.current = { rows, place };
  });
  useEffect(() => {
    const { scroller, content } = now.current.place;
    if (!found || !scroller.current || !content.current) return;
    const over = new AbortController();
    const terms = termsOf(found.text);
    void reveal(found, { session, terms, now: () => now.current, signal: over.signal });
    const stop = keepPainted(scroller.current, content.current, terms, () => ({
      ...rowOf(found, session, now.current.rows, terms),
      others: found.stays,
    }));
    if (!found.stays) untilReaderActs(scroller.current, over.signal, () => point(null));
    return () => {
      over.abort();
      stop();
      unpaintFound(scroller.current);
    };
  }, [found, session]);
}

interface Reveal {
  readonly session: ChatSession;
  readonly terms: readonly Term[];
  now(): { readonly rows: readonly AnyRow[]; readonly place: Place };
  readonly signal: AbortSignal;
}

async function reveal(found: Found, { session, terms, now, signal }: Reveal): Promise<void> {
  const isThere = await session.goTo(found.messageId);
  if (signal.aborted) return;
  if (!isThere) return toast('This message is not there any more.');
  now().place.leave();
  for (let frames = FRAMES; frames > 0 && !signal.aborted; frames -= 1) {
    await nextFrame();
    const { rows, place } = now();
    const at = indexOf(found, session, rows);
    const row = rows[at];
    if (!row) continue;
    for (const key of keysToOpen(row, session.chatId, found)) openRow(key);
    const element = elementOf(place, row.key);
    if (!element) place.handle.current?.scrollToIndex(at, { align: 'center' });
    else if (await centre(element, terms, place, nthOf(found, session, row, terms) ?? 0)) return;
  }
}

/** The words rather than the row, which may be higher than the window. True: it stands still. */
async function centre(
  element: HTMLElement,
  terms: readonly Term[],
  { scroller }: Place,
  nth: number,
): Promise<boolean> {
  const box = scroller.current;
  if (!box) return true;
  const words = rangeAt(element, terms, nth) ?? element;
  const { top, height } = words.getBoundingClientRect();
  const frame = box.getBoundingClientRect();
  const before = box.scrollTop;
  box.scrollTop += top + height / 2 - (frame.top + frame.height / 2);
  await nextFrame();
  return Math.abs(box.scrollTop - before) < 2;
}

function keepPainted(
  scroller: HTMLElement,
  content: HTMLElement,
  terms: readonly Term[],
  what: () => PaintedRow,
): () => void {
  let frame = 0;
  const paint = () => {
    frame = 0;
    paintFound(scroller, terms, what());
  };
  const observer = new MutationObserver(() => {
    frame ||= requestAnimationFrame(paint);
  });
  observer.observe(content, { childList: true, subtree: true, characterData: true });
  paint();
  return () => {
    observer.disconnect();
    cancelAnimationFrame(frame);
  };
}

/** Not by the key or the press that opened it, which is still under way. */
function untilReaderActs(scroller: HTMLElement, signal: AbortSignal, run: () => void): void {
  requestAnimationFrame(() => {
    for (const type of ['wheel', 'pointerdown'])
      scroller.addEventListener(type, run, { passive: true, signal });
    document.addEventListener('keydown', run, { signal });
  });
}

function indexOf(found: Found, session: ChatSession, rows: readonly AnyRow[]): number {
  return foundRow(rows, session.store.getState().view?.messages ?? [], found);
}

function rowOf(
  found: Found,
  session: ChatSession,
  rows: readonly AnyRow[],
  terms: readonly Term[],
): Pick<PaintedRow, 'key' | 'nth'> {
  const row = rows[indexOf(found, session, rows)];
  return row ? { key: row.key, nth: nthOf(found, session, row, terms) } : { key: null, nth: null };
}

/** Which mark of the row is meant. */
function nthOf(found: Found, session: ChatSession, row: AnyRow, terms: readonly Term[]): number | null {
  if (found.nth === null) return null;
  return marksBefore(row, session.store.getState().view?.messages ?? [], found, terms) + found.nth;
}

function elementOf({ scroller }: Place, key: string): HTMLElement | null {
  return scroller.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(key)}"]`) ?? null;
}

function nextFrame(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => resolve()));
}
