import { randomUUID } from 'node:crypto';
import type { Page } from '@playwright/test';
import type { RunningApp } from '../fixtures/app.ts';
import { Conversation, exactly } from '../fixtures/conversation.ts';
import { expect, test } from '../fixtures/desk.ts';
import { Palette } from '../fixtures/palette.ts';
import { isTurn, script } from '../fixtures/script.ts';
import { TerminalPane } from '../fixtures/terminal-pane.ts';
import { ask } from '../fixtures/window-calls.ts';

const long =
  'Alpha bravo charlie delta echo foxtrot golf hotel india juliett kilo lima mike november oscar.';

/** A second window, opened by the keyboard as a person does. */
async function secondWindow(
  app: RunningApp,
): Promise<{ readonly page: Page; readonly chat: Conversation }> {
  await expect(new Conversation(app.window).message).toBeVisible();
  const opened = app.electron.waitForEvent('window');
  await app.window.keyboard.press('Control+Shift+N');
  const page = await opened;
  return { page, chat: new Conversation(page) };
}

test('two windows show one chat: the same words, the same queue, one answer to a question', async ({
  desk,
}) => {
  script(desk.server, 'Say it all', [{ say: long }]);
  script(desk.server, 'Then run it', [
    { calls: [{ name: 'execute', args: { command: 'echo from two windows' } }] },
    { say: 'It ran.' },
  ]);
  const { app, chat } = await desk.start({ folder: desk.repository().directory });
  const hold = desk.server.faults.hold({ afterEvents: 8, match: isTurn });
  await chat.send('Say it all');
  await hold.reached;
  const second = await secondWindow(app);
  await expect(second.chat.agent).toContainText('Alpha bravo');
  await expect(second.chat.feed).toHaveAttribute('aria-busy', 'true');
  await second.chat.send('Then run it');
  await expect(chat.queue).toHaveText(['Then run it']);
  await expect(second.chat.queue).toHaveText(['Then run it']);
  hold.release();
  for (const shown of [chat, second.chat]) {
    await expect(shown.agent.first()).toHaveText(exactly(long), { timeout: 60_000 });
    await expect(shown.approval).toContainText('echo from two windows');
  }
  await second.chat.approval.getByRole('button', { name: 'Allow once' }).click();
  for (const shown of [chat, second.chat]) {
    await expect(shown.approval).toBeHidden();
    await expect(shown.agent.last()).toContainText('It ran.', { timeout: 60_000 });
    await shown.rests();
    await expect(shown.you).toHaveCount(2);
  }
  await second.page.screenshot({ path: 'test-results/screenshots/second-window.png' });
  expect(app.pageErrors).toEqual([]);
});

test('each window has its own chat; one is closed, the other goes on', async ({ desk }) => {
  script(desk.server, 'In the first', [{ say: 'Said in the first.' }]);
  script(desk.server, 'In the second', [{ say: 'Said in the second.' }]);
  const { app, chat } = await desk.start({ folder: desk.repository().directory });
  const second = await secondWindow(app);
  await chat.send('In the first');
  await second.chat.send('In the second');
  await expect(chat.agent).toHaveText(exactly('Said in the first.'), { timeout: 60_000 });
  await expect(second.chat.agent).toHaveText(exactly('Said in the second.'), { timeout: 60_000 });
  for (const shown of [chat, second.chat])
    await expect(shown.tree.getByRole('treeitem', { level: 2 })).toHaveCount(2);
  // A theme is the app's, not the window's.
  const themes = () =>
    Promise.all(
      [app.window, second.page].map((p) => p.evaluate(() => document.documentElement.dataset['theme'])),
    );
  const [shown] = await themes();
  const other = shown === 'light' ? 'dark' : 'light';
  await new Palette(app.window).run(`Theme: ${other}`);
  await expect.poll(themes).toEqual([other, other]);

  await second.page.close();
  await expect.poll(() => app.electron.windows().length).toBe(1);
  script(desk.server, 'Still there', [{ say: 'Still here.' }]);
  await chat.send('Still there');
  await expect(chat.agent.last()).toContainText('Still here.', { timeout: 60_000 });
});

test('two windows show one terminal: its programs get one answer, and its size is that of where the person is', async ({
  desk,
}) => {
  const { app } = await desk.start({ folder: desk.repository().directory });
  const pane = new TerminalPane(app.window);
  await pane.show();
  await pane.open();
  const second = await secondWindow(app);
  const other = new TerminalPane(second.page);
  await other.show();
  await pane.type(`echo bo''th`);
  await pane.shows('both');
  await other.shows('both');
  const count = 'tr -cd c | wc -c';
  await pane.type(
    `stty -echo -icanon min 0 time 20; printf '\\e[c'; sleep 2; n=$(dd bs=1000 count=1 2>/dev/null | ${count}); stty sane; echo answers-$n`,
  );
  await pane.shows(/answers-\d/);
  expect(await pane.panel.textContent()).toContain('answers-1');

  const rows = (shown: TerminalPane) => shown.panel.locator('.xterm-rows > div').count();
  const before = await rows(pane);
  const window = await app.electron.browserWindow(second.page);
  await window.evaluate((its) => its.setSize(1200, 560));
  await other.type(`echo in the ot''her`);
  await pane.shows('in the other');
  await expect.poll(() => rows(pane), { timeout: 60_000 }).toBeLessThan(before);
  await expect.poll(async () => (await rows(pane)) - (await rows(other)), { timeout: 60_000 }).toBe(0);
  await pane.type(`echo ba''ck`);
  await expect.poll(() => rows(pane), { timeout: 60_000 }).toBe(before);
  await expect.poll(() => rows(other), { timeout: 60_000 }).toBe(before);
});

test('what was open when Gaffer was quit is open again; a folder that is named comes first', async ({
  desk,
}) => {
  const { directory } = desk.repository();
  script(desk.server, 'On the left', [{ say: 'Said on the left.' }]);
  script(desk.server, 'On the right', [{ say: 'Said on the right.' }]);
  const { app, chat } = await desk.start();
  await expect(chat.message).toBeVisible();
  const { workspaceId } = await ask(app.window, 'workspaces.openFolder', { path: directory });
  for (const text of ['On the right', 'On the left'])
    await ask(app.window, 'chat.create', { workspaceId, text, sendKey: randomUUID() });
  await chat.chat('On the left').click();
  await chat.chat('On the right').click({ button: 'right' });
  await app.window.getByRole('menuitem', { name: 'Open beside' }).click();
  await expect(app.window.getByRole('feed')).toHaveCount(2);
  await app.close();

  const later = await desk.again(app);
  const page = later.app.window;
  await expect(page.getByRole('region', { name: 'Left pane' })).toContainText('Said on the left.');
  await expect(page.getByRole('region', { name: 'Right pane' })).toContainText('Said on the right.');
  await expect(page.getByRole('banner').getByRole('heading')).toHaveText('On the right');
  await later.app.close();

  const named = await desk.again(app, { folder: directory });
  await expect(named.app.window.getByRole('heading', { name: /work on\?$/ })).toBeVisible();
});
