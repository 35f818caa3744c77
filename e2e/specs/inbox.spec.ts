import { expect, test } from '../fixtures/desk.ts';
import { isTurn, script, scriptTitle } from '../fixtures/script.ts';

test('what failed waits in the inbox with why and what helps, and is retried or put away there', async ({
  desk,
}) => {
  for (const greeting of ['Hello', 'Bonjour']) {
    script(desk.server, greeting, [{ say: `${greeting} to you.` }]);
    scriptTitle(desk.server, greeting, `Say ${greeting}`);
  }
  const { app, chat } = await desk.start({ folder: desk.repository().directory });
  const page = app.window;
  desk.server.faults.next({ kind: 'status', status: 401 }, { match: isTurn });
  await chat.send('Hello');
  await expect(chat.error).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole('button', { name: 'Inbox, 1 waiting for you' })).toBeVisible();
  await chat.newChat();
  desk.server.faults.next(
    { kind: 'status', status: 404, message: 'The model does not exist' },
    { match: isTurn },
  );
  await chat.send('Bonjour');
  await expect(chat.error).toBeVisible({ timeout: 60_000 });
  const inbox = page.getByRole('region', { name: 'Inbox' });
  const cards = inbox.getByRole('group', { name: /^Error: / });

  await test.step('the oldest stands first, each with its cause; the keys walk them as they do questions', async () => {
    await page.getByRole('button', { name: 'Inbox, 2 waiting for you' }).click();
    await expect(cards).toHaveCount(2);
    await expect(cards.first()).toHaveAccessibleName('Error: Say Hello');
    await expect(cards.first()).toContainText('refused the key');
    await app.screenshot('inbox-failed');
    await page.keyboard.press('j');
    await expect(cards.first()).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(cards.first().getByRole('button', { name: 'Open model settings' })).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('dialog', { name: 'Settings' })).toBeVisible();
    await page.keyboard.press('Escape');
  });

  await test.step('a retry takes it off the list; the focus goes on', async () => {
    await cards.first().getByRole('button', { name: 'Retry' }).click();
    await expect(cards).toHaveCount(1);
    await expect(cards).toBeFocused();
    await expect(page.getByRole('button', { name: 'Inbox, 1 waiting for you' })).toBeVisible();
  });

  await test.step('what belongs to the chat is opened there', async () => {
    await cards.getByRole('button', { name: 'Switch model' }).click();
    await expect(page.getByRole('listbox', { name: 'Model' })).toBeVisible();
    await expect(chat.error).toBeVisible();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+j');
  });

  await test.step('one that nobody wants any more is put away, with a way back', async () => {
    await cards.getByRole('button', { name: 'Archive chat' }).click();
    await expect(inbox).toContainText('Nothing waits for you');
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(cards).toHaveCount(1);
  });
  expect(app.pageErrors).toEqual([]);
});
