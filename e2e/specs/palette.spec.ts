import { expect, test } from '../fixtures/desk.ts';
import { Palette } from '../fixtures/palette.ts';
import { script, scriptTitle } from '../fixtures/script.ts';
import { inBothThemes } from '../fixtures/workspaces.ts';

test('the palette leads to chats, commands and settings, by name and by keys', async ({ desk }) => {
  for (const [told, title] of [
    ['Why does it flake?', 'Fix flaky checkout test'],
    ['Port them', 'Port softmax kernels'],
  ] as const) {
    script(desk.server, told, [{ say: `Done: ${title}.` }]);
    scriptTitle(desk.server, told, title);
  }
  const { app, chat } = await desk.start({ folder: desk.repository('shop').directory });
  const page = app.window;
  const palette = new Palette(page);
  const heading = page.getByRole('banner').getByRole('heading', { level: 1 });
  await chat.send('Why does it flake?');
  await expect(heading).toHaveText('Fix flaky checkout test', { timeout: 60_000 });
  await chat.rests();
  await page.keyboard.press('Control+n');
  await chat.send('Port them');
  await expect(heading).toHaveText('Port softmax kernels', { timeout: 60_000 });
  await chat.rests();

  await test.step('empty, it begins with the chats of late; Escape gives the focus back', async () => {
    await page.keyboard.press('Control+k');
    await expect(palette.field).toBeFocused();
    const recent = palette.dialog.getByRole('group', { name: 'Recent chats' }).getByRole('option');
    await expect(recent).toHaveText([/Fix flaky checkout test\s*shop/]);
    await expect(palette.active).toContainText('Fix flaky checkout test');
    await inBothThemes(app, 'palette-empty');
    await page.keyboard.press('Escape');
    await expect(palette.dialog).toBeHidden();
    await expect(chat.message).toBeFocused();
  });

  await test.step('a chat is found by some of its letters', async () => {
    await page.keyboard.press('Control+k');
    await palette.field.pressSequentially('flk check');
    await expect(palette.active).toContainText('Fix flaky checkout test');
    await expect(palette.active.locator('mark').first()).toBeVisible();
    await inBothThemes(app, 'palette-chats');
    await page.keyboard.press('Enter');
    await expect(heading).toHaveText('Fix flaky checkout test');
    await expect(chat.message).toBeFocused();
    await expect(chat.agent).toContainText('Done: Fix flaky checkout test.');
  });

  await test.step('what was said is found, after what is called so, and opens at its row', async () => {
    await page.keyboard.press('Control+n');
    await page.keyboard.press('Control+k');
    await palette.field.fill('flake');
    const said = palette.dialog.getByRole('group', { name: /^In messages · \d+$/ }).getByRole('option');
    await expect(said.first()).toContainText('Why does it flake?');
    await expect(said.first().locator('mark')).toHaveText('flake');
    await inBothThemes(app, 'palette-hits');
    await palette.field.fill('is:what');
    await expect(palette.dialog).toContainText('is not known');
    await palette.field.fill('flake');
    await said.first().click();
    await expect(heading).toHaveText('Fix flaky checkout test');
    await expect(chat.you).toContainText('Why does it flake?');
  });

  await test.step('a command shows its shortcut, and the arrows go round', async () => {
    await page.keyboard.press('Control+k');
    await palette.field.fill('new chat');
    await expect(palette.active).toContainText('New chat in shop');
    await expect(palette.active).toContainText('Ctrl N');
    await page.keyboard.press('ArrowUp');
    await expect(palette.options.last()).toHaveAttribute('aria-selected', 'true');
    await page.keyboard.press('ArrowDown');
    await expect(palette.options.first()).toHaveAttribute('aria-selected', 'true');
    await palette.field.fill('qqqq');
    await expect(palette.dialog).toContainText('Nothing matches');
    await page.keyboard.press('Escape');
  });

  await test.step('a part of the settings opens, and the palette over the settings', async () => {
    await page.keyboard.press('Control+k');
    await palette.field.fill('settings hosts');
    await page.keyboard.press('Enter');
    const settings = page.getByRole('dialog', { name: 'Settings' });
    await expect(settings.getByRole('tabpanel', { name: 'Hosts' })).toBeVisible();
    await palette.run('Open inbox');
    await expect(settings).toBeHidden();
    await expect(heading).toHaveText('Inbox');
  });

  await test.step('what was run lately comes first; side by side by Ctrl+Enter', async () => {
    await page.keyboard.press('Control+k');
    const lately = palette.dialog.getByRole('group', { name: 'Recently used' }).getByRole('option');
    await expect(lately.first()).toContainText('Settings: Hosts');
    await palette.field.fill('softmax');
    await page.keyboard.press('Enter');
    await expect(heading).toHaveText('Port softmax kernels');
    await page.keyboard.press('Control+k');
    await palette.field.fill('flaky');
    await expect(palette.active).toContainText('Fix flaky');
    await page.keyboard.press('Control+Enter');
    await expect(page.getByRole('region', { name: 'Right pane' })).toContainText('Fix flaky checkout test');
  });
  expect(app.pageErrors).toEqual([]);
});
