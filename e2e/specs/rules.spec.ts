import fs from 'node:fs';
import path from 'node:path';
import type { Locator } from '@playwright/test';
import { readDatabase } from '../fixtures/database.ts';
import { expect, test } from '../fixtures/desk.ts';
import { type ScriptedStep, script } from '../fixtures/script.ts';
import { openSettings } from '../fixtures/settings.ts';

const run = (...commands: string[]): ScriptedStep => ({
  calls: commands.map((command) => ({ name: 'execute', args: { command } })),
});

/** Buttons take no press at first, and none before the end of what is asked has been in sight. */
async function press(button: Locator): Promise<void> {
  await expect(button).toHaveAttribute('aria-disabled', 'false');
  await button.click();
}

test('a rule from the card: the second time nothing is asked; revoked in Settings, it asks again', async ({
  desk,
}) => {
  script(desk.server, 'First look', [run('git status --short && ls | head -3'), { say: 'Looked once.' }]);
  script(desk.server, 'Second look', [run('git status && ls -la'), { say: 'Looked twice.' }]);
  script(desk.server, 'Third look', [run('git status'), { say: 'Never said.' }]);
  const { app, chat } = await desk.start({ folder: desk.repository().directory });
  await chat.send('First look');
  for (const name of ['Allow once', 'Allow for this chat', 'Add rule', 'Deny'])
    await expect(chat.approval.getByRole('button', { name, exact: true })).toBeVisible();
  await expect(chat.message).toBeFocused();
  const addRule = chat.approval.getByRole('button', { name: 'Add rule', exact: true });
  await press(addRule);

  const form = chat.approval.getByRole('form', { name: 'New rule' });
  const radio = (name: string | RegExp) => form.getByRole('radio', { name });
  await expect(radio('git status …, ls …, head …')).toBeChecked();
  await expect(radio('git status …, ls …, head …')).toBeFocused();
  await expect(form.getByRole('list', { name: 'What these rules cover' })).toContainText('ls: lists names');
  await expect(radio('Revoked')).toBeHidden();
  await radio(/^Only this command: git status --short && ls \| head -3$/).check();
  await expect(radio('Revoked')).toBeVisible();
  await app.screenshot('rule-form');
  // Taken back and opened again: the focus is where it was, and nothing was answered.
  await app.window.keyboard.press('Escape');
  await expect(addRule).toBeFocused();
  await addRule.press('Enter');
  await radio('1 hour').check();
  await form.getByRole('button', { name: 'Add rule and allow' }).click();
  await expect(chat.agent.last()).toContainText('Looked once.', { timeout: 60_000 });
  await chat.rests();

  await chat.send('Second look');
  await expect(chat.agent.last()).toContainText('Looked twice.', { timeout: 60_000 });
  await expect(chat.tool('execute').last()).toContainText('exit 0');
  await chat.rests();

  const settings = await openSettings(app.window, 'Approvals');
  const listed = settings.getByRole('list', { name: 'Approval rules' }).getByRole('listitem');
  await expect(listed).toHaveCount(3);
  const status = listed.filter({ hasText: 'git status …' });
  await expect(status).toContainText(
    /in the workspace shapes, until [^·]*\d:\d\d[^·]* · used 1 time, last now/,
  );
  await expect(listed.filter({ hasText: 'head …' })).toContainText('not used yet');
  await app.screenshot('rules-settings');
  await settings.getByRole('button', { name: 'Revoke rule: git status …' }).click();
  await expect(listed).toHaveCount(2);
  await settings.getByRole('button', { name: 'Close' }).click();

  await chat.send('Third look');
  await expect(chat.approval).toContainText('git status');
  await press(chat.approval.getByRole('button', { name: 'Deny' }));
  await chat.approval.getByRole('button', { name: 'Deny' }).click();
  await expect(chat.approval).toBeHidden();
});

