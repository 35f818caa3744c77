import { isSelecting } from './keep-selection.ts';

const NEAR_PX = 32;
/** How long what a press opened may take to be laid out. */
const SETTLE_MS = 500;

export interface BottomHold {
  toBottom(): void;
  leave(): void;
  stop(): void;
}

/** What opens and closes something in the content. */
const TOGGLES = 'button[aria-expanded], .above';

/**
 * Keeps the end of a scroller in sight while, and only while, the reader is at the end. What the reader does
 * decides: a scroll up lets go, reaching the end takes hold again; growth of the content never changes that,
 * unless the reader opened a row, which then stays where it was pressed, or selects words, which then stay under the
 * pointer.
 */
export function holdBottom(
  scroller: HTMLElement,
  content: HTMLElement,
  start: { readonly held: boolean; readonly onChange: (atBottom: boolean) => void },
): BottomHold {
  let held = start.held;
  let [lastTop, lastHeight] = [scroller.scrollTop, scroller.scrollHeight];
  const set = (next: boolean) => {
    if (next === held) return;
    held = next;
    if (held) content.style.marginTop = '';
    start.onChange(next);
  };
  const near = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight <= NEAR_PX;
  const over = new AbortController();
  const listening = { passive: true, signal: over.signal };
  const reader = watchReader(scroller, listening);
  const pressed = holdPressed(scroller, content, over.signal);
  const follow = () => {
    if (pressed.keep() || (held && isSelecting(content))) set(near());
    else if (held) {
      content.style.marginTop = '';
      scroller.scrollTop = scroller.scrollHeight;
    }
    // All of it is in sight, whatever row was asked for.
    else if (scroller.scrollHeight <= scroller.clientHeight) set(true);
  };
  const onScroll = () => {
    if (near()) set(true);
    else if (scroller.scrollTop < lastTop - 1 && (reader.touched() || scroller.scrollHeight === lastHeight))
      set(false);
    lastTop = scroller.scrollTop;
    lastHeight = scroller.scrollHeight;
  };
  const onWheel = (event: WheelEvent) => {
    if (event.deltaY < 0 && scroller.scrollHeight > scroller.clientHeight) set(false);
  };
  const observer = new ResizeObserver(follow);
  observer.observe(content);
  observer.observe(scroller);
  scroller.addEventListener('scroll', onScroll, listening);
  scroller.addEventListener('wheel', onWheel, listening);
  follow();
  return {
    toBottom: () => {
      pressed.forget();
      reader.forget();
      // Who goes to the end is done with what they had selected.
      if (isSelecting(content)) getSelection()?.removeAllRanges();
      set(true);
      follow();
    },
    leave: () => {
      pressed.forget();
      set(false);
    },
    stop: () => {
      observer.disconnect();
      over.abort();
    },
  };
}

/** Keeps what opens and closes a row under the pointer that has pressed it, until the row is laid out. */
function holdPressed(scroller: HTMLElement, content: HTMLElement, signal: AbortSignal) {
  let pressed: { readonly button: Element; readonly top: number; readonly at: number } | null = null;
  const onClick = ({ target }: Event) => {
    const button = target instanceof Element ? target.closest(TOGGLES) : null;
    // Few rows stand at the bottom (`.log-inner`): without room kept above them they would grow upwards.
    if (button && scroller.scrollHeight <= scroller.clientHeight)
      content.style.marginTop = getComputedStyle(content).marginTop;
    pressed = button && { button, top: button.getBoundingClientRect().top, at: performance.now() };
  };
  scroller.addEventListener('click', onClick, { capture: true, signal });
  return {
    /** False: nothing was pressed just now. */
    keep: (): boolean => {
      if (!pressed || performance.now() - pressed.at >= SETTLE_MS) return false;
      if (pressed.button.isConnected)
        scroller.scrollTop += pressed.button.getBoundingClientRect().top - pressed.top;
      return true;
    },
    forget: () => {
      pressed = null;
    },
  };
}

/** A press, a key or a wheel moves the reader; measuring rows moves the content, and changes its height. */
function watchReader(scroller: HTMLElement, listening: AddEventListenerOptions) {
  let touchedAt = Number.NEGATIVE_INFINITY;
  const touch = () => {
    touchedAt = performance.now();
  };
  for (const type of ['pointerdown', 'pointermove', 'keydown', 'wheel'])
    scroller.addEventListener(type, touch, listening);
  return {
    touched: () => performance.now() - touchedAt < 1_000,
    /** What was pressed among the rows until now has nothing to do with how they are laid out next. */
    forget: () => {
      touchedAt = Number.NEGATIVE_INFINITY;
    },
  };
}
