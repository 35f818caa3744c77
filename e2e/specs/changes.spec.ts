import fs from 'node:fs';
import path from 'node:path';
import type { Page } from '@playwright/test';
import type { RunningApp } from '../fixtures/app.ts';
import { script, turnRequests } from '../fixtures/script.ts';
import { expect, test } from '../fixtures/ssh-workspace.ts';

const pane = (page: Page) => page.getByRole('tabpanel', { name: 'Changes' });
const tree = (page: Page) => page.getByRole('tree', { name: 'Changed files' });
const item = (page: Page, name: string | RegExp) => tree(page).getByRole('treeitem', { name });
const grid = (page: Page, file: string) => page.getByRole('grid', { name: `Diff of ${file}`, exact: true });
/** A line by what stands in it. */
const line = (page: Page, file: string, text: string) =>
  grid(page, file).getByRole('row').filter({ hasText: text });

async function setWindowSize(app: RunningApp, width: number, height: number): Promise<void> {
  await app.electron.evaluate(
    ({ BrowserWindow }, [w, h]) => {
      BrowserWindow.getAllWindows()[0]?.setSize(w, h);
    },
    [width, height] as const,
  );
  await expect.poll(() => app.window.evaluate(() => innerWidth)).toBe(width);
}

async function openChanges(page: Page): Promise<void> {
  const inspector = page.getByRole('complementary', { name: 'Inspector' });
  if (!(await inspector.isVisible())) await page.getByRole('button', { name: 'Toggle inspector' }).click();
  await page.getByRole('tablist', { name: 'Inspector' }).getByRole('tab', { name: 'Changes' }).click();
  await expect(pane(page)).toBeVisible();
}

const edit = {
  search: 'return width + height;',
  replace: 'const sides = [width, height];\n  return sides[0] * sides[1];',
};
/** What the model does: it edits a file, makes one, and writes deep inside. */
const WORK = [
  {
    calls: [{ name: 'edit_files', args: { files: [{ path: 'area.js', edits: [edit] }] } }],
  },
  {
    calls: [
      {
        name: 'execute',
        args: { command: 'mkdir -p lib/deep && printf "export const PI = 3;\\n" > lib/deep/pi.js' },
      },
    ],
  },
  { say: 'It multiplies now.' },
];

