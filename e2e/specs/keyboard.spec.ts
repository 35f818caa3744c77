import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures/desk.ts';
import { Palette } from '../fixtures/palette.ts';
import { script, scriptTitle } from '../fixtures/script.ts';
import { openSettings } from '../fixtures/settings.ts';
import { inBothThemes } from '../fixtures/workspaces.ts';

const heading = (page: Page) => page.getByRole('banner').getByRole('heading', { level: 1 });

test('a command is given a shortcut by pressing it; who has it is said; every window follows', async ({
  desk,
}) => {
  const { app, chat } = await desk.start({ folder: desk.repository().directory });
  const page = app.window;
  const opened = app.electron.waitForEvent('window');
  await expect(chat.message).toBeFocused();
  await page.keyboard.press('Control+Shift+N');
  const second = await opened;
  await expect(second.getByRole('textbox', { name: 'Message', exact: true })).toBeVisible();

  const keyboard = (await openSettings(page, 'Keyboard')).getByRole('tabpanel', { name: 'Keyboard' });
  await inBothThemes(app, 'keyboard');
  const row = (title: string) => keyboard.getByRole('listitem', { name: title, exact: true });
  const add = (title: string) => row(title).getByRole('button', { name: `Add shortcut to ${title}` });

  await test.step('free keys are taken at once', async () => {
    await keyboard.getByRole('searchbox', { name: 'Filter shortcuts' }).fill('inbox');
    await add('Open inbox').click();
    await expect(row('Open inbox').getByRole('group')).toContainText('Press the shortcut…');
    await page.keyboard.press('Control+Shift+Y');
    await expect(row('Open inbox')).toContainText('Ctrl Shift Y');
    await expect(add('Open inbox')).toBeFocused();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await expect(row('Open inbox').getByRole('group')).toBeHidden();
    await expect(add('Open inbox')).toBeFocused();
  });

  await test.step('keys of another command are said to be, and taken only when that is wanted', async () => {
    await add('Open inbox').press('Enter');
    await page.keyboard.press('Control+n');
    await expect(row('Open inbox').getByRole('alert')).toContainText(
      'Ctrl N is the shortcut of “New chat”.',
    );
    await inBothThemes(app, 'keyboard-taken');
    await row('Open inbox').getByRole('button', { name: 'Use it here' }).press('Enter');
    await expect(row('Open inbox')).toContainText('Ctrl N');
    await add('Open inbox').press('Enter');
    await page.keyboard.press('Tab');
    await expect(row('Open inbox').getByRole('alert')).toContainText('Tab is needed to move about');
    await row('Open inbox').getByRole('button', { name: 'Cancel' }).press('Enter');
  });

  await test.step('both windows follow, and the next start does', async () => {
    await second.keyboard.press('Control+n');
    await expect(heading(second)).toHaveText('Inbox');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+Shift+Y');
    await expect(heading(page)).toHaveText('Inbox');
  });
  await app.close();
  const later = await desk.again(app);
  await expect(later.chat.message).toBeFocused();
  await later.app.window.keyboard.press('Control+n');
  await expect(heading(later.app.window)).toHaveText('Inbox');

  await test.step('reset brings the first ones back', async () => {
    const settings = await openSettings(later.app.window, 'Keyboard');
    const inbox = settings.getByRole('listitem', { name: 'Open inbox', exact: true });
    await inbox.getByRole('button', { name: 'Remove Ctrl J from Open inbox' }).click();
    await expect(inbox).not.toContainText('Ctrl J');
    await inbox.getByRole('button', { name: 'Reset Open inbox' }).click();
    await expect(inbox).toContainText('Ctrl J');
    await expect(inbox).not.toContainText('Ctrl N');
    await later.app.window.keyboard.press('Escape');
    await later.app.window.keyboard.press('Control+n');
    await expect(heading(later.app.window)).toHaveText('New chat');
  });
  expect([...app.pageErrors, ...later.app.pageErrors]).toEqual([]);
});

