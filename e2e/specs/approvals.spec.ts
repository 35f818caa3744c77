import fs from 'node:fs';
import path from 'node:path';
import { changeDatabase } from '../fixtures/database.ts';
import { expect, test } from '../fixtures/desk.ts';
import { script, turnRequests } from '../fixtures/script.ts';

const makeFile = 'printf one > allowed.txt\nprintf two >> allowed.txt\necho made';
const removeFile = 'rm README.md';
const note = 'Keep the readme, it is needed.';

test('one command is allowed once, another is denied with a note for the model', async ({ desk }) => {
  const { directory } = desk.repository('Freigaben – zwei');
  script(desk.server, 'Tidy up', [
    {
      say: 'Two commands.',
      calls: [
        { name: 'execute', args: { command: makeFile } },
        { name: 'execute', args: { command: removeFile } },
      ],
    },
    { say: 'One ran, one did not.' },
  ]);
  const { app, chat } = await desk.start({ folder: directory });
  await expect(app.window.getByRole('combobox', { name: 'Approval mode' })).toContainText('Ask first');
  await chat.send('Tidy up');

  await expect(chat.approval).toContainText(`this computer:${directory}`);
  await expect(chat.approval).toContainText('1 of 2');
  for (const line of makeFile.split('\n')) await expect(chat.approval).toContainText(line);
  await expect(app.window.getByRole('button', { name: 'Inbox, 2 waiting for you' })).toBeVisible();
  await expect(chat.chat('Tidy up')).toHaveAccessibleName(/Asks/);
  await app.screenshot('approval');

  // The focus is in the message box: no key answers for the person.
  await expect(chat.message).toBeFocused();
  for (const key of ['Enter', 'Control+Enter', 'Escape', 'y', 'a']) await chat.message.press(key);
  await chat.message.fill('');
  await expect(chat.approval).toContainText('1 of 2');
  expect(fs.existsSync(path.join(directory, 'allowed.txt'))).toBe(false);

  const allow = chat.approval.getByRole('button', { name: 'Allow once' });
  await expect(allow).toHaveAttribute('aria-disabled', 'false');
  await allow.press('Enter');
  await expect(chat.approval).toContainText(removeFile);
  await expect(chat.message).toBeFocused();
  await expect(app.window.getByRole('button', { name: 'Inbox, 1 waiting for you' })).toBeVisible();
  const deny = chat.approval.getByRole('button', { name: 'Deny' });
  await expect(deny).toHaveAttribute('aria-disabled', 'false');
  await deny.click();
  await chat.approval.getByRole('textbox', { name: 'Note for the agent' }).fill(note);
  await deny.click();
  await expect(chat.message).toBeFocused();

  await expect(chat.agent.last()).toContainText('One ran, one did not.', { timeout: 60_000 });
  await expect(chat.approval).toBeHidden();
  await expect(chat.tool('execute').first()).toContainText('exit 0');
  await expect(chat.tool('execute').last()).toContainText('denied');
  await expect(app.window.getByRole('button', { name: 'Inbox', exact: true })).toBeVisible();
  expect(fs.readFileSync(path.join(directory, 'allowed.txt'), 'utf8')).toBe('onetwo');
  expect(fs.existsSync(path.join(directory, 'README.md'))).toBe(true);
  expect(JSON.stringify(turnRequests(desk.server).at(-1)?.body)).toContain(note);
});

test('"Edit freely" lets edits through and still asks for a command', async ({ desk }) => {
  const repository = desk.repository();
  const edit = { search: 'width + height', replace: 'width * height' };
  script(desk.server, 'Edit and test', [
    { calls: [{ name: 'edit_files', args: { files: [{ path: 'area.js', edits: [edit] }] } }] },
    { calls: [{ name: 'execute', args: { command: 'node --test' } }] },
    { say: 'Tested.' },
  ]);
  const { app, chat } = await desk.start({ folder: repository.directory });
  await app.window.getByRole('combobox', { name: 'Approval mode' }).click();
  await app.window.getByRole('option', { name: /Edit freely/ }).click();
  await expect(app.window.getByRole('combobox', { name: 'Approval mode' })).toContainText('Edit freely');
  await chat.send('Edit and test');
  await expect(chat.approval).toContainText('node --test');
  await expect(chat.tool('edit_files')).toContainText('+1');
  expect(repository.read('area.js')).toContain('width * height');
  const allow = chat.approval.getByRole('button', { name: 'Allow once' });
  await expect(allow).toHaveAttribute('aria-disabled', 'false');
  await allow.click();
  await expect(chat.agent.last()).toContainText('Tested.', { timeout: 60_000 });
  await expect(chat.tool('execute')).toContainText('exit 0');
});

