import { agentPids } from '../fixtures/agents.ts';
import type { RunningApp } from '../fixtures/app.ts';
import { Palette } from '../fixtures/palette.ts';
import { isAlive, killNow } from '../fixtures/process-tree.ts';
import { script } from '../fixtures/script.ts';
import { expect, openSsh, test } from '../fixtures/ssh-workspace.ts';
import { TerminalPane } from '../fixtures/terminal-pane.ts';

const clipboard = ({ electron }: RunningApp) => electron.evaluate(({ clipboard: held }) => held.readText());
const setClipboard = ({ electron }: RunningApp, text: string) =>
  electron.evaluate(({ clipboard: held }, to) => held.writeText(to), text);

test('a terminal in the inspector: typed into, resized, told apart, left by the keyboard, closed', async ({
  desk,
}) => {
  const repository = desk.repository();
  const { app } = await desk.start({ folder: repository.directory });
  const pane = new TerminalPane(app.window);
  await pane.show();
  await expect(app.window.getByText('No terminal in ')).toBeVisible({ timeout: 60_000 });
  await app.screenshot('terminal-empty');
  await pane.open();
  await pane.type(`echo "$TERM"; basename "$PWD"`);
  await pane.shows(/xterm-256color\s*shapes/);
  // The shell waits for its terminal to be narrower, and then for it to be wider.
  await pane.type(
    `w() { stty size | cut -d' ' -f2; }; b=$(w); until [ $(w) -lt $b ]; do sleep 0.1; done; echo nar''row`,
  );
  const edge = app.window.getByRole('separator', { name: 'Resize inspector' });
  await edge.press('Home');
  await pane.shows('narrow');
  await pane.type(`b=$(w); until [ $(w) -gt $b ]; do sleep 0.1; done; echo wi''de`);
  await edge.press('End');
  await pane.shows('wide');

  // A program that floods it is stopped by a key.
  await pane.type('yes flooded');
  await pane.shows('flooded');
  await app.window.keyboard.press('Control+c');
  await pane.type(`clear; echo ca''lm`);
  await pane.shows(/calm\s*\S+[#$%>] /);

  await pane.type(`clear; ls --color=always -la / | head -n 12`);
  const colours =
    'printf "\\e[3${i}mcolour $i \\e[9${i}mbright $i\\e[0m \\e[1;3${i}mbold $i\\e[0m \\e[4${i}m back $i \\e[0m\\n"';
  await pane.type(`for i in 0 1 2 3 4 5 6 7; do ${colours}; done`);
  await pane.shows('bright 7');
  await app.screenshot('terminal-light');
  await new Palette(app.window).run('Theme: dark');
  await expect(app.window.locator("html[data-theme='dark']")).toBeAttached();
  await app.screenshot('terminal-dark');

  // Its keys are its own; one brings the focus out, and the tabs are of the keyboard, too.
  await pane.input.press('Control+k');
  await expect(pane.input).toBeFocused();
  await pane.input.press('Control+Shift+Escape');
  await expect(pane.tabs.first()).toBeFocused();
  await pane.newTerminal.click();
  await expect(pane.tabs).toHaveCount(2);
  await expect(pane.input).toBeFocused({ timeout: 60_000 });
  await expect(pane.tabs.nth(1)).toHaveText(/ \(2\)$/);
  await pane.type('exit 3');
  await pane.shows('Ended with exit code 3');
  await app.screenshot('terminal-ended');
  await pane.tabs.nth(1).press('ArrowLeft');
  await pane.shows('bright 7');
  await pane.tabs.nth(0).press('ArrowRight');
  await pane.close.click();
  await expect(pane.tabs).toHaveCount(1);
  await pane.close.click();
  await expect(app.window.getByText('No terminal in ')).toBeVisible();
  expect(app.pageErrors).toEqual([]);
});

test('what runs in a terminal cannot reach beyond it: clipboard, links and titles', async ({ desk }) => {
  const repository = desk.repository();
  const { app } = await desk.start({ folder: repository.directory });
  const page = app.window;
  const pane = new TerminalPane(page);
  await pane.show();
  await pane.open();
  const clickOn = async (text: string) => {
    // A row that the pointer touches is drawn anew.
    const shown = pane.panel.getByText(text, { exact: true }).last();
    await expect(async () => {
      const box = await shown.boundingBox({ timeout: 1_000 });
      await page.mouse.move((box?.x ?? Number.NaN) + 10, (box?.y ?? Number.NaN) + 9, { steps: 3 });
    }).toPass({ timeout: 60_000 });
    await page.mouse.down();
    await page.mouse.up();
  };
  const question = page.getByRole('dialog', { name: 'Open this link?' });

  await setClipboard(app, 'mine');
  await pane.type(`printf '\\e]52;c;c3RvbGVu\\a'; echo writ''ten`);
  await pane.shows('written');
  expect(await clipboard(app)).toBe('mine');

  // A link says where it leads before it does; one into the file system leads nowhere.
  await pane.type(
    `clear; printf '\\e]8;;file:///etc/passwd\\e\\\\fi''le\\e]8;;\\e\\\\\\n\\e]8;;https://example.org/else''where\\e\\\\sho''wn\\e]8;;\\e\\\\\\nhttps://example.com/pla''in\\n'`,
  );
  await pane.shows('https://example.com/plain');
  await clickOn('file');
  await clickOn('shown');
  await expect(question).toContainText('https://example.org/elsewhere');
  await question.getByRole('button', { name: 'Cancel' }).click();
  await clickOn('https://example.com/plain');
  await expect(question).toContainText('https://example.com/plain');
  await question.getByRole('button', { name: 'Cancel' }).click();

  // A title is the tab's name, in one line, and nothing else's.
  const title = await page.title();
  await pane.type(`printf '\\e]0;buil\\xe2\\x80\\xaeding\\a'; cat`);
  await expect(pane.tabs).toHaveText('buil ding');
  expect(await page.title()).toBe(title);
  await page.keyboard.press('Control+c');

  // Copied by its keys; pasted by its keys, as text: what would end a bracketed paste does not.
  await pane.type(`clear; echo copy-''me`);
  await pane.shows('copy-me');
  const box = await pane.panel.getByText('copy-me', { exact: true }).last().boundingBox();
  await page.mouse.dblclick((box?.x ?? 0) + 20, (box?.y ?? 0) + 9);
  await page.keyboard.press('Control+Shift+c');
  await expect.poll(() => clipboard(app)).toContain('copy');
  await setClipboard(app, 'echo pas\u001b[201~\u0003ted-\u0007$((6*7))');
  await page.keyboard.press('Control+Shift+v');
  await page.keyboard.press('Enter');
  await pane.shows('pas[201~ted-42');
  expect(app.pageErrors).toEqual([]);
});

test('a terminal outlives the app: closed and opened again, and killed', async ({ desk }) => {
  const repository = desk.repository();
  const first = await desk.start({ folder: repository.directory });
  const pane = new TerminalPane(first.app.window);
  await pane.show();
  await pane.open();
  // A question to the screen, which is in the history from now on: nobody may answer it a second time.
  await pane.type(`printf '\\e[c'; read -rsd c; echo ans''wered`);
  await pane.shows('answered');
  await pane.type(`i=0; while sleep 0.2; do echo tick-$((i+=1)); done`);
  await pane.shows('tick-3');
  await first.app.close();

  const second = await desk.again(first.app);
  const later = new TerminalPane(second.app.window);
  // The inspector stands as it was left.
  await later.shows(/tick-\d/);
  const seen = async (of: TerminalPane) =>
    Math.max(
      ...[...((await of.panel.textContent()) ?? '').matchAll(/tick-(\d+)/g)].map((m) => Number(m[1])),
    );
  const before = await seen(later);
  await expect.poll(() => seen(later), { timeout: 60_000 }).toBeGreaterThan(before + 3);
  await second.app.kill();

  const third = await desk.again(second.app);
  const last = new TerminalPane(third.app.window);
  await last.shows(/tick-\d/);
  const still = await seen(last);
  await expect.poll(() => seen(last), { timeout: 60_000 }).toBeGreaterThan(still + 3);
  await last.input.press('Control+c');
  // Its history is there, from the beginning.
  await expect(async () => {
    await last.input.press('Shift+PageUp');
    expect(await last.panel.textContent()).toContain('answered');
  }).toPass({ timeout: 60_000, intervals: [50] });
  await last.type(`clear; echo still-''here-$i`);
  await last.shows(/still-here-\d+/);
  expect(await last.panel.textContent()).not.toContain('1;2c');
  expect(third.app.pageErrors).toEqual([]);
});

test('an agent that dies takes its terminals along, and the window says so', async ({ desk }) => {
  const repository = desk.repository();
  const { app } = await desk.start({ folder: repository.directory });
  const pane = new TerminalPane(app.window);
  await pane.show();
  await pane.open();
  await pane.type(`echo be''fore; sleep 1000`);
  await pane.shows('before');
  const agents = agentPids(app.homeDir);
  killNow(agents);
  await pane.shows('The workspace agent ended, and this terminal with it');
  expect(agents.some(isAlive)).toBe(false);
  await pane.open();
  await expect(pane.tabs).toHaveCount(2);
  await pane.tabs.first().click();
  await pane.close.click();
  await expect(pane.tabs).toHaveCount(1);
  expect(app.pageErrors).toEqual([]);
});

test('on a host: while the link is down nothing is typed, and then it goes on', async ({ desk, hosts }) => {
  const host = await hosts.start();
  const repository = desk.repository();
  const { app, chat } = await desk.start(host.person());
  await openSsh(chat, {
    target: host.target,
    directory: repository.directory,
    identityFile: host.sshd.clientKey,
  });
  const pane = new TerminalPane(app.window);
  await pane.show();
  await pane.open();
  await pane.type(`echo up-''one`);
  await pane.shows('up-one');
  await host.sshd.stop();
  await pane.shows('Reconnecting…');
  await app.screenshot('terminal-reconnecting');
  await app.window.keyboard.type('echo lost\n');
  await host.sshd.restart();
  await expect(pane.panel).not.toContainText('Reconnecting…', { timeout: 60_000 });
  await pane.type(`echo up-''two`);
  await pane.shows('up-two');
  expect(await pane.panel.textContent()).not.toContain('lost');
  expect(app.pageErrors).toEqual([]);
});

test('a command of the agent is gone on with by hand: its directory in a terminal', async ({ desk }) => {
  const repository = desk.repository();
  script(desk.server, 'Look around', [
    { calls: [{ name: 'execute', args: { command: 'mkdir -p deep/down && pwd', workdir: '.' } }] },
    { calls: [{ name: 'execute', args: { command: 'pwd', workdir: 'deep/down' } }] },
    { say: 'It is deep.' },
  ]);
  const { app, chat } = await desk.start({ folder: repository.directory, approvals: 'auto' });
  await chat.send('Look around');
  await chat.rests();
  const row = chat.tool('execute').last();
  await chat.open(row);
  await row.getByRole('button', { name: 'Open in Terminal' }).click();
  const pane = new TerminalPane(app.window);
  await expect(pane.input).toBeFocused({ timeout: 60_000 });
  await pane.shows(/[#$%>] /);
  await pane.type(`basename "$PWD"`);
  await pane.shows(/down/);
  expect(app.pageErrors).toEqual([]);
});