test('"Allow for this chat" holds for this very command in this chat, also after a restart', async ({
  desk,
}) => {
  const { directory } = desk.repository();
  const twice = 'mkdir -p made/by/this';
  script(desk.server, 'Make it', [run(twice), { say: 'Made.' }]);
  script(desk.server, 'Once more', [run(twice), { say: 'Made again.' }]);
  script(desk.server, 'Slightly else', [run('mkdir -p made/by/that'), { say: 'Never said.' }]);
  script(desk.server, 'Another chat', [run(twice), { say: 'Never said.' }]);
  const first = await desk.start({ folder: directory });
  await first.chat.send('Make it');
  await press(first.chat.approval.getByRole('button', { name: 'Allow for this chat' }));
  await expect(first.chat.agent.last()).toContainText('Made.', { timeout: 60_000 });
  await first.chat.rests();
  await first.app.close();

  const { chat } = await desk.again(first.app);
  await chat.chat('Make it').click();
  await chat.send('Once more');
  await expect(chat.agent.last()).toContainText('Made again.', { timeout: 60_000 });
  await chat.rests();
  await chat.send('Slightly else');
  await expect(chat.approval).toContainText('made/by/that');
  expect(fs.existsSync(path.join(directory, 'made/by/that'))).toBe(false);
  await chat.newChat();
  await chat.send('Another chat');
  await expect(chat.approval).toContainText(twice);
});

test('what no rule can let through says why and offers none; the inbox offers what the card does', async ({
  desk,
}) => {
  script(desk.server, 'Write by redirection', [run('echo a > b'), { say: 'Never said.' }]);
  script(desk.server, 'Count lines', [run('wc -l README.md'), { say: 'Counted.' }]);
  script(desk.server, 'Count again', [run('wc -c README.md'), { say: 'Counted again.' }]);
  const { app, chat } = await desk.start({ folder: desk.repository().directory });
  await chat.send('Write by redirection');
  await expect(chat.approval).toContainText('No rule can allow this: it redirects to or from a file.');
  await expect(chat.approval.getByRole('button', { name: 'Add rule', exact: true })).toBeHidden();
  await expect(chat.approval.getByRole('button', { name: 'Allow for this chat' })).toBeHidden();
  await app.screenshot('approval-unruly');

  await chat.newChat();
  await chat.send('Count lines');
  await expect(chat.approval).toContainText('wc -l');
  await app.window.getByRole('button', { name: 'Inbox, 2 waiting for you' }).click();
  const card = app.window
    .getByRole('region', { name: 'Inbox' })
    .getByRole('group', { name: 'Approval: Count lines' });
  await press(card.getByRole('button', { name: 'Add rule', exact: true }));
  await card.getByRole('radio', { name: 'Everywhere' }).check();
  await app.window.emulateMedia({ colorScheme: 'dark' });
  await app.screenshot('rule-form-inbox-dark');
  await card.getByRole('button', { name: 'Add rule and allow' }).click();
  await expect(card).toBeHidden();
  await chat.chat('Count lines').click();
  await expect(chat.agent.last()).toContainText('Counted.', { timeout: 60_000 });
  await chat.rests();
  await chat.send('Count again');
  await expect(chat.agent.last()).toContainText('Counted again.', { timeout: 60_000 });
});

test('a known secret is in no row and no log, however a command prints it', async ({ desk }) => {
  const repository = desk.repository();
  const key = 'sk-test-0123456789abcdef';
  const kept = path.join(repository.directory, 'kept.txt');
  fs.writeFileSync(kept, `key=${key}\n`);
  const halves = `printf '%s' ${key.slice(0, 12)}; sleep 1; printf '%s\\n' ${key.slice(12)}`;
  script(desk.server, 'Print it', [
    run('cat kept.txt', 'base64 kept.txt', 'sh halves.sh'),
    { calls: [{ name: 'read_file', args: { path: kept } }] },
    { say: 'Printed.' },
  ]);
  fs.writeFileSync(path.join(repository.directory, 'halves.sh'), halves);
  const { app, chat } = await desk.start({ folder: repository.directory, approvals: 'auto' });
  await chat.send('Print it');
  await expect(chat.agent.last()).toContainText('Printed.', { timeout: 60_000 });
  await chat.rests();
  expect(app.log()).not.toContain(key);
  await app.close();
  const rows = await readDatabase(app.dataDir, (query) =>
    query<{ text: string }>(
      `select content::text as text from chat_messages union all select result::text from chat_tool_calls`,
    ),
  );
  const all = rows.map(({ text }) => text).join('\n');
  expect(all.match(/‹secret›/g)?.length).toBeGreaterThanOrEqual(4);
  expect(all).not.toContain(key);
  for (const [run64] of all.matchAll(/[A-Za-z0-9+/]{16,}={0,2}/g))
    expect(Buffer.from(run64, 'base64').toString()).not.toContain('0123456789abcdef');
});
