import fs from 'node:fs';
import path from 'node:path';
import type { Page } from '@playwright/test';
import type { RunningApp } from '../fixtures/app.ts';
import { script } from '../fixtures/script.ts';
import { expect, openSsh, test } from '../fixtures/ssh-workspace.ts';

const inspector = (page: Page) => page.getByRole('complementary', { name: 'Inspector' });
const toggle = (page: Page) => page.getByRole('button', { name: 'Toggle inspector' });
const tab = (page: Page, name: string) =>
  page.getByRole('tablist', { name: 'Inspector' }).getByRole('tab', { name });

async function setWindowWidth(app: RunningApp, width: number): Promise<void> {
  await app.electron.evaluate(({ BrowserWindow }, to) => {
    BrowserWindow.getAllWindows()[0]?.setSize(to, 820);
  }, width);
  await expect.poll(() => app.window.evaluate(() => innerWidth)).toBe(width);
}

async function widthOf(page: Page, role: 'complementary' | 'main'): Promise<number> {
  const box = await page.getByRole(role).boundingBox();
  return Math.round(box?.width ?? 0);
}

test('the inspector is toggled, sized by keys and by dragging, and remembered', async ({ desk }) => {
  const repository = desk.repository();
  const { app } = await desk.start({ folder: repository.directory });
  const page = app.window;
  await setWindowWidth(app, 1280);
  await expect(toggle(page)).toHaveAttribute('aria-pressed', 'false');
  await expect(inspector(page)).toBeHidden();

  await toggle(page).click();
  await expect(toggle(page)).toHaveAttribute('aria-pressed', 'true');
  await expect(inspector(page)).toBeVisible();
  expect(await widthOf(page, 'complementary')).toBe(420);
  await page.keyboard.press('Control+i');
  await expect(inspector(page)).toBeHidden();
  await page.keyboard.press('Control+i');

  // The workspace, in its tab's panel.
  await tab(page, 'Details').click();
  const panel = page.getByRole('tabpanel', { name: 'Details' });
  await expect(panel).toContainText(repository.directory);
  await expect(panel).toContainText('this computer');

  // Its edge, by keys and by the pointer; the conversation keeps its minimum.
  const edge = page.getByRole('separator', { name: 'Resize inspector' });
  await edge.press('ArrowLeft');
  await expect.poll(() => widthOf(page, 'complementary')).toBe(436);
  await edge.press('End');
  await expect.poll(() => widthOf(page, 'main')).toBe(420);
  await edge.press('Home');
  await expect.poll(() => widthOf(page, 'complementary')).toBe(320);
  const at = await edge.boundingBox();
  await page.mouse.move((at?.x ?? 0) + 3, 400);
  await page.mouse.down();
  await page.mouse.move((at?.x ?? 0) + 3 - 120, 400, { steps: 4 });
  await page.mouse.up();
  await expect.poll(() => widthOf(page, 'complementary')).toBe(440);

  const widen = page.getByRole('button', { name: 'Widen inspector' });
  await widen.click();
  await expect.poll(() => widthOf(page, 'main')).toBe(420);
  await widen.click();
  await expect.poll(() => widthOf(page, 'complementary')).toBe(440);

  // It lies over the conversation of a narrow window, which first shows the conversation alone.
  await setWindowWidth(app, 1000);
  await expect(inspector(page)).toBeHidden();
  expect(await widthOf(page, 'main')).toBe(736);
  await toggle(page).click();
  await expect(inspector(page)).toBeVisible();
  expect(await widthOf(page, 'main')).toBe(736);
  await tab(page, 'Details').press('Escape');
  await expect(inspector(page)).toBeHidden();
  await setWindowWidth(app, 1280);
  await expect(inspector(page)).toBeVisible();

  await app.close();
  const again = await desk.again(app);
  await expect(inspector(again.app.window)).toBeVisible({ timeout: 60_000 });
  await expect.poll(() => widthOf(again.app.window, 'complementary')).toBe(440);
  expect(again.app.pageErrors).toEqual([]);
});