test('back and forward, zoom, the cheat sheet and contrast', async ({ desk }) => {
  for (const [told, title] of [
    ['First', 'The first chat'],
    ['Second', 'The second chat'],
  ] as const) {
    script(desk.server, told, [{ say: `Said in ${title}.` }]);
    scriptTitle(desk.server, told, title);
  }
  const { app, chat } = await desk.start({ folder: desk.repository().directory });
  const page = app.window;
  const palette = new Palette(page);
  for (const [told, title] of [
    ['First', 'The first chat'],
    ['Second', 'The second chat'],
  ] as const) {
    await page.keyboard.press('Control+n');
    await chat.send(told);
    await expect(heading(page)).toHaveText(title, { timeout: 60_000 });
    await chat.rests();
  }

  await test.step('the way that was gone', async () => {
    await page.keyboard.press('Alt+ArrowLeft');
    await expect(heading(page)).toHaveText('New chat');
    await page.getByRole('button', { name: 'Back', exact: true }).click();
    await expect(heading(page)).toHaveText('The first chat');
    await page.mouse.move(600, 300);
    await page.evaluate(() => {
      for (const type of ['mousedown', 'mouseup'])
        document.body.dispatchEvent(new MouseEvent(type, { button: 4, bubbles: true, cancelable: true }));
    });
    await expect(heading(page)).toHaveText('New chat');
    await page.keyboard.press('Alt+ArrowRight');
    await expect(heading(page)).toHaveText('The second chat');
    await expect(page.getByRole('button', { name: 'Forward', exact: true })).toBeDisabled();
    await page.keyboard.press('Control+Tab');
    await expect(heading(page)).toHaveText('The first chat');
    await page.keyboard.press('Control+Shift+Tab');
    await expect(heading(page)).toHaveText('The second chat');
  });

  await test.step('the title is a menu, and a text field', async () => {
    await page.getByRole('button', { name: 'Chat actions' }).click();
    await expect(page.getByRole('menuitem')).toContainText(['Rename chat', 'Regenerate title']);
    await page.getByRole('menuitem', { name: 'Rename chat' }).click();
    const field = page.getByRole('banner').getByRole('textbox', { name: 'Chat title' });
    await expect(field).toBeFocused();
    await field.fill('Renamed by hand');
    await field.press('Enter');
    await expect(heading(page)).toHaveText('Renamed by hand');
    await expect(chat.chat('Renamed by hand')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Chat actions' })).toBeFocused();
    await page.keyboard.press('F2');
    await field.press('Escape');
    await expect(heading(page)).toHaveText('Renamed by hand');
  });

  await test.step('"?" tells the shortcuts, but is a question mark in a text', async () => {
    await chat.message.focus();
    await page.keyboard.type('Why?');
    await expect(chat.message).toHaveValue('Why?');
    await chat.message.fill('');
    await chat.tree.focus();
    await page.keyboard.press('?');
    const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await expect(sheet.getByRole('region', { name: 'Go' })).toContainText('Command palette');
    await inBothThemes(app, 'cheat-sheet');
    await page.keyboard.press('Escape');
    await expect(sheet).toBeHidden();
    await expect(chat.tree).toBeFocused();
  });

  await test.step('high contrast by choice, and with the system', async () => {
    const contrast = () => page.evaluate(() => document.documentElement.dataset['contrast']);
    expect(await contrast()).toBe('standard');
    await page.emulateMedia({ contrast: 'more' });
    await expect.poll(contrast).toBe('more');
    await page.emulateMedia({ contrast: 'no-preference' });
    await expect.poll(contrast).toBe('standard');
    await palette.run('Contrast: high');
    await expect.poll(contrast).toBe('more');
    await inBothThemes(app, 'high-contrast');
    await page.emulateMedia({ forcedColors: 'active' });
    await app.screenshot('forced-colours');
    await page.emulateMedia({ forcedColors: 'none' });
  });

  await test.step('zoom is of everything, and remembered', async () => {
    const zoom = () =>
      app.electron.evaluate(({ webContents }) => webContents.getAllWebContents()[0]?.getZoomFactor());
    await page.keyboard.press('Control+=');
    await page.keyboard.press('Control++');
    await expect.poll(zoom).toBeCloseTo(1.25);
    await page.keyboard.press('Control+-');
    await expect.poll(zoom).toBeCloseTo(1.1);
    await page.keyboard.press('Control+0');
    await expect.poll(zoom).toBe(1);
    await page.keyboard.press('Control+=');
    await expect.poll(zoom).toBeCloseTo(1.1);
  });
  await app.close();
  const later = await desk.again(app);
  await expect(later.chat.message).toBeVisible();
  await expect(later.app.window.locator("html[data-contrast='more']")).toBeAttached();
  expect(
    await later.app.electron.evaluate(({ webContents }) =>
      webContents.getAllWebContents()[0]?.getZoomFactor(),
    ),
  ).toBeCloseTo(1.1);
  expect([...app.pageErrors, ...later.app.pageErrors]).toEqual([]);
});
