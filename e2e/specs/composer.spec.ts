import fs from 'node:fs';
import path from 'node:path';
import { attachments, fire } from '../fixtures/attaching.ts';
import { expect, test } from '../fixtures/desk.ts';
import { isTurn, script, turnRequests } from '../fixtures/script.ts';

test('files are named by @, commands by /, and what is written for a person can be undone', async ({
  desk,
}) => {
  const repository = desk.repository();
  fs.mkdirSync(path.join(repository.directory, 'src/message'), { recursive: true });
  fs.writeFileSync(path.join(repository.directory, 'src/message/message-box.tsx'), 'export {};\n');
  fs.writeFileSync(path.join(repository.directory, 'src/my notes.md'), '# Notes\n');
  script(desk.server, 'Read', [{ say: 'I read them.' }]);
  const { app, chat } = await desk.start({ folder: repository.directory });
  const { window } = app;
  const files = window.getByRole('listbox', { name: 'Files' });

  await test.step('@ finds files loosely; Enter writes the path, Ctrl+Z takes it back', async () => {
    await chat.message.pressSequentially('Read @msgbox');
    await expect(files.getByRole('option').first()).toContainText('message-box.tsx');
    await expect(chat.message).toHaveAttribute('aria-activedescendant', /.+/);
    await chat.message.press('Enter');
    await expect(chat.message).toHaveValue('Read @src/message/message-box.tsx ');
    await expect(files).toBeHidden();
    await chat.message.press('ControlOrMeta+z');
    await expect(chat.message).toHaveValue('Read @msgbox');
    await chat.message.press('ControlOrMeta+Shift+z');
    await expect(chat.message).toHaveValue('Read @src/message/message-box.tsx ');
    await chat.message.pressSequentially('and @my no');
    await expect(files).toBeHidden();
    await chat.message.fill('Read @"my no');
    await expect(files.getByRole('option')).toHaveCount(1);
    await chat.message.press('Tab');
    await expect(chat.message).toHaveValue('Read @"src/my notes.md" ');
  });

  await test.step('folders are found, too, by their own names', async () => {
    await chat.message.fill('');
    await chat.message.pressSequentially('See @mess');
    await expect(files.getByRole('option').first()).toHaveText(/^message\/\s*src$/);
    await chat.message.press('Enter');
    await expect(chat.message).toHaveValue('See @src/message/ ');
    await chat.message.fill('');
    await chat.message.pressSequentially('See @src/ms');
    await expect(files.getByRole('option', { name: 'message/' })).toBeVisible();
  });

  await test.step('Escape leaves the list, not the message', async () => {
    await chat.message.fill('Read @area');
    await expect(files).toBeVisible();
    await chat.message.press('Escape');
    await expect(files).toBeHidden();
    await expect(chat.message).toHaveValue('Read @area');
  });

  await test.step('a composition is not sent by its Enter', async () => {
    await chat.message.evaluate((box) =>
      box.dispatchEvent(
        new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true }),
      ),
    );
    await expect(chat.message).toHaveValue('Read @area');
  });

  await test.step('a long text becomes a file, and text again when that is wanted', async () => {
    const long = 'All work and no play.\n'.repeat(500);
    await chat.message.fill('Read ');
    await fire(chat.message, 'paste', { text: long });
    await expect(attachments(chat)).toContainText('Pasted text.txt');
    await window.getByRole('button', { name: 'Paste as text instead' }).click();
    await expect(attachments(chat)).toHaveCount(0);
    await expect(chat.message).toHaveValue(`Read ${long}`);
    const box = await chat.message.boundingBox();
    const height = await window.evaluate(() => innerHeight);
    expect(box?.height).toBeLessThan(height / 2);
    await fire(chat.message, 'paste', { text: long });
    await chat.message.fill('Read');
    await chat.message.press('Enter');
    await expect(chat.agent).toContainText('I read them.');
    await chat.rests();
    expect(JSON.stringify(turnRequests(desk.server)[0]?.body)).toContain(
      '<file name=\\"Pasted text.txt\\">',
    );
  });

  await test.step('/ runs commands of the window, and says which cannot run now', async () => {
    const commands = window.getByRole('listbox', { name: 'Commands' });
    await chat.message.pressSequentially('/');
    await expect(commands.getByRole('option', { name: /^\/stop/ })).toHaveAttribute(
      'aria-disabled',
      'true',
    );
    await chat.message.pressSequentially('ren');
    await chat.message.press('Enter');
    await expect(chat.message).toHaveValue('');
    await window.getByRole('textbox', { name: 'Title' }).fill('All work');
    await window.keyboard.press('Enter');
    await expect(chat.chat('All work')).toBeVisible();
    await chat.command('model');
    await expect(window.getByRole('listbox', { name: 'Model' })).toBeVisible();
    await window.keyboard.press('Escape');
    await chat.command('fork');
    await expect(chat.chat('Fork of All work')).toHaveAttribute('aria-selected', 'true');
    await expect(chat.you.getByRole('button', { name: 'Show Pasted text.txt' })).toBeVisible();
  });
  expect(app.pageErrors).toEqual([]);
});