test('with room for it the inspector opens by itself at a chat’s first diff, and not again where it was closed', async ({
  desk,
}) => {
  const repository = desk.repository();
  const write = (name: string) => ({
    calls: [{ name: 'write_file', args: { path: `${repository.directory}/${name}`, content: 'one\n' } }],
  });
  for (const name of ['one', 'two', 'three'])
    script(desk.server, `Write ${name}`, [write(`${name}.txt`), { say: `Wrote ${name}.` }]);
  const { app, chat } = await desk.start({ folder: repository.directory, approvals: 'auto' });
  const page = app.window;
  const counts = page.getByRole('banner').getByTitle(/^On branch/);
  const commit = async () => {
    repository.git('add', '.');
    repository.git('commit', '-qm', 'More');
    await chat.send('Look');
    await expect(counts).not.toContainText('+', { timeout: 60_000 });
    await chat.rests();
  };
  script(desk.server, 'Look', [
    { calls: [{ name: 'execute', args: { command: 'git status' } }] },
    { say: 'Nothing there.' },
  ]);

  await test.step('in a window that the conversation needs it stays away', async () => {
    await setWindowWidth(app, 1280);
    await chat.send('Write one');
    await expect(counts).toContainText('+1', { timeout: 60_000 });
    await expect(inspector(page)).toBeHidden();
    await chat.rests();
    await commit();
  });

  await test.step('in a wider one it opens on the changes, and the focus stays in the message', async () => {
    await setWindowWidth(app, 1600);
    await chat.send('Write two');
    await expect(tab(page, 'Changes')).toHaveAttribute('aria-selected', 'true', { timeout: 60_000 });
    await expect(chat.message).toBeFocused();
    await chat.rests();
    await app.screenshot('inspector-first-diff');
  });

  await test.step('closed, it stays closed in this chat', async () => {
    await toggle(page).click();
    await commit();
    await chat.send('Write three');
    await expect(counts).toContainText('+1', { timeout: 60_000 });
    await expect(inspector(page)).toBeHidden();
  });
  expect(app.pageErrors).toEqual([]);
});

async function openInspector(page: Page, name: string): Promise<void> {
  if (!(await inspector(page).isVisible())) await toggle(page).click();
  await tab(page, name).click();
  await expect(page.getByRole('tabpanel', { name })).toBeVisible();
}

test('a background process is listed, followed and stopped, also after the app was killed', async ({
  desk,
}) => {
  const repository = desk.repository();
  const server = 'echo ready; while [ ! -e go ]; do sleep 0.1; done; echo went; exec sleep 600';
  // Ends by no signal but the last one.
  const stubborn = 'trap "" TERM; echo stubborn; while :; do sleep 0.2; done';
  script(desk.server, 'Start both', [
    {
      calls: [server, stubborn].map((command) => ({
        name: 'execute',
        args: { command, run_in_background: true },
      })),
    },
    { say: 'Both run.' },
  ]);
  const { app, chat } = await desk.start({ folder: repository.directory, approvals: 'auto' });
  await setWindowWidth(app, 1280);
  await chat.send('Start both');
  await expect(chat.agent.last()).toContainText('Both run.', { timeout: 60_000 });
  await openInspector(app.window, 'Details');
  const rows = (page: Page) => page.getByRole('list', { name: 'Processes' }).getByRole('listitem');
  const row = (page: Page, text: string) => rows(page).filter({ hasText: text });
  await expect(rows(app.window)).toHaveCount(2, { timeout: 60_000 });
  const first = row(app.window, 'echo ready');
  await expect(first).toContainText('running for');
  await expect(first).toContainText('background');
  await first.getByRole('button', { expanded: false }).click();
  await expect(first).toContainText(repository.directory);
  await expect(first.locator('pre').last()).toContainText('ready');
  await app.screenshot('inspector-details');
  fs.writeFileSync(path.join(repository.directory, 'go'), '');
  await expect(first.locator('pre').last()).toContainText('went', { timeout: 60_000 });

  await app.kill();
  const again = await desk.again(app);
  const page = again.app.window;
  await setWindowWidth(again.app, 1280);
  await again.chat.chat(/./).first().click();
  // A window that is killed may forget what it has just written down about itself.
  await openInspector(page, 'Details');
  await expect(rows(page)).toHaveCount(2, { timeout: 60_000 });
  const found = row(page, 'echo ready');
  await found.getByRole('button', { expanded: false }).click();
  await expect(found.locator('pre').last()).toContainText('went', { timeout: 60_000 });
  await found.getByRole('button', { name: 'Stop' }).click();
  await expect(found).toContainText('killed', { timeout: 60_000 });

  const last = row(page, 'trap');
  await last.getByRole('button', { name: 'Stop' }).click();
  await last.getByRole('button', { name: 'Kill' }).click({ timeout: 60_000 });
  await expect(last).toContainText('killed', { timeout: 60_000 });
  await expect(page.getByRole('button', { name: 'Stop' })).toBeHidden();
  expect(again.app.pageErrors).toEqual([]);
});

