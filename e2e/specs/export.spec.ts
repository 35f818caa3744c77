import fs from 'node:fs';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures/desk.ts';
import { answerDialogs } from '../fixtures/dialogs.ts';
import { script } from '../fixtures/script.ts';

/** Of the account at the model server (desk.ts). */
const KEY = 'sk-test-0123456789abcdef';

test('a chat leaves without the key a tool printed, comes in again elsewhere, and goes on there', async ({
  desk,
}) => {
  test.setTimeout(240_000);
  script(desk.server, 'Print the key', [
    { calls: [{ name: 'execute', args: { command: `echo ${KEY}` } }] },
    { say: 'It was <script>alert(1)</script> printed.' },
  ]);
  script(desk.server, 'Go on', [{ say: 'Here I go on.' }]);
  const repository = desk.repository();
  const { app, chat } = await desk.start({ folder: repository.directory, approvals: 'auto' });
  await chat.send(`Print the key ${KEY}`);
  await expect(chat.agent.last()).toContainText('printed.', { timeout: 60_000 });
  await chat.rests();
  const file = (name: string) => path.join(app.homeDir, name);
  const dialog = app.window.getByRole('dialog', { name: 'Export chat' });
  const exportAs = async (format: string, name: string) => {
    await answerDialogs(app, { save: file(name) });
    await chat.chat(/Print the key/).click({ button: 'right' });
    await app.window.getByRole('menuitem', { name: 'Export chat…' }).click();
    await dialog.getByRole('radio', { name: format }).check();
    await app.screenshot(`export-${format.toLowerCase()}`);
    await dialog.getByRole('button', { name: 'Export…' }).click();
    await expect(dialog).toBeHidden({ timeout: 60_000 });
    const text = fs.readFileSync(file(name), 'utf8');
    expect(text).not.toContain('0123456789abcdef');
    expect(text).toContain('‹secret›');
    return text;
  };

  await test.step('in three formats, in none of which anything acts', async () => {
    expect(await exportAs('Markdown', 'chat.md')).toContain('**Agent**');
    expect(await exportAs('HTML', 'chat.html')).toContain('&#60;script&#62;alert(1)');
    expect(fs.readFileSync(file('chat.html'), 'utf8')).not.toMatch(/<script/i);
    expect(JSON.parse(await exportAs('JSON', 'chat.json'))).toMatchObject({ format: 'gaffer-export' });
  });

  await test.step('a place that cannot be written to is told, and the dialog stays', async () => {
    await answerDialogs(app, { save: path.join(app.homeDir, 'nowhere', 'chat.md') });
    await chat.chat(/Print the key/).click({ button: 'right' });
    await app.window.getByRole('menuitem', { name: 'Export chat…' }).click();
    await dialog.getByRole('button', { name: 'Export…' }).click();
    await expect(dialog.getByRole('alert')).toContainText('not there any more');
    await app.window.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
  });

  const other = await desk.start({ folder: repository.directory });
  await test.step('another Gaffer looks at it, brings it in, and goes on', async () => {
    // The start chooses what it shows, and closes what was opened before.
    await expect(other.chat.page.getByRole('heading', { name: /agent work on\?$/ })).toBeVisible();
    await expect(other.chat.page.getByText('this computer').first()).toBeVisible();
    await openBackups(other.app.window);
    await answerDialogs(other.app, { open: file('chat.md') });
    const settings = other.app.window.getByRole('dialog', { name: 'Settings' });
    await settings.getByRole('button', { name: 'Import…' }).click();
    await expect(settings.getByRole('alert')).toContainText('is not an export of Gaffer');
    await answerDialogs(other.app, { open: file('chat.json') });
    await settings.getByRole('button', { name: 'Import…' }).click();
    const preview = other.app.window.getByRole('dialog', { name: 'Import chats' });
    await expect(preview.getByRole('list', { name: 'Chats in the file' })).toContainText('Print the key');
    // In the place of the settings, which come back when nothing is brought in.
    await expect(settings).toBeHidden();
    await other.app.screenshot('import-preview');
    await other.app.window.keyboard.press('Escape');
    await expect(preview).toBeHidden();
    await expect(settings.getByRole('tab', { name: 'Backups' })).toHaveAttribute('aria-selected', 'true');
    await settings.getByRole('button', { name: 'Import…' }).click();
    await preview.getByRole('button', { name: 'Import 1 chat' }).click();
    await expect(other.chat.agent.last()).toContainText('printed.', { timeout: 60_000 });
    await expect(other.chat.feed).toContainText('Imported ·');
    await expect(settings).toBeHidden();
    await other.app.screenshot('imported');
    await other.chat.send('Go on');
    await expect(other.chat.agent.last()).toContainText('Here I go on.', { timeout: 60_000 });
  });

  await test.step('a second time it says so', async () => {
    await openBackups(other.app.window);
    await other.app.window.getByRole('button', { name: 'Import…' }).click();
    const preview = other.app.window.getByRole('dialog', { name: 'Import chats' });
    await expect(preview.getByRole('status')).toContainText('was imported before');
    await expect(preview.getByRole('button', { name: 'Nothing is new' })).toBeDisabled();
    await preview.getByRole('checkbox', { name: /again/ }).check();
    await expect(preview.getByRole('button', { name: 'Import 1 chat' })).toBeEnabled();
    await other.app.screenshot('import-again');
  });
});

async function openBackups(window: Page): Promise<void> {
  await window.getByRole('button', { name: 'Settings' }).first().click();
  await window.getByRole('tab', { name: 'Backups' }).click();
}
