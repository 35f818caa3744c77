import { Conversation, exactly } from '../fixtures/conversation.ts';
import { missingForNotifications } from '../fixtures/display.ts';
import { HostDialogs } from '../fixtures/host-dialogs.ts';
import { type NotificationService, startNotificationService } from '../fixtures/notifications.ts';
import { isTurn, script } from '../fixtures/script.ts';
import { configureHost, giveKey, placeOf } from '../fixtures/ssh-person.ts';
import { test as base, expect } from '../fixtures/ssh-workspace.ts';

const test = base.extend<{ desktop: NotificationService }>({
  desktop: async ({}, use, testInfo) => {
    const missing = missingForNotifications();
    testInfo.skip(missing !== null, missing ?? '');
    const desktop = await startNotificationService();
    await use(desktop);
    await desktop.close();
  },
});

const titles = (desktop: NotificationService) => desktop.shown.map((shown) => shown.title);

test('a chat that finishes in the background notifies; a click opens it; the one in front is silent', async ({
  desktop,
  desk,
}) => {
  script(desk.server, 'Behind the scenes', [{ say: 'Done behind the scenes.' }]);
  script(desk.server, 'In front', [{ say: 'Done in front.' }]);
  const { app, chat } = await desk.start({ folder: desk.repository().directory });
  const hold = desk.server.faults.hold({ afterEvents: 2, match: isTurn });
  await chat.send('Behind the scenes');
  await hold.reached;
  await chat.newChat();
  await chat.send('In front');
  await expect(chat.agent).toContainText('Done in front.', { timeout: 60_000 });
  await chat.rests();
  hold.release();
  const shown = await desktop.next((n) => n.title === 'Behind the scenes');
  expect(shown).toMatchObject({ app: 'Gaffer', body: 'The agent has finished.' });
  // It came after the one in front had finished, so that one was not announced.
  expect(titles(desktop)).toEqual(['Behind the scenes']);
  await expect(chat.chat('Behind the scenes')).toHaveAccessibleName('Behind the scenes, Finished');
  await app.screenshot('finished-in-background');

  desktop.click(shown.id);
  await expect(chat.you).toContainText('Behind the scenes');
  await expect(chat.agent).toContainText('Done behind the scenes.');
  await expect(chat.chat('Behind the scenes')).toHaveAccessibleName('Behind the scenes');
});

test('a window that is out of sight has no chat in front; a click on the notification brings it back', async ({
  desktop,
  desk,
}) => {
  script(desk.server, 'Meanwhile', [{ say: 'Done meanwhile.' }]);
  const { app, chat } = await desk.start({ folder: desk.repository().directory });
  const visible = () =>
    app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible());
  const hold = desk.server.faults.hold({ afterEvents: 2, match: isTurn });
  await chat.send('Meanwhile');
  await hold.reached;
  await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.hide());
  await expect.poll(visible).toBe(false);
  // Playwright makes every page believe that it has the focus, so the page is told what a real one would see.
  await app.window.evaluate(() => {
    document.hasFocus = () => false;
    window.dispatchEvent(new Event('blur'));
  });
  hold.release();
  const shown = await desktop.next((n) => n.title === 'Meanwhile');
  desktop.click(shown.id);
  await expect.poll(visible).toBe(true);
  await expect(chat.agent).toContainText('Done meanwhile.');
});

test('a failure and a question notify with what happened; a click opens the question', async ({
  desktop,
  desk,
}) => {
  script(desk.server, 'Ask me', [
    { calls: [{ name: 'execute', args: { command: 'git push' } }] },
    { say: 'Never.' },
  ]);
  const { chat } = await desk.start({ folder: desk.repository().directory });
  const asking = desk.server.faults.hold({ afterEvents: 1, match: isTurn });
  await chat.send('Ask me');
  await asking.reached;
  await chat.newChat();
  asking.release();
  const asks = await desktop.next((n) => n.title === 'Ask me');
  expect(asks.body).toMatch(/^Asks to run/i);

  // Refused only after it has left the front: the first try is put off, the second one is a 401.
  desk.server.faults.next({ kind: 'status', status: 529, retryAfter: 2 }, { match: isTurn });
  desk.server.faults.next({ kind: 'status', status: 401 }, { match: isTurn });
  await chat.send('Fail please');
  await expect(chat.retry).toBeVisible();
  await chat.newChat();
  const failed = await desktop.next((n) => n.title === 'Fail please');
  expect(failed.body).toContain('refused the key');

  desktop.click(asks.id);
  await expect(chat.approval).toContainText('git push');
});

test('a notification is taken back when its chat comes to the front, and all are when Gaffer quits', async ({
  desktop,
  desk,
}) => {
  for (const name of ['First', 'Second']) script(desk.server, name, [{ say: `${name} is done.` }]);
  const { app, chat } = await desk.start({ folder: desk.repository().directory });
  const inBackground = async (text: string) => {
    const hold = desk.server.faults.hold({ afterEvents: 2, match: isTurn });
    await chat.send(text);
    await hold.reached;
    await chat.newChat();
    hold.release();
    return (await desktop.next((n) => n.title === text)).id;
  };
  const first = await inBackground('First');
  const second = await inBackground('Second');
  expect(desktop.closed).toEqual([]);
  // Not by a press on it: the person came by another way.
  await chat.chat('First').click();
  await expect(chat.agent).toContainText('First is done.');
  await expect.poll(() => desktop.closed).toEqual([first]);
  await app.close();
  expect(desktop.closed).toEqual([first, second]);
});

