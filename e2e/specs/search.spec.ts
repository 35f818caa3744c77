import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures/desk.ts';
import { Palette } from '../fixtures/palette.ts';
import { script, scriptTitle } from '../fixtures/script.ts';
import { inBothThemes } from '../fixtures/workspaces.ts';

const FILLER = Array.from({ length: 60 }, (_, i) => `- line ${i + 1} of many that say nothing`).join('\n');

test('everything that was said is found: in the view, in the palette, in the chat; results open at the row', async ({
  desk,
}) => {
  test.slow();
  script(desk.server, 'Why does it flake?', [
    { say: 'The hold was released outside the transaction that marks the seat as sold.' },
  ]);
  scriptTitle(desk.server, 'Why does it flake?', 'Fix flaky checkout test');
  for (const time of [1, 2])
    script(desk.server, `Say much, time ${time}`, [{ say: `${FILLER}\n- the end, time ${time}` }]);
  script(desk.server, 'Run it', [
    { calls: [{ name: 'execute', args: { command: 'echo "checkout > releases the hold once"' } }] },
    { say: 'It passes.' },
  ]);
  scriptTitle(desk.server, 'Run it', 'Run the suite');
  const { app, chat } = await desk.start({
    folder: desk.repository('shop').directory,
    approvals: 'auto',
  });
  const page = app.window;
  const palette = new Palette(page);
  const heading = page.getByRole('banner').getByRole('heading', { level: 1 });
  const results = page.getByRole('list', { name: 'Search results' }).getByRole('listitem');
  const field = page.getByRole('searchbox', { name: 'Find in all messages' });
  const bar = page.getByRole('textbox', { name: 'Find in chat' });
  const found = chat.feed.locator('[data-found]');

  await chat.send('Why does it flake?');
  await expect(heading).toHaveText('Fix flaky checkout test', { timeout: 60_000 });
  await chat.rests();
  for (const time of [1, 2]) {
    await chat.send(`Say much, time ${time}`);
    await expect(chat.agent.last()).toContainText(`the end, time ${time}`, { timeout: 60_000 });
    await chat.rests();
  }
  await chat.newChat();
  await chat.send('Run it');
  await expect(chat.agent.last()).toContainText('It passes.', { timeout: 60_000 });
  await chat.rests();

  await test.step('the field above the tree leads to all messages, newest first, with the words marked', async () => {
    await page.keyboard.press('Control+Shift+f');
    await page.getByRole('searchbox', { name: 'Search', exact: true }).fill('release hold');
    await expect(
      page.getByRole('button', { name: 'Search all messages for “release hold”' }),
    ).toBeVisible();
    await app.screenshot('search-sidebar');
    await page.keyboard.press('Enter');
    await expect(field).toHaveValue('release hold');
    await expect(results.last()).toContainText('released outside the transaction', { timeout: 60_000 });
    await expect(results.last().locator('mark')).toHaveText(['hold', 'released']);
    await expect(results.first()).toContainText('releases the hold once');
    await expect(results.first()).toContainText('shop');
    await inBothThemes(app, 'search-results');
  });

  await test.step('filters narrow it, stand as chips, and what cannot be read is said', async () => {
    await field.fill('release hold status:finished after:1d');
    await expect(page.getByRole('button', { name: 'Remove filter: status: finished' })).toBeVisible();
    await expect(results.last()).toContainText('released outside');
    await field.fill('release hold status:error');
    await expect(page.getByRole('main')).toContainText('Nothing found');
    await field.fill('release hold status:broken');
    await expect(page.getByRole('main')).toContainText('“broken” is no status.');
    await inBothThemes(app, 'search-problem');
    await field.fill('');
    await expect(page.getByRole('main')).toContainText('exactly that');
    await inBothThemes(app, 'search-help');
    await field.fill('"was released" outside');
    await expect(results).toHaveCount(1);
  });

  await test.step('a chat that is called so stands before what was said, and opens', async () => {
    await field.fill('checkout');
    await expect(results.first()).toContainText('Chat: Fix flaky checkout test');
    await expect(results.first().locator('mark')).toHaveText(['checkout']);
    await expect(results.nth(1)).toContainText('releases the hold once');
    await expect(page.getByRole('main').getByRole('status')).toHaveText(
      /^1 chat · \d results?, newest first$/,
    );
    await inBothThemes(app, 'search-titles');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await expect(results.nth(1).getByRole('button')).toBeFocused();
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await expect(heading).toHaveText('Fix flaky checkout test');
    await page.keyboard.press('Alt+ArrowLeft');
    await field.fill('flaky -"Run the suite" status:finished');
    await expect(results).toHaveCount(1);
    await field.fill('"was released" outside');
    await expect(results).toHaveCount(1);
    await expect(results.first()).toContainText('released outside');
  });

  await test.step('a result opens its chat at the row, far above its end; Back shows the results as they were', async () => {
    await page.keyboard.press('ArrowDown');
    await expect(results.first().getByRole('button')).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(heading).toHaveText('Fix flaky checkout test');
    await expect(found).toContainText('released outside the transaction');
    await expect(found).toBeInViewport();
    await inBothThemes(app, 'search-opened');
    await page.keyboard.press('Alt+ArrowLeft');
    await expect(field).toHaveValue('"was released" outside');
    await expect(results.first().getByRole('button')).toBeFocused();
  });

  await test.step('the palette lists what stands in messages', async () => {
    await page.keyboard.press('Control+k');
    await palette.field.fill('hold once');
    await expect(
      palette.dialog
        .getByRole('group', { name: /^In messages/ })
        .getByRole('option')
        .first(),
    ).toContainText('releases the hold once');
    await inBothThemes(app, 'palette-messages');
    await palette.dialog.getByRole('option').filter({ hasText: 'releases the hold once' }).first().click();
    await expect(heading).toHaveText('Run the suite');
    await expect(found).toContainText('releases the hold once');
  });

  await test.step('find in chat counts, steps round, and gives the focus back', async () => {
    await chat.chat('Fix flaky checkout test').click();
    await chat.message.focus();
    await page.keyboard.press('Control+f');
    await expect(bar).toBeFocused();
    await bar.fill('"line 7"');
    const count = page.getByRole('search').getByRole('status');
    await expect(count).toHaveText(/^[12] of 2$/);
    await bar.fill('"line 7" many');
    // Each time that it stands there, not each message.
    await expect(count).toHaveText(/of 122$/);
    await bar.fill('many');
    await expect(count).toHaveText(/^\d+ of 120$/);
    const meant = () => page.evaluate(() => [...(CSS.highlights.get('found-now') ?? [])].map(String));
    await expect.poll(meant).toEqual(['many']);
    await inBothThemes(app, 'find-in-chat');
    const before = await count.textContent();
    await page.keyboard.press('Enter');
    await expect(count).not.toHaveText(before ?? '');
    await page.keyboard.press('Shift+Enter');
    await expect(count).toHaveText(before ?? '');
    await bar.fill('transaction');
    await expect(count).toHaveText('1 of 1');
    await expect(found).toBeInViewport();
    await bar.fill('nowhere-to-be-seen');
    await expect(count).toHaveText('Not found');
    await page.keyboard.press('Escape');
    await expect(bar).toBeHidden();
    await expect(chat.message).toBeFocused();
  });

  await test.step('what is looked for can be written while the chat is being loaded', async () => {
    await chat.newChat();
    expect(await pressWhileLoading(page, 'Fix flaky checkout test')).toBe('loading');
    await expect(bar).toBeFocused();
    await expect(chat.message).toBeVisible();
    await expect(bar).toBeFocused();
    await page.keyboard.type('transaction');
    await expect(page.getByRole('search').getByRole('status')).toHaveText('1 of 1');
    await expect(found).toBeInViewport();
    await page.keyboard.press('Escape');
    await expect(bar).toBeHidden();
  });

  await test.step('the model searches, too', async () => {
    script(desk.server, 'What did we find out?', [
      { calls: [{ name: 'search_history', args: { query: 'released transaction' } }] },
      { say: 'The hold was released too late.' },
    ]);
    await chat.newChat();
    await chat.send('What did we find out?');
    const row = chat.tool('search_history');
    const said = row.getByRole('button', { name: 'Searched history for released transaction' });
    await expect(said).toBeVisible({ timeout: 60_000 });
    await chat.rests();
    await chat.open(row);
    await expect(row).toContainText('outside the transaction');
    await inBothThemes(app, 'search-history');
    await row.getByRole('list', { name: 'Found in history' }).getByRole('button').first().click();
    await expect(heading).toHaveText('Fix flaky checkout test');
    await expect(found).toContainText('released outside');
  });
});

/** Opens the chat and asks for the bar before any answer about it can have come. Says whether it was there already. */
function pressWhileLoading(page: Page, title: string): Promise<'loading' | 'shown'> {
  return page.evaluate(async (name) => {
    const items = [...document.querySelectorAll<HTMLElement>('[role=treeitem]')];
    items.find((item) => item.textContent.includes(name))?.click();
    // What the click did is drawn, but nothing that comes from outside has had its turn.
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
    const isShown = document.querySelector('[role=feed]') !== null;
    const key = { key: 'f', code: 'KeyF', ctrlKey: true, bubbles: true, cancelable: true };
    document.dispatchEvent(new KeyboardEvent('keydown', key));
    return isShown ? 'shown' : 'loading';
  }, title);
}
