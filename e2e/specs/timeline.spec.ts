import { expect, test } from '../fixtures/desk.ts';
import { isTurn, script, scriptTitle } from '../fixtures/script.ts';

const WORDS = 'Alpha bravo charlie delta echo foxtrot golf hotel india juliett kilo lima.';
/** More than fits into any window. */
const LONG = Array.from({ length: 40 }, (_, i) => `- line ${i + 1}: ${WORDS}`).join('\n');

test('a reader keeps their place and their selection while words arrive, and finds the way back', async ({
  desk,
}) => {
  script(desk.server, 'First', [{ say: LONG }]);
  script(desk.server, 'Second', [{ think: 'Which words?', say: `Second: ${WORDS}` }]);
  script(desk.server, 'Third', [{ say: `Third: ${WORDS}` }]);
  script(desk.server, 'Fourth', [{ say: 'Fourth, said elsewhere.' }]);
  scriptTitle(desk.server, 'First', 'The alphabet');
  const { app, chat } = await desk.start({ folder: desk.repository().directory });
  const page = app.window;
  const pill = page.getByRole('button', { name: 'Jump to latest' });
  const selected = () => page.evaluate(() => getSelection()?.toString());

  await test.step('what is selected stays so while the block streams on and when it is committed', async () => {
    await chat.send('First');
    await expect(chat.agent.first()).toContainText('line 40', { timeout: 60_000 });
    await chat.rests();
    const hold = desk.server.faults.hold({ afterEvents: 12, match: isTurn });
    await chat.send('Second');
    await hold.reached;
    const thinking = page.getByRole('button', { name: /^(Thinking|Thought)/ });
    await thinking.click();
    await expect(chat.feed).toContainText('Which words?');
    await expect(chat.agent.last()).toContainText('Second: A');
    await chat.agent.last().evaluate((article) => {
      const text = document.createTreeWalker(article, NodeFilter.SHOW_TEXT).nextNode();
      if (text) getSelection()?.setBaseAndExtent(text, 0, text, 6);
    });
    expect(await selected()).toBe('Second');
    hold.release();
    await expect(chat.agent.last()).toContainText('lima.');
    await chat.rests();
    expect(await selected()).toBe('Second');
    await expect(thinking, 'what was opened while it streamed stands open').toHaveAttribute(
      'aria-expanded',
      'true',
    );
  });

  await test.step('who scrolls up is left there, is told how much came, and goes back by one press', async () => {
    const hold = desk.server.faults.hold({ afterEvents: 4, match: isTurn });
    await chat.send('Third');
    await hold.reached;
    await chat.feed.hover();
    await page.mouse.wheel(0, -700);
    await expect(pill).toHaveText('Latest');
    const top = await chat.feed.evaluate((feed) => feed.scrollTop);
    hold.release();
    await chat.rests();
    await expect(pill).toHaveText('1 new');
    expect(await chat.feed.evaluate((feed) => feed.scrollTop)).toBe(top);
    await app.screenshot('timeline-pill');
    await pill.click();
    await expect(chat.agent.last()).toBeInViewport();
    await expect(pill).toBeHidden();
  });

  await test.step('the keys walk from message to message and from row to row', async () => {
    await chat.message.focus();
    await page.keyboard.press('Alt+ArrowUp');
    await expect(chat.you.filter({ hasText: 'Third' })).toBeFocused();
    await page.keyboard.press('Alt+ArrowUp');
    await expect(chat.you.filter({ hasText: 'Second' })).toBeFocused();
    await page.keyboard.press('Alt+ArrowUp');
    await expect(chat.you.filter({ hasText: 'First' })).toBeFocused();
    await app.screenshot('timeline-focused-row');
    await page.keyboard.press('j');
    await expect(chat.agent.first()).toBeFocused();
    await page.keyboard.press('k');
    await expect(chat.you.first()).toBeFocused();
    await page.keyboard.press('Alt+ArrowDown');
    await expect(chat.you.filter({ hasText: 'Second' })).toBeFocused();
    await page.keyboard.press('Shift+F10');
    await expect(page.getByRole('menuitem')).toHaveText([
      /Copy as Markdown/,
      /Edit message/,
      /Fork from here/,
    ]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await expect(chat.message).toBeFocused();
  });

  await test.step('what was said while nobody looked stands below a line, until the chat is opened again', async () => {
    const hold = desk.server.faults.hold({ afterEvents: 2, match: isTurn });
    await chat.send('Fourth');
    await hold.reached;
    await chat.newChat();
    hold.release();
    await expect(chat.chat('The alphabet')).toHaveAccessibleName(/Finished/, { timeout: 60_000 });
    await chat.chat('The alphabet').click();
    const line = chat.feed.getByText('New', { exact: true });
    await expect(line).toBeVisible();
    await expect(chat.agent.last()).toContainText('said elsewhere');
    await app.screenshot('timeline-new');
    await expect(chat.chat('The alphabet')).not.toHaveAccessibleName(/Finished/);
    await chat.newChat();
    await chat.chat('The alphabet').click();
    await expect(chat.agent.last()).toContainText('said elsewhere');
    await expect(line).toBeHidden();
  });
  expect(app.pageErrors).toEqual([]);
});

test('what is asked of a chat before it has been read is done once it is there', async ({ desk }) => {
  script(desk.server, 'Hello', [{ say: 'Hello to you.' }]);
  scriptTitle(desk.server, 'Hello', 'A greeting');
  const { app, chat } = await desk.start({ folder: desk.repository().directory });
  const page = app.window;
  await chat.send('Hello');
  await expect(chat.agent).toContainText('Hello to you.', { timeout: 60_000 });
  await expect(chat.chat('A greeting')).toBeVisible();
  await chat.newChat();
  // In one go: there is no time in which the chat could have come.
  await chat.chat('A greeting').evaluate((row: HTMLElement) => {
    row.click();
    window.dispatchEvent(new KeyboardEvent('keydown', { key: 'f', code: 'KeyF', ctrlKey: true }));
  });
  const field = page.getByRole('textbox', { name: 'Find in chat' });
  await expect(field).toBeFocused();
  await field.fill('you');
  await expect(page.getByRole('search').getByRole('status')).toHaveText(/1 of/, { timeout: 60_000 });
  expect(app.pageErrors).toEqual([]);
});

test('a fork goes on by itself from any message; an edit says first what it drops', async ({ desk }) => {
  const { directory } = desk.repository();
  script(desk.server, 'Plan it', [{ say: 'The plan:\n\n```ts\nplan();\n```' }]);
  script(desk.server, 'Write it', [
    { calls: [{ name: 'write_file', args: { path: `${directory}/plan.ts`, content: 'plan();\n' } }] },
    { say: 'Written.' },
  ]);
  script(desk.server, 'Rather not', [{ say: 'Then not.' }]);
  script(desk.server, 'Wait long', [
    { calls: [{ name: 'execute', args: { command: 'sleep 600', timeout: '20m' } }] },
    { say: 'It was stopped.' },
  ]);
  scriptTitle(desk.server, 'Plan it', 'A plan');
  const { app, chat } = await desk.start({ folder: directory, approvals: 'auto' });
  const page = app.window;
  await chat.send('Plan it');
  await expect(chat.agent).toContainText('The plan:', { timeout: 60_000 });
  await expect(chat.chat('A plan')).toBeVisible();
  await chat.rests();
  await chat.send('Write it');
  await expect(chat.agent.last()).toContainText('Written.', { timeout: 60_000 });
  await chat.rests();

  await test.step('an edit counts what it drops and what stays; Esc leaves everything as it was', async () => {
    await chat.you.first().hover();
    await chat.you.first().getByRole('button', { name: 'Edit message' }).click();
    await expect(chat.message).toHaveValue('Plan it');
    await expect(page.getByText('Sending drops 4 messages; 1 changed file is kept.')).toBeVisible();
    await expect(chat.agent.last()).toHaveClass(/dim/);
    await app.screenshot('timeline-edit');
    await page.keyboard.press('Escape');
    await expect(chat.message).toHaveValue('');
    await expect(chat.agent.last()).not.toHaveClass(/dim/);
  });

  const origin = page.getByRole('button', { name: 'A plan', exact: true });
  await test.step('the fork has what was said until there, and says where it comes from', async () => {
    await chat.agent.first().hover();
    await chat.agent.first().getByRole('button', { name: 'Fork from here' }).click();
    await expect(page.getByRole('heading', { name: 'Fork of A plan' })).toBeVisible();
    await expect(origin).toBeVisible();
    await expect(chat.feed).toContainText('Forked here');
    await expect(chat.you).toHaveCount(1);
    await expect(chat.feed).not.toContainText('Stopped by you');
    await chat.send('Rather not');
    await expect(chat.agent.last()).toContainText('Then not.', { timeout: 60_000 });
    await chat.rests();
    await app.screenshot('timeline-fork');
    const [asked] = desk.server
      .requests()
      .filter(isTurn)
      .slice(-1)
      .map(({ body }) => JSON.stringify(body));
    expect(asked).toContain('plan();');
    expect(asked).not.toContain('Write it');
  });

  await test.step('the link leads back to the chat, which knows nothing of it', async () => {
    await origin.click();
    await expect(page.getByRole('heading', { name: 'A plan', exact: true })).toBeVisible();
    await expect(chat.agent.last()).toContainText('Written.');
    await expect(chat.feed).not.toContainText('Then not.');
    await expect(origin).toBeHidden();
  });

  await test.step('from a question the fork answers it anew', async () => {
    await page.keyboard.press('Alt+ArrowUp');
    await expect(chat.you.filter({ hasText: 'Write it' })).toBeFocused();
    await expect(page.getByRole('button', { name: 'Jump to latest' })).toBeHidden();
    await page.keyboard.press('f');
    await expect(page.getByRole('heading', { name: 'Fork of A plan' })).toBeVisible();
    await expect(chat.agent.last()).toContainText('Written.', { timeout: 60_000 });
    await expect(chat.you).toHaveCount(2);
    await chat.rests();
  });

  await test.step('a command is stopped from its row, and the agent goes on', async () => {
    await chat.send('Wait long');
    await chat.tool('execute').getByRole('button', { name: 'Stop command' }).click();
    await expect(chat.agent.last()).toContainText('It was stopped.', { timeout: 60_000 });
    await chat.rests();
  });
  expect(app.pageErrors).toEqual([]);
});