test('a press on a notification lands at the row that it is about, however long the chat has become', async ({
  desktop,
  desk,
}) => {
  const long = Array.from({ length: 120 }, (_, n) => `Line ${n} of a long answer.`).join('\n\n');
  script(desk.server, 'Tell me much', [{ say: long }]);
  script(desk.server, 'And the end', [{ say: `${long}\n\nThis is the very end.` }]);
  const { chat } = await desk.start({ folder: desk.repository().directory });
  await chat.send('Tell me much');
  await chat.rests();
  await chat.feed.press('Home');
  await expect(chat.you.first()).toBeInViewport();
  const hold = desk.server.faults.hold({ afterEvents: 2, match: isTurn });
  await chat.send('And the end');
  await hold.reached;
  await chat.newChat();
  hold.release();
  const shown = await desktop.next((n) => n.title === 'Tell me much');
  desktop.click(shown.id);
  await expect(chat.agent.last()).toBeInViewport();
  await expect(chat.agent.last()).toContainText('This is the very end.');
});

test('the bell switches notifications off and on, and remembers it', async ({ desktop, desk }) => {
  for (const name of ['Quiet', 'Loud']) script(desk.server, name, [{ say: `${name} is done.` }]);
  const { app, chat } = await desk.start({ folder: desk.repository().directory });
  const bell = app.window.getByRole('button', { name: 'Notifications' });
  await expect(bell).toHaveAttribute('aria-pressed', 'true');
  await bell.click();
  await expect(bell).toHaveAttribute('aria-pressed', 'false');
  await expect(bell).toHaveAttribute('aria-busy', 'false');
  await inBackground('Quiet');
  await expect(chat.chat('Quiet')).toHaveAccessibleName('Quiet, Finished');
  await app.window.reload();
  await expect(bell).toHaveAttribute('aria-pressed', 'false');
  await bell.click();
  await expect(bell).toHaveAttribute('aria-pressed', 'true');
  await expect(bell).toHaveAttribute('aria-busy', 'false');
  await inBackground('Loud');
  await desktop.next((n) => n.title === 'Loud');
  expect(titles(desktop)).toEqual(['Loud']);

  async function inBackground(text: string): Promise<void> {
    const hold = desk.server.faults.hold({ afterEvents: 2, match: isTurn });
    await chat.send(text);
    await hold.reached;
    await chat.newChat();
    hold.release();
  }
});

test('a chat that is in front in any window is silent, until that window is closed', async ({
  desktop,
  desk,
}) => {
  script(desk.server, 'Look at me', [{ say: 'Somebody looks.' }]);
  script(desk.server, 'Nobody looks', [{ say: 'Nobody looked.' }]);
  const { app, chat } = await desk.start({ folder: desk.repository().directory });
  const first = desk.server.faults.hold({ afterEvents: 2, match: isTurn });
  await chat.send('Look at me');
  await first.reached;
  const opened = app.electron.waitForEvent('window');
  await chat.chat('Look at me').click({ button: 'right' });
  await app.window.getByRole('menuitem', { name: 'Open in new window' }).click();
  const second = new Conversation(await opened);
  await expect(second.agent).toContainText('Some');
  await chat.newChat();
  first.release();
  await expect(second.agent).toHaveText(exactly('Somebody looks.'), { timeout: 60_000 });
  await second.rests();

  const held = desk.server.faults.hold({ afterEvents: 2, match: isTurn });
  await second.send('Nobody looks');
  await held.reached;
  await second.page.close();
  await expect.poll(() => app.electron.windows().length).toBe(1);
  held.release();
  await desktop.next((n) => n.title === 'Look at me');
  expect(titles(desktop)).toEqual(['Look at me']);
});

test('a host that asks while no window is in front notifies; a click brings the window with its question', async ({
  desktop,
  desk,
  hosts,
}) => {
  test.setTimeout(180_000);
  const host = await hosts.start();
  const person = host.person({ knowsHost: false });
  giveKey(person, host.sshd, 'id_ed25519');
  configureHost(person, 'gpu-box', placeOf(host.sshd));
  const { app } = await desk.start(person);
  const dialogs = new HostDialogs(app.window);
  const directory = desk.repository().directory;
  // In front, the dialog is enough.
  await dialogs.connect('gpu-box', directory);
  await expect(dialogs.unknownKey).toBeVisible({ timeout: 60_000 });
  await dialogs.unknownKey.getByRole('button', { name: 'Cancel' }).click();
  await expect(dialogs.form.getByRole('alert')).toBeVisible({ timeout: 60_000 });
  expect(titles(desktop)).toEqual([]);

  const visible = () =>
    app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible());
  await app.window.evaluate(() => {
    document.hasFocus = () => false;
    window.dispatchEvent(new Event('blur'));
  });
  await dialogs.connect('gpu-box', directory);
  await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.hide());
  await expect.poll(visible).toBe(false);
  const shown = await desktop.next((n) => n.title === 'gpu-box shows an unknown key', 60_000);
  expect(shown).toMatchObject({ app: 'Gaffer', body: 'The connection waits for you.' });
  desktop.click(shown.id);
  await expect.poll(visible).toBe(true);
  await dialogs.trust();
  await expect(dialogs.form).toBeHidden({ timeout: 120_000 });
});
