import { exactly } from '../fixtures/conversation.ts';
import { expect, test } from '../fixtures/desk.ts';
import { Palette } from '../fixtures/palette.ts';
import { isTurn, script, scriptTitle } from '../fixtures/script.ts';

const long =
  'Alpha bravo charlie delta echo foxtrot golf hotel india juliett kilo lima mike november oscar.';

test('with a folder it opens ready to type, and the demo model answers without any key', async ({
  desk,
}) => {
  const { directory } = desk.repository();
  const { app, chat } = await desk.start({ provider: null, folder: directory, approvals: 'auto' });
  await expect(chat.message).toBeFocused();
  await app.window.keyboard.type('What is this?');
  await app.window.keyboard.press('Enter');
  await expect(chat.agent.last()).toContainText('Demo model. Add a key in Settings.', { timeout: 60_000 });
  await chat.rests();
  await expect(chat.agent.last()).toContainText('README.md, which has 3 lines and begins with “Shapes”');
  await expect(chat.tool('execute')).toContainText('exit 0');
  await expect(chat.tool('read_file')).toContainText('3 lines');
  expect(desk.server.requests()).toEqual([]);
  expect(app.pageErrors).toEqual([]);
});

test('without a place nothing is sent: one is asked for, and what was written stays', async ({ desk }) => {
  script(desk.server, 'Hello', [{ say: 'Hello to you.' }]);
  const { app, chat } = await desk.start();
  await chat.send('Hello');
  await expect(app.window.getByRole('alert')).toHaveText('Choose where the agent works.');
  await expect(chat.message).toHaveValue('Hello');
  expect(desk.server.requests()).toEqual([]);
  await app.window.getByRole('radio', { name: /^Let the agent make its workspace/ }).click();
  await expect(app.window.getByText('Choose where the agent works.')).toBeHidden();
  await chat.message.press('Enter');
  await expect(chat.agent).toContainText('Hello to you.', { timeout: 60_000 });
});

test('drafts of a new chat and of an open one survive a restart', async ({ desk }) => {
  script(desk.server, 'Hello', [{ say: 'Hello to you.' }]);
  const { app, chat } = await desk.start({ folder: desk.repository().directory });
  await chat.send('Hello');
  await expect(chat.agent).toContainText('Hello to you.', { timeout: 60_000 });
  await chat.message.fill('An answer\nin two lines');
  await chat.newChat();
  await expect(chat.message).toHaveValue('');
  await chat.message.fill('The next task');
  await app.close();
  const later = await desk.again(app);
  await expect(later.chat.message).toHaveValue('The next task');
  await later.chat.chat('Hello').click();
  await expect(later.chat.agent).toContainText('Hello to you.');
  await expect(later.chat.message).toHaveValue('An answer\nin two lines');
});

test('the tree shows the title that the model gave; archiving has an Undo', async ({ desk }) => {
  script(desk.server, 'Hello', [{ say: 'Hello to you.' }]);
  scriptTitle(desk.server, 'Hello', 'A friendly greeting');
  const { app, chat } = await desk.start({ folder: desk.repository('Meine Küche').directory });
  await chat.send('Hello');
  await expect(chat.chat('A friendly greeting')).toBeVisible();
  await expect(chat.tree.getByRole('treeitem', { level: 1 })).toHaveAccessibleName(/^Meine Küche, /);
  await expect(app.window.getByRole('heading', { name: 'A friendly greeting' })).toBeVisible();
  await chat.rests();
  await app.window.getByRole('button', { name: 'Archive chat' }).click();
  await expect(chat.chat('A friendly greeting')).toBeHidden();
  await app.window.getByRole('button', { name: 'Undo' }).click();
  await chat.chat('A friendly greeting').click();
  await expect(chat.agent).toContainText('Hello to you.');
});

test('a reload in the middle of an answer shows the same words, each once', async ({ desk }) => {
  script(desk.server, 'Say it', [{ think: 'Which letters?', say: long }]);
  const { app, chat } = await desk.start({ folder: desk.repository().directory });
  const hold = desk.server.faults.hold({ afterEvents: 10, match: isTurn });
  await chat.send('Say it');
  await hold.reached;
  await expect(chat.agent).toContainText('Alpha bravo');
  const before = await chat.agent.innerText();
  await app.window.reload();
  await chat.chat('Say it').click();
  await expect(chat.agent).toHaveText(before.trim());
  hold.release();
  await expect(chat.agent).toHaveText(exactly(long));
  await expect(chat.agent).toHaveCount(1);
  expect(app.pageErrors).toEqual([]);
});

test('light and dark are a word apart and remembered', async ({ desk }) => {
  script(desk.server, 'Show', [
    { think: 'I look first.', say: 'Reading.', calls: [{ name: 'read_file', args: { path: 'area.js' } }] },
    { calls: [{ name: 'execute', args: { command: 'node --test' } }] },
    { say: 'The suite **fails**:\n\n```js\nassert.equal(area(3, 4), 12);\n```\n\n- one\n- two' },
  ]);
  const { app, chat } = await desk.start({ folder: desk.repository().directory, approvals: 'auto' });
  await chat.send('Show');
  await expect(chat.agent.last()).toContainText('The suite fails', { timeout: 60_000 });
  await chat.rests();
  const theme = () => app.window.evaluate(() => document.documentElement.dataset['theme']);
  const shown = (await theme()) === 'light' ? 'light' : 'dark';
  const other = shown === 'light' ? 'dark' : 'light';
  await app.screenshot(`conversation-${shown}`);
  await new Palette(app.window).run(`Theme: ${other}`);
  await expect.poll(theme).toBe(other);
  await app.screenshot(`conversation-${other}`);
  await app.close();
  const later = await desk.again(app);
  await expect(later.chat.message).toBeVisible();
  await expect
    .poll(() => later.app.window.evaluate(() => document.documentElement.dataset['theme']))
    .toBe(other);
});