/** A picture of one red point. */
const RED_POINT =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';

test('the files follow what a command does, and open to be read', async ({ desk }) => {
  const repository = desk.repository('Flächen und Körper');
  const at = (name: string) => path.join(repository.directory, name);
  fs.mkdirSync(at('src/shapes'), { recursive: true });
  fs.writeFileSync(
    at('src/shapes/circle.ts'),
    `export const PI = 3.14159; // near enough, ${'and nearer '.repeat(20)}\n`,
  );
  fs.writeFileSync(at('point.png'), Buffer.from(RED_POINT, 'base64'));
  fs.writeFileSync(at('program'), Uint8Array.from([127, 69, 76, 70, 0, 0]));
  const made = 'for i in $(seq 1 3000); do echo "line $i"; done > src/made.txt; mkdir src/later';
  script(desk.server, 'Make a file', [
    { calls: [{ name: 'execute', args: { command: made } }] },
    { say: 'It is made.' },
  ]);
  const { app, chat } = await desk.start({ folder: repository.directory, approvals: 'auto' });
  const page = app.window;
  await setWindowWidth(app, 1280);
  await openInspector(page, 'Files');
  const tree = page.getByRole('tree', { name: 'Files' });
  const item = (name: string) => tree.getByRole('treeitem', { name, exact: true });
  await expect(item('area.js')).toBeVisible({ timeout: 60_000 });
  await expect(item('.git')).toBeHidden();

  // By the keyboard alone: into a directory, to a file by its letters, and open.
  await tree.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  await expect(item('src')).toHaveAttribute('aria-expanded', 'true');
  await expect(item('shapes')).toBeVisible({ timeout: 60_000 });
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect(item('circle.ts')).toHaveAttribute('aria-level', '3', { timeout: 60_000 });
  await page.keyboard.type('circ');
  await page.keyboard.press('Enter');
  const view = page.getByRole('region', { name: 'File: src/shapes/circle.ts' });
  await expect(view).toContainText('export const PI = 3.14159; // near enough');
  // A long line is reached sideways.
  const sideways = page.getByRole('group', { name: 'src/shapes/circle.ts' });
  expect(await sideways.evaluate((box) => box.scrollWidth - box.clientWidth)).toBeGreaterThan(100);
  await app.screenshot('inspector-files');

  // What a command makes appears in the tree, what it changes in the file that is open.
  await chat.send('Make a file');
  await expect(chat.agent.last()).toContainText('It is made.', { timeout: 60_000 });
  await expect(item('made.txt')).toBeVisible({ timeout: 60_000 });
  await expect(item('later')).toHaveAttribute('aria-expanded', 'false');
  fs.appendFileSync(at('src/shapes/circle.ts'), 'export const TAU = 2 * PI;\n');
  await expect(view).toContainText('TAU', { timeout: 60_000 });
  fs.rmSync(at('src/later'), { recursive: true });
  await expect(item('later')).toBeHidden({ timeout: 60_000 });

  // A long file is in the page in part, and scrolled to its end.
  await item('made.txt').click();
  const long = page.getByRole('group', { name: 'src/made.txt' });
  await expect(long).toContainText('line 1');
  expect(await long.getByText(/^line \d+$/).count()).toBeLessThan(200);
  await long.focus();
  await page.keyboard.press('End');
  await expect(long).toContainText('line 3000');
  // No line is wider than the pane, so there is nothing beside it.
  expect(await long.evaluate((box) => box.scrollWidth - box.clientWidth)).toBe(0);
  await page.keyboard.press('Escape');
  await expect(long).toBeHidden();
  await expect(tree).toBeFocused();

  // What is no text.
  await item('point.png').click();
  const picture = page.getByRole('img', { name: 'point.png' });
  await expect.poll(() => picture.evaluate((img) => (img as HTMLImageElement).naturalWidth)).toBe(1);
  await item('program').click();
  await expect(page.getByRole('region', { name: 'File: program' })).toContainText('No text · 6 B');

  // The filter finds by a part of the path; Esc gives the tree back.
  const filter = page.getByRole('searchbox', { name: 'Filter files' });
  await filter.fill('shapes/c');
  await expect(tree.getByRole('treeitem')).toHaveCount(1, { timeout: 60_000 });
  await expect(tree.getByRole('treeitem')).toHaveText('circle.ts src/shapes');
  await filter.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(view).toContainText('TAU');
  await filter.press('Escape');
  await expect(item('area.js')).toBeVisible();

  // A path goes into the message.
  await item('circle.ts').click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Mention in message' }).click();
  await expect(chat.message).toHaveValue('@src/shapes/circle.ts ');
  await expect(chat.message).toBeFocused();
  expect(app.pageErrors).toEqual([]);
});