test('a queued message that was deleted comes back to its place; Escape twice stops', async ({ desk }) => {
  const { app, chat } = await desk.start({ folder: desk.repository().directory });
  script(desk.server, 'Begin', [{ say: 'One two three four five six seven eight nine ten.' }]);
  script(desk.server, 'second', [{ say: 'Second it is.' }]);
  const hold = desk.server.faults.hold({ afterEvents: 4, match: isTurn });
  await chat.send('Begin');
  await hold.reached;
  for (const [at, text] of ['first', 'second', 'third'].entries()) {
    await chat.send(text);
    await expect(chat.queue).toHaveCount(at + 1);
  }
  await chat.queue.filter({ hasText: 'second' }).getByRole('button', { name: 'Delete' }).click();
  await expect(chat.queue).toHaveText(['first', 'third']);
  await app.window.getByRole('button', { name: 'Undo' }).click();
  await expect(chat.queue).toHaveText(['first', 'second', 'third']);
  for (const text of ['first', 'third']) {
    await chat.queue.filter({ hasText: text }).getByRole('button', { name: 'Delete' }).click();
  }
  await expect(chat.queue).toHaveText(['second']);
  await chat.message.fill('not lost');
  await chat.message.press('Escape');
  await chat.message.press('Escape');
  await expect(chat.message).toHaveValue('not lost');
  await expect(chat.stop).toBeVisible();
  await chat.message.fill('');
  await chat.message.press('Escape');
  await chat.message.press('Escape');
  await expect(chat.feed).toContainText('Second it is.');
  hold.release();
  await chat.rests();
});

test('a paused queue waits when the turn ends, over a restart, until it is let go', async ({ desk }) => {
  script(desk.server, 'Begin', [{ say: 'One two three four five six.' }]);
  script(desk.server, 'later', [{ say: 'Later is now.' }]);
  const started = await desk.start({ folder: desk.repository().directory });
  const hold = desk.server.faults.hold({ afterEvents: 4, match: isTurn });
  await started.chat.send('Begin');
  await hold.reached;
  await started.chat.send('later');
  await started.app.window.getByRole('button', { name: 'Pause queue' }).click();
  await expect(started.app.window.getByRole('button', { name: 'Resume queue' })).toBeVisible();
  hold.release();
  await expect(started.chat.feed).toContainText('Queue paused');
  await expect(started.chat.chat('Begin')).toHaveAccessibleName(/Queue paused/);
  await started.app.close();

  const { app, chat } = await desk.again(started.app);
  await chat.chat('Begin').click();
  await expect(chat.feed).toContainText('Queue paused');
  await expect(chat.queue).toHaveText(['later']);
  await chat.command('pause');
  await expect(chat.agent.last()).toContainText('Later is now.');
  await chat.rests();
  await expect(chat.queue).toHaveCount(0);
  expect(app.pageErrors).toEqual([]);
});