test('the inbox answers in place and opens the chat; an edit shows every line', async ({ desk }) => {
  const repository = desk.repository();
  const edit = { search: 'width + height', replace: 'width * height' };
  script(desk.server, 'Fix it', [
    { calls: [{ name: 'edit_files', args: { files: [{ path: 'area.js', edits: [edit] }] } }] },
    { say: 'Fixed.' },
  ]);
  const { app, chat } = await desk.start({ folder: repository.directory });
  await chat.send('Fix it');
  await expect(chat.approval).toBeVisible();
  await chat.newChat();
  await app.window.getByRole('button', { name: 'Inbox, 1 waiting for you' }).click();
  const card = app.window
    .getByRole('region', { name: 'Inbox' })
    .getByRole('group', { name: 'Approval: Fix it' });
  await expect(card).toContainText('- width + height');
  await expect(card).toContainText('+ width * height');
  await app.screenshot('inbox');
  const allow = card.getByRole('button', { name: 'Allow once' });
  await expect(allow).toHaveAttribute('aria-disabled', 'false');
  await allow.click();
  await expect(app.window.getByRole('region', { name: 'Inbox' })).toContainText('Nothing waits for you');
  await expect.poll(() => repository.read('area.js')).toContain('width * height');
  await chat.chat('Fix it').click();
  await expect(chat.agent).toContainText('Fixed.');
});

test('a question outlives the app: it is asked again after a restart', async ({ desk }) => {
  const { directory } = desk.repository();
  script(desk.server, 'Run it', [
    { calls: [{ name: 'execute', args: { command: 'echo once >> log.txt' } }] },
    { say: 'It ran.' },
  ]);
  const { app, chat } = await desk.start({ folder: directory });
  await chat.send('Run it');
  await expect(chat.approval).toContainText('echo once');
  await app.close();
  const later = await desk.again(app);
  await expect(later.app.window.getByRole('button', { name: 'Inbox, 1 waiting for you' })).toBeVisible();
  await later.chat.chat('Run it').click();
  const allow = later.chat.approval.getByRole('button', { name: 'Allow once' });
  await expect(allow).toHaveAttribute('aria-disabled', 'false');
  await allow.click();
  await expect(later.chat.agent).toContainText('It ran.', { timeout: 60_000 });
  expect(fs.readFileSync(path.join(directory, 'log.txt'), 'utf8')).toBe('once\n');
});

test('a budget that is reached asks before the next call; "Keep going" lets that one pass', async ({
  desk,
}) => {
  script(desk.server, 'Spend nothing', [{ say: 'Said for nothing.' }]);
  script(desk.server, 'Spend it', [{ say: 'Said for money.' }]);
  script(desk.server, 'Spend more', [{ say: 'Never said.' }]);
  const first = await desk.start({ folder: desk.repository().directory });
  await first.chat.send('Spend nothing');
  await expect(first.chat.agent).toContainText('Said for nothing.', { timeout: 60_000 });
  await first.app.close();
  const cap = JSON.stringify({ cap_micros: 1, period: 'month', allow_unpriced: false });
  await changeDatabase(first.app.dataDir, `insert into settings (key, value) values ('budget', '${cap}')`);

  const { app, chat } = await desk.again(first.app);
  await chat.newChat();
  await chat.send('Spend it');
  const budget = app.window.getByRole('group', { name: 'Budget: Spend it' });
  await expect(budget).toContainText(/reached the budget of \$0\.000001/, { timeout: 60_000 });
  await expect(budget).toContainText(/The next step needs about \$0\.\d+/);
  await expect(chat.chat('Spend it')).toHaveAccessibleName('Spend it, Asks to spend more than the budget');
  expect(turnRequests(desk.server)).toHaveLength(1);
  await app.screenshot('budget');
  await budget.getByRole('button', { name: 'Keep going' }).click();
  await expect(chat.agent).toContainText('Said for money.', { timeout: 60_000 });
  await chat.rests();
  await chat.send('Spend more');
  await expect(budget).toBeVisible();
  await budget.getByRole('button', { name: 'Stop' }).click();
  await expect(budget).toBeHidden();
  await chat.rests();
  expect(turnRequests(desk.server)).toHaveLength(2);
});
