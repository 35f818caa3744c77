import type { Page } from '@playwright/test';
import { exactly } from '../fixtures/conversation.ts';
import { expect, test } from '../fixtures/desk.ts';
import { isTurn, script } from '../fixtures/script.ts';

const count = (to: number) => Array.from({ length: to }, (_, i) => `w${i + 1}`).join(' ');

test('#345 #347 a window that stood still loses its feed, says so, and then has every word once', async ({
  desk,
}) => {
  const long = count(2_500);
  script(desk.server, 'Count', [{ say: long }]);
  const { app, chat } = await desk.start({ folder: desk.repository().directory });
  const page = app.window;
  desk.server.faults.next({ kind: 'throttle', bytes: 250, everyMs: 10 }, { match: isTurn });
  await chat.send('Count');
  await expect(chat.agent).toContainText('w20', { timeout: 60_000 });
  const debug = await page.context().newCDPSession(page);
  await debug.send('Debugger.enable');
  await debug.send('Debugger.pause');
  await expect.poll(() => app.log(), { timeout: 60_000 }).toContain('takes nothing from its feed');
  const lost = chat.feed.getByText('Chat stream disconnected. Reconnecting…');
  await debug.send('Debugger.resume');
  await expect(lost).toBeVisible();
  await expect(lost).toBeHidden();
  await expect(chat.agent).toHaveText(exactly(long), { timeout: 60_000 });
  await chat.rests();
  await expect(chat.agent).toHaveCount(1);
  expect(app.pageErrors).toEqual([]);
});

test('#334 while words arrive, nothing else in the window is touched', async ({ desk }) => {
  script(desk.server, 'First', [{ say: 'Said earlier.' }]);
  script(desk.server, 'Second', [{ say: count(400) }]);
  const { app, chat } = await desk.start({ folder: desk.repository().directory });
  await chat.send('First');
  await expect(chat.agent).toContainText('Said earlier.', { timeout: 60_000 });
  await chat.rests();
  desk.server.faults.next({ kind: 'throttle', bytes: 250, everyMs: 20 }, { match: isTurn });
  await chat.send('Second');
  await expect(chat.agent.last()).toContainText('w20');
  expect(await touchedUntil(app.window, 'w120')).toEqual([]);
  await chat.stop.click();
  await chat.rests();
});

test('#338 what waits in one chat is not shown in another, and is there when one comes back', async ({
  desk,
}) => {
  script(desk.server, 'Stay', [{ say: count(60) }]);
  script(desk.server, 'Later', [{ say: 'That was later.' }]);
  script(desk.server, 'Another', [{ say: 'Said elsewhere.' }]);
  const { chat } = await desk.start({ folder: desk.repository().directory });
  const hold = desk.server.faults.hold({ afterEvents: 8, match: isTurn });
  await chat.send('Stay');
  await hold.reached;
  await chat.send('Later');
  await expect(chat.queue).toHaveCount(1);
  await chat.newChat();
  await expect(chat.queue).toHaveCount(0);
  await chat.send('Another');
  await expect(chat.agent).toContainText('Said elsewhere.', { timeout: 60_000 });
  await expect(chat.queue).toHaveCount(0);
  await chat.chat('Stay').click();
  await expect(chat.queue).toHaveCount(1);
  await expect(chat.agent).toContainText('w1 w2');
  hold.release();
  await expect(chat.agent.last()).toContainText('That was later.', { timeout: 60_000 });
  await expect(chat.queue).toHaveCount(0);
});

/** What changes outside the row that streams until it holds the word. The list around it may grow with it. */
async function touchedUntil(page: Page, word: string): Promise<readonly string[]> {
  return await page.evaluate(
    (wanted) =>
      new Promise<readonly string[]>((resolve) => {
        const touched = new Set<string>();
        const observer = new MutationObserver((records) => {
          const live = document.querySelector('article[data-row^="live."]');
          for (const { target, type, attributeName } of records) {
            if (live?.contains(target) || (attributeName === 'style' && target.contains(live))) continue;
            const element = target instanceof Element ? target : target.parentElement;
            touched.add(`${type} ${attributeName ?? ''} ${element?.outerHTML.slice(0, 160)}`);
          }
          if (!live?.textContent?.includes(wanted)) return;
          observer.disconnect();
          resolve([...touched]);
        });
        const everything = { subtree: true, childList: true, characterData: true, attributes: true };
        observer.observe(document.body, everything);
      }),
    word,
  );
}