test('the pane follows what an agent does, and a comment on a line goes into the message', async ({
  desk,
}) => {
  const repository = desk.repository('Flächen');
  script(desk.server, 'Multiply', WORK);
  script(desk.server, 'area.js:2', [{ say: 'I will say so.' }]);
  const { app, chat } = await desk.start({ folder: repository.directory, approvals: 'auto' });
  const page = app.window;
  await setWindowSize(app, 1280, 820);
  // It is what the inspector opens on.
  await page.getByRole('button', { name: 'Toggle inspector' }).click();
  await expect(pane(page)).toContainText('No uncommitted changes', { timeout: 60_000 });

  await chat.send('Multiply');
  await expect(chat.agent.last()).toContainText('It multiplies now.', { timeout: 60_000 });
  await expect(item(page, /area\.js/)).toBeVisible({ timeout: 60_000 });
  await expect(item(page, /pi\.js, not tracked yet/)).toBeVisible({ timeout: 60_000 });
  await expect(item(page, /lib\/deep/)).toHaveAttribute('aria-level', '1');

  // By the keyboard alone: to the file, and its diff is there, each line with its sign, number and words that differ.
  await tree(page).focus();
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await expect(item(page, /area\.js/)).toHaveAttribute('aria-selected', 'true');
  await expect(line(page, 'area.js', 'return width + height;')).toContainText('removed: ');
  await expect(line(page, 'area.js', 'sides[0]')).toContainText('added: ');
  await expect(line(page, 'area.js', 'sides[0]').locator('.kw').first()).toHaveText('return');

  // A person's own edit, seen without asking.
  fs.appendFileSync(path.join(repository.directory, 'area.js'), '// By hand.   \n');
  await expect(line(page, 'area.js', 'By hand.')).toBeVisible({ timeout: 60_000 });

  // Side by side: what has no counterpart has nothing beside it.
  await page.getByRole('button', { name: 'Split view' }).click();
  await expect(line(page, 'area.js', 'return width')).toContainText('const sides');
  await app.screenshot('changes-split');
  await page.getByRole('button', { name: 'Split view' }).click();

  // A comment by the keyboard, on two lines.
  await grid(page, 'area.js').focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Enter');
  const box = page.getByRole('textbox', { name: 'Comment on lines 2–3' });
  await expect(box).toBeFocused();
  await box.fill('Say in a comment what the sides are.');
  await app.screenshot('changes-comment');
  await page.keyboard.press('Control+Enter');
  await expect(grid(page, 'area.js')).toBeFocused();
  const card = page.getByRole('group', { name: 'Comment on lines 2–3' });
  await expect(card).toContainText('Say in a comment what the sides are.');
  // One by the pointer.
  await line(page, 'area.js', 'By hand.').getByRole('rowheader').click();
  await page.getByRole('textbox', { name: 'Comment on line 5' }).fill('Whose hand?');
  await page.getByRole('button', { name: 'Comment', exact: true }).click();
  await page
    .getByRole('group', { name: 'Comment on line 5' })
    .getByRole('button', { name: 'Edit' })
    .click();
  await page.getByRole('textbox', { name: 'Comment on line 5' }).fill('By whose hand?');
  await page.getByRole('button', { name: 'Comment', exact: true }).click();
  await expect(page.getByRole('group', { name: 'Comment on line 5' })).toContainText('By whose hand?');
  // Its line changes: it says so.
  const now = repository.read('area.js');
  fs.writeFileSync(path.join(repository.directory, 'area.js'), now.replace('By hand', 'By foot'));
  await expect(page.getByRole('group', { name: 'Comment on line 5' })).toContainText('outdated', {
    timeout: 60_000,
  });
  await page
    .getByRole('group', { name: 'Comment on line 5' })
    .getByRole('button', { name: 'Remove' })
    .click();

  // Read, as long as the diff is the same.
  const readMark = page.getByRole('button', { name: 'Mark as read' });
  await readMark.click();
  await expect(item(page, /area\.js/)).toHaveAttribute('aria-checked', 'true');
  await expect(pane(page)).toContainText('1 of 2 read');
  await page.getByRole('button', { name: 'Next unread' }).click();
  await expect(line(page, 'lib/deep/pi.js', 'PI = 3')).toBeVisible();
  await app.screenshot('changes');

  // All of it outlives the app.
  await app.close();
  const again = await desk.again(app);
  const window = again.app.window;
  await setWindowSize(again.app, 1280, 820);
  await again.chat.chat(/./).first().click();
  await openChanges(window);
  await expect(item(window, /area\.js/)).toHaveAttribute('aria-checked', 'true', { timeout: 60_000 });
  await item(window, /area\.js/).click();
  await expect(window.getByRole('group', { name: 'Comment on lines 2–3' })).toBeVisible();
  await window.getByRole('button', { name: 'Add 1 comment to message' }).click();
  await expect(again.chat.message).toBeFocused();
  await expect(again.chat.message).toHaveValue(/^`area\.js:2-3`\n```diff\n[\s\S]*sides are\.\n$/);
  await expect(window.getByRole('group', { name: 'Comments' })).toContainText('In the message');
  await again.chat.message.press('Control+End');
  await again.chat.message.press('Enter');
  await expect(again.chat.agent.last()).toContainText('I will say so.', { timeout: 60_000 });
  await expect(window.getByRole('group', { name: 'Comments' })).toBeHidden();
  const asked = JSON.stringify(turnRequests(desk.server).at(-1)?.body);
  expect(asked).toContain('+  const sides = [width, height];');
  expect(asked).toContain('Say in a comment what the sides are.');
  // The mark was of that diff only.
  fs.appendFileSync(path.join(repository.directory, 'area.js'), '// More.\n');
  await expect(item(window, /area\.js/)).toHaveAttribute('aria-checked', 'false', { timeout: 60_000 });
  expect([...app.pageErrors, ...again.app.pageErrors]).toEqual([]);
});
