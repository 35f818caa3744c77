import fs from 'node:fs';
import path from 'node:path';
import type { Page } from '@playwright/test';
import type { RunningApp } from '../fixtures/app.ts';
import { Palette } from '../fixtures/palette.ts';
import { script, turnRequests } from '../fixtures/script.ts';
import { expect, openSsh, pickMode, test } from '../fixtures/ssh-workspace.ts';

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

/** Long enough that there is a gap between two changes. */
const LONG = Array.from({ length: 60 }, (_one, i) => `export const value${i + 1} = ${i + 1};`);

test('what a diff can hold: gaps, hidden characters, long lines, binaries, renames; against any commit', async ({
  desk,
}) => {
  const repository = desk.repository();
  const at = (name: string) => path.join(repository.directory, name);
  fs.writeFileSync(at('long.ts'), `${LONG.join('\n')}\n`);
  fs.writeFileSync(at('old name.txt'), 'a\nb\nc\nd\n');
  fs.writeFileSync(at('dot.bin'), Uint8Array.from([0, 1, 2]));
  repository.git('add', '.');
  repository.git('commit', '--quiet', '-m', 'More');
  repository.git('switch', '--quiet', '-c', 'feature');
  repository.git('mv', 'old name.txt', 'new name.txt');
  repository.git('commit', '--quiet', '-m', 'Moved');
  const changed = LONG.map((one, i) => (i === 3 || i === 50 ? one.replace('const', 'let') : one));
  fs.writeFileSync(at('long.ts'), `${changed.join('\n')}\n`);
  fs.writeFileSync(at('dot.bin'), Uint8Array.from([0, 1, 3]));
  fs.writeFileSync(at('hostile "\u202e.txt'), `x\u202ey\n${'w'.repeat(3_000)}\nno end`);
  const { app } = await desk.start({ folder: repository.directory, approvals: 'auto' });
  const page = app.window;
  await setWindowSize(app, 1920, 1000);
  await openChanges(page);

  // A gap opens by a click, and everything by a button.
  await item(page, /long\.ts/).click({ timeout: 60_000 });
  await expect(line(page, 'long.ts', 'let value4 =')).toBeVisible({ timeout: 60_000 });
  await expect(line(page, 'long.ts', 'let value4 =').locator('mark')).toHaveText('let');
  await expect(grid(page, 'long.ts').getByText('value20 ')).toBeHidden();
  await page.getByRole('button', { name: '40 unchanged lines' }).click();
  await expect(line(page, 'long.ts', 'value20 =')).toBeVisible({ timeout: 60_000 });
  // What follows the last change is known now.
  await expect(page.getByRole('button', { name: /^\d+ unchanged lines/ })).toHaveText('6 unchanged lines');
  await page.getByRole('button', { name: 'Show unchanged lines' }).click();
  await expect(page.getByRole('button', { name: /^\d+ unchanged lines/ })).toHaveCount(0);
  await page.getByRole('button', { name: 'Show unchanged lines' }).click();
  await expect(page.getByRole('button', { name: '40 unchanged lines' })).toBeVisible();
  await page.getByRole('separator', { name: 'Resize inspector' }).press('End');
  await page.getByRole('button', { name: 'Split view' }).click();
  await line(page, 'long.ts', 'let value4 =').getByRole('rowheader').last().click();
  await page.getByRole('textbox', { name: 'Comment on line 4' }).fill('It is never set again: const?');
  await app.screenshot('changes-wide-light');
  await new Palette(page).run('Theme: dark');
  await page.getByRole('button', { name: 'Comment', exact: true }).click();
  await page.getByRole('button', { name: 'Split view' }).click();
  await app.screenshot('changes-wide-dark');
  await setWindowSize(app, 1280, 820);

  // Nothing hides, and a line of any length is cut.
  await item(page, /hostile/).click();
  const hostile = page.getByRole('grid', { name: /hostile/ });
  await expect(hostile).toContainText('xU+202Ey');
  await expect(item(page, /hostile/)).toContainText('U+202E');
  await expect(hostile).toContainText('no line feed at the end');
  await page.getByRole('button', { name: '… 2,000 more characters' }).click();
  await expect(hostile.getByRole('row').nth(1)).toContainText('w'.repeat(3_000));
  await item(page, /dot\.bin/).click();
  await expect(page.getByRole('region', { name: 'Changes: dot.bin' })).toContainText('Binary, not shown');

  await item(page, /hostile/).click();
  await app.screenshot('changes-dark');

  // Of very many lines only some are in the page.
  const many = Array.from({ length: 40_000 }, (_one, i) => `line ${i + 1} of many`);
  fs.writeFileSync(at('many.txt'), many.join('\n'));
  await item(page, /many\.txt/).click({ timeout: 60_000 });
  await expect(line(page, 'many.txt', 'line 1 of many')).toBeVisible({ timeout: 60_000 });
  expect(await grid(page, 'many.txt').getByRole('row').count()).toBeLessThan(200);
  await grid(page, 'many.txt').focus();
  await page.keyboard.press('End');
  await expect(line(page, 'many.txt', 'line 40000 of many')).toBeVisible({ timeout: 60_000 });
  fs.rmSync(at('many.txt'));
  await expect(item(page, /many\.txt/)).toBeHidden({ timeout: 60_000 });

  // Against the branch point the rename is there, too.
  const base = page.getByRole('combobox', { name: 'Compare with' });
  await base.click();
  await page.getByRole('option', { name: 'Since the branch point' }).click();
  await item(page, /new name\.txt, renamed/).click({ timeout: 60_000 });
  await expect(base).toHaveText('Since leaving main');
  await expect(page.getByRole('region', { name: 'Changes: new name.txt' })).toContainText('Renamed only');
  // And against a name that somebody types.
  const pick = async (name: string) => {
    await base.click();
    await page.getByRole('option', { name: 'Another commit or branch…' }).click();
    await page.getByRole('textbox', { name: 'Commit or branch' }).fill(name);
    await page.keyboard.press('Enter');
  };
  await pick('nowhere');
  await expect(pane(page)).toContainText('No commit or branch is called “nowhere”', { timeout: 60_000 });
  await pick('main~1');
  await expect(item(page, /long\.ts, added/)).toBeVisible({ timeout: 60_000 });
  await base.click();
  await page.getByRole('option', { name: 'Uncommitted changes' }).click();
  await item(page, /long\.ts, changed/).click({ timeout: 60_000 });
  await expect(line(page, 'long.ts', 'let value4 =')).toBeVisible();

  // The person reads on in Files.
  await page.getByRole('button', { name: 'Open in Files' }).click();
  await expect(page.getByRole('region', { name: 'File: long.ts' })).toContainText('let value4', {
    timeout: 60_000,
  });
  expect(app.pageErrors).toEqual([]);
});

