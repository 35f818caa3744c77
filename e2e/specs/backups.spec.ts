import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from '../fixtures/desk.ts';
import { script } from '../fixtures/script.ts';

test('a verified copy is made while a chat works, and brings back what it held; keys are not in it', async ({
  desk,
}) => {
  test.setTimeout(300_000);
  script(desk.server, 'Before', [{ say: 'Said before the copy.' }]);
  script(desk.server, 'After', [{ say: 'Said after the copy.' }]);
  const { app, chat } = await desk.start({ folder: desk.repository().directory });
  const backups = path.join(app.dataDir, 'backups');
  const settings = app.window.getByRole('dialog', { name: 'Settings' });
  const openPart = async () => {
    await app.window.getByRole('button', { name: 'Settings' }).first().click();
    await settings.getByRole('tab', { name: 'Backups' }).click();
  };
  const copies = settings.getByRole('list', { name: 'Copies' }).getByRole('listitem');
  await chat.send('Before');
  await expect(chat.agent).toContainText('Said before the copy.', { timeout: 60_000 });
  await chat.rests();

  await test.step('made and verified by the button', async () => {
    await openPart();
    await expect(settings).toContainText('None yet.');
    await app.screenshot('backups-empty');
    await settings.getByRole('button', { name: 'Make a copy now' }).click();
    await expect(copies).toHaveCount(1, { timeout: 120_000 });
    await expect(settings.getByText('None yet.')).toBeHidden();
    await settings.getByRole('button', { name: 'Check integrity' }).click();
    await expect(settings).toContainText(/Sound · [\d,]+ rows in order/, { timeout: 120_000 });
    await app.screenshot('backups');
    const names = fs.readdirSync(backups);
    expect(names.some((name) => name.startsWith('.') || name.endsWith('.partial'))).toBe(false);
    await app.window.keyboard.press('Escape');
  });

  await test.step('restored: what came later is gone from the window, and in a copy of its own', async () => {
    await chat.newChat();
    await chat.send('After');
    await expect(chat.agent).toContainText('Said after the copy.', { timeout: 60_000 });
    await chat.rests();
    await openPart();
    await copies.first().getByRole('button', { name: 'Restore…' }).click();
    const question = settings.getByRole('group', { name: /^Restore the copy of/ });
    await expect(question).toContainText('What is here now is copied first');
    await app.screenshot('backups-restore');
    await question.getByRole('button', { name: 'Restore', exact: true }).click();
    await expect(settings).toBeHidden({ timeout: 120_000 });
    await expect(chat.chat('Before')).toBeVisible({ timeout: 60_000 });
    await expect(chat.chat('After')).toBeHidden();
    await openPart();
    await expect(copies).toHaveCount(2, { timeout: 60_000 });
    await expect(copies.first()).toContainText('before a restore');
  });

  await test.step('a copy that was changed is found out', async () => {
    const [name = ''] = fs
      .readdirSync(backups)
      .filter((one) => one.endsWith('.gz'))
      .sort();
    fs.truncateSync(path.join(backups, name), 1000);
    await copies.last().getByRole('button', { name: 'Check' }).click();
    await expect(copies.last()).toContainText('The archive is damaged.', { timeout: 60_000 });
    await expect(copies.last().getByRole('button', { name: 'Restore…' })).toBeDisabled();
    await app.screenshot('backups-damaged');
  });
});
