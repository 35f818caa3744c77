const NEAR_PX = 32;
/** How long what a press opened may take to be laid out. */
const SETTLE_MS = 500;

export interface BottomHold {
  toBottom(): void;
  stop(): void;
}

/** What opens and closes something in the content. */
const TOGGLES = 'button[aria-expanded], .above';

/**
 * Keeps the end of a scroller in sight while, and only while, the reader is at the end. What the reader does
 * decides: a scroll up lets go, reaching the end takes hold again; growth of the content never changes that,
 * unless the reader opened a row: it then stays where it was pressed.
 */
export function holdBottom(
  scroller: HTMLElement,
  content: HTMLElement,
  start: { readonly held: boolean; readonly onChange: (atBottom: boolean) => void },
): BottomHold {
  let held = start.held;
  let lastTop = scroller.scrollTop;
  let lastHeight = scroller.scrollHeight;
  const set = (next: boolean) => {
    if (next === held) return;
    held = next;
    if (held) content.style.marginTop = '';
    start.onChange(next);
  };
  const near = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight <= NEAR_PX;
  let pressed: { readonly button: Element; readonly top: number; readonly at: number } | null = null;
  const onClick = ({ target }: Event) => {
    const button = target instanceof Element ? target.closest(TOGGLES) : null;
    // Few rows stand at the bottom (`.log-inner`): without room kept above them they would grow upwards.
    if (button && scroller.scrollHeight <= scroller.clientHeight)
      content.style.marginTop = getComputedStyle(content).marginTop;
    pressed = button && { button, top: button.getBoundingClientRect().top, at: performance.now() };
  };
  const follow = () => {
    if (pressed && performance.now() - pressed.at < SETTLE_MS) {
      if (pressed.button.isConnected)
        scroller.scrollTop += pressed.button.getBoundingClientRect().top - pressed.top;
      set(near());
    } else if (held) {
      content.style.marginTop = '';
      scroller.scrollTop = scroller.scrollHeight;
    }
  };
  const onScroll = () => {
    if (near()) set(true);
    else if (scroller.scrollTop < lastTop - 1 && (byReader() || scroller.scrollHeight === lastHeight))
      set(false);
    lastTop = scroller.scrollTop;
    lastHeight = scroller.scrollHeight;
  };
  // A press, a key or a wheel moves the reader; measuring rows moves the content, and changes its height.
  let touchedAt = 0;
  const byReader = () => performance.now() - touchedAt < 1_000;
  const touch = () => {
    touchedAt = performance.now();
  };
  const onWheel = (event: WheelEvent) => {
    touch();
    if (event.deltaY < 0 && scroller.scrollHeight > scroller.clientHeight) set(false);
  };
  const observer = new ResizeObserver(follow);
  observer.observe(content);
  observer.observe(scroller);
  scroller.addEventListener('scroll', onScroll, { passive: true });
  scroller.addEventListener('wheel', onWheel, { passive: true });
  scroller.addEventListener('pointerdown', touch, { passive: true });
  scroller.addEventListener('pointermove', touch, { passive: true });
  scroller.addEventListener('keydown', touch);
  scroller.addEventListener('click', onClick, true);
  follow();
  return {
    toBottom: () => {
      pressed = null;
      set(true);
      follow();
    },
    stop: () => {
      observer.disconnect();
      scroller.removeEventListener('scroll', onScroll);
      scroller.removeEventListener('wheel', onWheel);
      scroller.removeEventListener('pointerdown', touch);
      scroller.removeEventListener('pointermove', touch);
      scroller.removeEventListener('keydown', touch);
      scroller.removeEventListener('click', onClick, true);
    },
  };
}