test('the same on a host', async ({ desk, hosts }) => {
  test.setTimeout(300_000);
  const host = await hosts.start();
  const repository = desk.repository();
  script(desk.server, 'Multiply', WORK);
  const { app, chat } = await desk.start(host.person());
  const page = app.window;
  await setWindowSize(app, 1280, 820);
  await openSsh(chat, {
    target: host.target,
    directory: repository.directory,
    identityFile: host.sshd.clientKey,
  });
  await pickMode(chat, 'Full auto');
  await openChanges(page);
  await expect(pane(page)).toContainText('No uncommitted changes', { timeout: 60_000 });
  await chat.send('Multiply');
  await expect(chat.agent.last()).toContainText('It multiplies now.', { timeout: 60_000 });
  await item(page, /area\.js/).click({ timeout: 60_000 });
  await expect(line(page, 'area.js', 'sides[0]')).toContainText('added: ', { timeout: 60_000 });
  await expect(item(page, /pi\.js, not tracked yet/)).toBeVisible({ timeout: 60_000 });

  // Away and back: what happened meanwhile is there without asking.
  await host.sshd.stop();
  await expect(pane(page)).toContainText(`Reconnecting to ${host.target}…`, { timeout: 60_000 });
  await expect(line(page, 'area.js', 'sides[0]')).toBeVisible();
  fs.writeFileSync(path.join(repository.directory, 'meanwhile.txt'), 'x\n');
  await host.sshd.restart();
  await expect(item(page, /meanwhile\.txt/)).toBeVisible({ timeout: 120_000 });
  await expect(pane(page)).not.toContainText('Reconnecting');
  expect(app.pageErrors).toEqual([]);
});