test('lists in a dialog are chosen from by the mouse; the dialog gives the focus back', async ({
  desk,
}) => {
  const { app, chat } = await desk.start({ folder: desk.repository().directory });
  await expect(chat.message).toBeFocused();
  const theme = () => app.window.evaluate(() => document.documentElement.dataset['theme']);
  for (const wanted of ['Light', 'Dark']) {
    await app.window.keyboard.press('Control+,');
    await app.window.getByRole('combobox', { name: 'Theme' }).click();
    await app.window.getByRole('option', { name: wanted }).click();
    await expect.poll(theme).toBe(wanted.toLowerCase());
    await expect(app.window.getByRole('option')).toHaveCount(0);
    await app.window.keyboard.press('Escape');
    await expect(app.window.getByRole('dialog')).toHaveCount(0);
    await expect(chat.message).toBeFocused();
  }
});

test("a chat is renamed and archived from its row's menu, by mouse and by keyboard", async ({ desk }) => {
  for (const word of ['Alpha', 'Bravo', 'Charlie'])
    script(desk.server, `${word} task`, [{ say: `${word} is done.` }]);
  const { app, chat } = await desk.start({ folder: desk.repository().directory });
  for (const word of ['Alpha', 'Bravo', 'Charlie']) {
    if (word !== 'Alpha') await chat.newChat();
    await chat.send(`${word} task`);
    await expect(chat.agent).toContainText(`${word} is done.`, { timeout: 60_000 });
    await chat.rests();
  }
  const field = app.window.getByRole('textbox', { name: 'Chat title' });
  await chat.chat('Alpha task').click({ button: 'right' });
  await app.window.getByRole('menuitem', { name: 'Rename' }).click();
  await expect(field).toBeFocused();
  await app.window.keyboard.type('The first one');
  await app.window.keyboard.press('Enter');
  await expect(chat.chat('The first one')).toBeVisible();
  await expect(chat.tree).toBeFocused();

  // The keys act on the chat that is open, however it was opened.
  await chat.chat('Charlie task').click();
  await chat.chat('Bravo task').click();
  await expect(chat.agent).toContainText('Bravo is done.');
  await chat.tree.focus();
  await app.window.keyboard.press('Shift+F10');
  await expect(app.window.getByRole('menu', { name: 'Actions for Bravo task' })).toBeVisible();
  // From the first item up to the last.
  await app.window.keyboard.press('ArrowUp');
  await app.window.keyboard.press('Enter');
  await expect(chat.chat('Bravo task')).toBeHidden();
  await expect(chat.chat('Charlie task')).toBeVisible();
  await expect(chat.chat('The first one')).toBeVisible();

  // What was archived hands the keys on to a neighbour.
  await expect(chat.tree).toBeFocused();
  await app.window.keyboard.press('F2');
  const next = await field.inputValue();
  await app.window.keyboard.press('Escape');
  await app.window.keyboard.press('Delete');
  await expect(chat.chat(next)).toBeHidden();
  await app.window.keyboard.press('F2');
  await expect(field).toHaveValue(next === 'Charlie task' ? 'The first one' : 'Charlie task');
  await app.window.keyboard.press('Escape');
  await expect(chat.tree).toBeFocused();
  expect(app.pageErrors).toEqual([]);
});

for (const [size, paragraphs] of Object.entries({ long: 60, short: 1 })) {
  test(`a row that is opened at the end of a ${size} chat stays under the mouse`, async ({ desk }) => {
    const count = { name: 'execute', args: { command: 'seq 1 40' } };
    const said = Array.from({ length: paragraphs }, (_, i) => `Paragraph ${i}.`).join('\n\n');
    script(desk.server, 'Count', [{ say: said, calls: [count] }, { say: 'Counted.' }]);
    const { chat } = await desk.start({ folder: desk.repository().directory, approvals: 'auto' });
    await chat.send('Count');
    await expect(chat.agent.last()).toContainText('Counted.', { timeout: 60_000 });
    await chat.rests();
    const head = chat.tool('execute').getByRole('button', { name: /seq 1 40/ });
    await expect(head).toHaveAttribute('aria-expanded', 'false');
    await expect(chat.agent.last()).toBeInViewport();
    const top = async () => Math.round((await head.boundingBox())?.y ?? -1);
    let before = await top();
    // What the end of a turn moves has moved.
    await expect
      .poll(
        async () => {
          const last = before;
          before = await top();
          return before === last;
        },
        { intervals: [200] },
      )
      .toBe(true);
    const latest = chat.page.getByRole('button', { name: 'Jump to latest' });
    await head.click();
    await expect(chat.tool('execute')).toContainText('30 lines above');
    await expect(latest).toBeVisible();
    expect(await top()).toBe(before);
    await head.click();
    await expect(latest).toBeHidden();
    expect(await top()).toBe(before);
    await head.click();
    await latest.click();
    await expect(latest).toBeHidden();
    await expect(chat.agent.last()).toBeInViewport();
  });
}
