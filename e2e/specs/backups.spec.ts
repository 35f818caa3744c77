import fs from 'node:fs';
import path from 'node:path';
import { root } from '../fixtures/app.ts';
import { Conversation } from '../fixtures/conversation.ts';
import { expect, test } from '../fixtures/desk.ts';
import { mainWindow, windowWith } from '../fixtures/failure-windows.ts';
import { isTurn, script } from '../fixtures/script.ts';

/** After it was looked at, and before it is opened for good: the file is held, wherever it is moved meanwhile. */
async function spoilWhenOrdered(home: string): Promise<void> {
  const soon = { intervals: [1], timeout: 120_000 };
  const control = path.join(home, 'pg18.incoming/global/pg_control');
  await expect.poll(() => fs.existsSync(control), soon).toBe(true);
  const held = fs.openSync(control, 'r+');
  await expect.poll(() => fs.existsSync(path.join(home, 'pg18.restore')), soon).toBe(true);
  fs.ftruncateSync(held, 0);
  fs.closeSync(held);
}

test('a verified copy is made while a chat works, and brings back what it held; keys are not in it', async ({
  desk,
}) => {
  test.setTimeout(300_000);
  script(desk.server, 'Before', [{ say: 'Said before the copy.' }]);
  script(desk.server, 'After', [{ say: 'Said after the copy.' }]);
  script(desk.server, 'At work', [{ say: 'Alpha bravo charlie delta echo foxtrot golf hotel india.' }]);
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
    // One is at work: it is named, interrupted first, and in the copy as one that was.
    await chat.newChat();
    const hold = desk.server.faults.hold({ afterEvents: 2, match: isTurn });
    await chat.send('At work');
    await hold.reached;
    await openPart();
    await copies.first().getByRole('button', { name: 'Restore…' }).click();
    const question = settings.getByRole('group', { name: /^Restore the copy of/ });
    await expect(question).toContainText('1 chat at work will be interrupted.');
    await expect(question).toContainText('What is here now becomes a copy of its own');
    await app.screenshot('backups-restore');
    await question.getByRole('button', { name: 'Restore', exact: true }).click();
    await expect(app.window.getByText(/^The copy of .* was restored\./).first()).toBeVisible({
      timeout: 120_000,
    });
    hold.release();
    await expect(settings).toBeHidden();
    await expect(chat.chat('Before')).toBeVisible({ timeout: 60_000 });
    await expect(chat.chat('After')).toBeHidden();
    await expect(chat.chat('At work')).toBeHidden();
    await openPart();
    await expect(copies).toHaveCount(2, { timeout: 120_000 });
    await expect(copies.first()).toContainText('before a restore');
    await expect(settings.getByText(/^The copy of .* was restored\./)).toBeVisible();
    await app.screenshot('backups-restored');
  });

  await test.step('one that does not open is put back by itself, and the window says so', async () => {
    await copies.first().getByRole('button', { name: 'Restore…' }).click();
    const question = settings.getByRole('group', { name: /^Restore the copy of/ });
    // As soon as it is laid out, something spoils it on the disk.
    const spoilt = spoilWhenOrdered(path.join(app.dataDir, 'db'));
    await question.getByRole('button', { name: 'Restore', exact: true }).click();
    await spoilt;
    await expect(app.window.getByText(/does not open: what was there before is back/).first()).toBeVisible({
      timeout: 120_000,
    });
    await expect(chat.chat('Before')).toBeVisible({ timeout: 60_000 });
    await openPart();
    await expect(settings.getByText(/does not open: what was there before is back/)).toBeVisible();
    await app.screenshot('backups-put-back');
  });

  await test.step('and comes back with what was interrupted for it', async () => {
    await copies.first().getByRole('button', { name: 'Restore…' }).click();
    const question = settings.getByRole('group', { name: /^Restore the copy of/ });
    await question.getByRole('button', { name: 'Restore', exact: true }).click();
    await expect(chat.chat('After')).toBeVisible({ timeout: 120_000 });
    await chat.chat('At work').click();
    await expect(chat.feed).toContainText('Stopped', { timeout: 60_000 });
    await openPart();
    await expect(copies).toHaveCount(3, { timeout: 120_000 });
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

test('a database that does not open is replaced by the last verified copy when the person says so, and not deleted', async ({
  desk,
}) => {
  test.setTimeout(240_000);
  script(desk.server, 'Before', [{ say: 'Said before the copy.' }]);
  const { app, chat } = await desk.start({ folder: desk.repository().directory });
  await chat.send('Before');
  await expect(chat.agent).toContainText('Said before the copy.', { timeout: 60_000 });
  await chat.rests();
  await app.window.getByRole('button', { name: 'Settings' }).first().click();
  const settings = app.window.getByRole('dialog', { name: 'Settings' });
  await settings.getByRole('tab', { name: 'Backups' }).click();
  await settings.getByRole('button', { name: 'Make a copy now' }).click();
  await expect(settings.getByRole('list', { name: 'Copies' }).getByRole('listitem')).toHaveCount(1, {
    timeout: 120_000,
  });
  await app.close();
  const home = path.join(app.dataDir, 'db');
  fs.rmSync(path.join(home, 'pg18/global/pg_control'));

  const again = await desk.again(app);
  const failure = await windowWith(again.app, 'The database cannot be opened');
  await failure.screenshot({ path: path.join(root, 'test-results/screenshots/database-damaged.png') });
  await failure.getByRole('button', { name: 'Restore the copy' }).click();
  const page = await mainWindow(again.app);
  await expect(page.getByText(/^The copy of .* was restored\./).first()).toBeVisible({ timeout: 120_000 });
  const restored = new Conversation(page);
  await restored.chat('Before').click();
  await expect(restored.agent).toContainText('Said before the copy.');
  // What nobody can open is nobody's to delete; where it lies is said.
  await page.getByRole('button', { name: 'Settings' }).first().click();
  await page.getByRole('tab', { name: 'Backups' }).click();
  await expect(page.getByRole('alert')).toContainText('pg18.replaced', { timeout: 60_000 });
  expect(fs.existsSync(path.join(home, 'pg18.replaced/PG_VERSION'))).toBe(true);
});
