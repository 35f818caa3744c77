import type { Page } from '@playwright/test';

const GIVE_UP_MS = 30_000;

/** Accessible names of the chats that the tree shows at the moment. */
export function rowNames(window: Page): Promise<string[]> {
  return window
    .getByRole('treeitem', { level: 2 })
    .evaluateAll((rows) => rows.map((row) => row.getAttribute('aria-label') ?? row.textContent ?? ''));
}

/**
 * Clicks on a chat in the tree; answers the milliseconds until a frame shows its last row where it belongs: the frame is
 * over when the task after it runs. Timed inside the page, so that Playwright's own way there does not count.
 */
export async function openChat(window: Page, name: string): Promise<number> {
  const ms = await window.evaluate(
    ([wanted, giveUpMs]) =>
      new Promise<number | null>((resolve) => {
        const nameOf = (row: Element) => row.getAttribute('aria-label') ?? row.textContent;
        const item = [...document.querySelectorAll<HTMLElement>('[role="treeitem"]')].find(
          (row) => nameOf(row) === wanted,
        );
        if (!item) return resolve(null);
        const before = document.querySelector('[role="feed"] article');
        const startedAt = performance.now();
        const late = setTimeout(() => resolve(null), giveUpMs);
        const isShown = () => {
          const feed = document.querySelector('[role="feed"]');
          const last = [...(feed?.querySelectorAll('article') ?? [])].at(-1);
          if (!feed || !last || last === before || before?.isConnected) return false;
          const { top, bottom } = feed.getBoundingClientRect();
          const at = last.getBoundingClientRect();
          return at.height > 0 && at.bottom > top && at.top < bottom;
        };
        const look = () => {
          if (!isShown()) return requestAnimationFrame(look);
          const channel = new MessageChannel();
          channel.port1.onmessage = () => {
            clearTimeout(late);
            channel.port1.close();
            resolve(performance.now() - startedAt);
          };
          return channel.port2.postMessage(null);
        };
        item.click();
        requestAnimationFrame(look);
      }),
    [name, GIVE_UP_MS] as const,
  );
  if (ms === null) throw new Error(`The chat "${name}" was not shown`);
  return ms;
}
