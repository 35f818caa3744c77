import fs from 'node:fs';
import path from 'node:path';
import type { RunningApp } from '../fixtures/app.ts';
import { expect, test } from '../fixtures/desk.ts';
import { isAlive } from '../fixtures/process-tree.ts';
import { script } from '../fixtures/script.ts';
import { TerminalPane } from '../fixtures/terminal-pane.ts';

const question = (app: RunningApp) =>
  app.window.getByRole('alertdialog', { name: 'Quit while this is running?' });
const works = (app: RunningApp) => question(app).getByRole('list', { name: 'What still runs' });

/** The app may be gone before it has answered. */
const quit = (app: RunningApp) =>
  app.electron.evaluate(({ app: own }) => own.quit()).catch(() => undefined);
const closeWindow = (app: RunningApp) =>
  app.electron
    .evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
    .catch(() => undefined);

test('Gaffer asks before it quits while a command runs, and stops or keeps it as it is told', async ({
  desk,
}) => {
  const { directory } = desk.repository();
  const pidFile = path.join(directory, 'pid');
  script(desk.server, 'Serve', [
    {
      calls: [
        {
          name: 'execute',
          args: { command: `echo $$ > pid; exec sleep 600`, run_in_background: true },
        },
      ],
    },
    { say: 'It runs.' },
  ]);
  const { app, chat } = await desk.start({ folder: directory, approvals: 'auto' });
  await chat.send('Serve');
  await expect(chat.agent.last()).toContainText('It runs.', { timeout: 60_000 });
  await chat.rests();
  await expect.poll(() => fs.existsSync(pidFile), { timeout: 60_000 }).toBe(true);
  const pid = Number(fs.readFileSync(pidFile, 'utf8'));

  await quit(app);
  await expect(works(app)).toContainText('sleep 600');
  await expect(question(app).getByRole('button', { name: 'Keep running' })).toBeFocused();
  await app.screenshot('quit');
  await app.window.keyboard.press('Escape');
  await expect(question(app)).toBeHidden();
  expect(isAlive(pid)).toBe(true);

  const terminals = new TerminalPane(app.window);
  await terminals.show();
  await terminals.open();
  await closeWindow(app);
  await expect(works(app).getByRole('listitem')).toHaveText([/sleep 600/, /^Terminal /]);
  await question(app).getByRole('button', { name: 'Keep running' }).click();
  await expect.poll(() => isAlive(app.pid), { timeout: 60_000 }).toBe(false);
  expect(isAlive(pid)).toBe(true);

  const { app: again } = await desk.again(app);
  await expect(again.window.getByRole('textbox', { name: 'Message' })).toBeVisible();
  await closeWindow(again);
  await expect(works(again)).toContainText('sleep 600');
  await question(again).getByRole('button', { name: 'Stop them' }).click();
  await expect.poll(() => isAlive(again.pid), { timeout: 60_000 }).toBe(false);
  expect(isAlive(pid)).toBe(false);
  expect([...app.pageErrors, ...again.pageErrors]).toEqual([]);
});

test('where nothing runs, closing the window quits at once', async ({ desk }) => {
  const { app, chat } = await desk.start({ folder: desk.repository().directory });
  await expect(chat.message).toBeVisible();
  await closeWindow(app);
  await expect.poll(() => isAlive(app.pid), { timeout: 60_000 }).toBe(false);
});