test('files of a host: lost, back by themselves, and not asked for before somebody connects', async ({
  desk,
  hosts,
}) => {
  test.setTimeout(300_000);
  const host = await hosts.start();
  const repository = desk.repository();
  script(desk.server, 'Say hello', [{ say: 'Hello.' }]);
  const { app, chat } = await desk.start(host.person());
  await setWindowWidth(app, 1280);
  const place = {
    target: host.target,
    directory: repository.directory,
    identityFile: host.sshd.clientKey,
  };
  await openSsh(chat, place);
  await openInspector(app.window, 'Files');
  const tree = (page: Page) => page.getByRole('tree', { name: 'Files' });
  const item = (page: Page, name: string) => tree(page).getByRole('treeitem', { name, exact: true });
  await item(app.window, 'README.md').click({ timeout: 60_000 });
  await expect(app.window.getByRole('region', { name: 'File: README.md' })).toContainText('# Shapes');
  await chat.send('Say hello');
  await expect(chat.agent.last()).toContainText('Hello.', { timeout: 60_000 });

  await host.sshd.stop();
  const pane = app.window.getByRole('tabpanel', { name: 'Files' });
  await expect(pane).toContainText(`Reconnecting to ${host.target}…`, { timeout: 60_000 });
  await expect(item(app.window, 'README.md')).toBeVisible();
  await app.screenshot('inspector-reconnecting');
  fs.writeFileSync(path.join(repository.directory, 'meanwhile.txt'), '');
  await host.sshd.restart();
  await expect(item(app.window, 'meanwhile.txt')).toBeVisible({ timeout: 90_000 });
  await expect(pane).not.toContainText('Reconnecting');

  await app.close();
  const again = await desk.again(app);
  const page = again.app.window;
  await setWindowWidth(again.app, 1280);
  await again.chat.chat(/./).first().click();
  await openInspector(page, 'Files');
  await expect(page.getByRole('tabpanel', { name: 'Files' })).toContainText(
    `Not connected to ${host.target}`,
  );
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(item(page, 'meanwhile.txt')).toBeVisible({ timeout: 60_000 });
  expect([...app.pageErrors, ...again.app.pageErrors]).toEqual([]);
});
