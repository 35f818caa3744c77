import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from '../fixtures/desk.ts';
import { isTurn, script, turnRequests } from '../fixtures/script.ts';

/** What a request for a summary says, and no turn does. */
const ASKED_FOR_SUMMARY = 'Write a hand-over note';
const SUMMARY = '**Goal** name the shapes. **Decided** keep the word quadrangle.';

/** Something to summarise: a summary must be shorter than what it replaces. */
const LONG = `${'The shapes are described at length, one after another, with all their sides. '.repeat(60)}End.`;

const asksForSummary = ({ body }: { readonly body: unknown }) =>
  JSON.stringify(body).includes(ASKED_FOR_SUMMARY);

test('/compact streams a summary, leaves a divider, and Undo takes it back', async ({ desk }) => {
  script(desk.server, 'Describe the shapes', [{ say: LONG }]);
  script(desk.server, ASKED_FOR_SUMMARY, [{ say: SUMMARY }]);
  script(desk.server, 'Go on', [{ say: 'Going on from the note.' }]);
  script(desk.server, 'And with all', [{ say: 'Going on with all of it.' }]);
  const { app, chat } = await desk.start({ folder: desk.repository().directory });
  await chat.send('Describe the shapes');
  await expect(chat.agent).toContainText('End.');
  await chat.rests();

  const hold = desk.server.faults.hold({ afterEvents: 8, match: asksForSummary });
  await chat.message.pressSequentially('/');
  const commands = app.window.getByRole('listbox', { name: 'Commands' }).getByRole('option');
  await expect(commands.first()).toHaveAttribute('aria-selected', 'true');
  await chat.message.press('ArrowDown');
  await expect(commands.nth(1)).toHaveAttribute('aria-selected', 'true');
  await app.screenshot('slash-commands');
  await chat.message.press('Escape');
  await expect(commands).toHaveCount(0);
  await expect(chat.message).toHaveValue('/');
  await chat.message.pressSequentially('com');
  await expect(commands).toHaveText(/compact/);
  await chat.message.press('Enter');
  await expect(chat.message).toHaveValue('');
  await hold.reached;
  await expect(chat.feed.getByRole('button', { name: /^Summarizing… \d+ s/ })).toBeVisible();
  await expect(chat.feed).toContainText('Goal');
  await expect(chat.chat('Describe the shapes')).toHaveAccessibleName('Describe the shapes, Summarizing…');
  await app.screenshot('summarizing');
  hold.release();

  const divider = chat.feed.getByRole('button', { name: /^Summarized · .* → .* tokens$/ });
  await expect(divider).toBeVisible();
  await chat.rests();
  await expect(chat.agent).toHaveCount(1);
  await divider.click();
  await expect(chat.feed).toContainText('keep the word quadrangle');
  await app.screenshot('summarized');

  await chat.send('Go on');
  await expect(chat.agent.last()).toContainText('Going on from the note.');
  await chat.rests();
  const after = JSON.stringify(turnRequests(desk.server).at(-1)?.body);
  expect(after).toContain('quadrangle');
  expect(after).not.toContain('described at length');

  await chat.feed.getByRole('button', { name: 'Undo' }).click();
  await expect(divider).toBeHidden();
  await chat.send('And with all');
  await expect(chat.agent.last()).toContainText('Going on with all of it.');
  const undone = JSON.stringify(turnRequests(desk.server).at(-1)?.body);
  expect(undone).toContain('described at length');
  expect(undone).not.toContain('quadrangle');
  expect(app.pageErrors).toEqual([]);
});

test('/clear lets the model start afresh below a divider; the rows stay, over a restart too', async ({
  desk,
}) => {
  script(desk.server, 'Remember blue', [{ say: 'Blue it is.' }]);
  script(desk.server, 'Which colour?', [{ say: 'You have not told me.' }]);
  const { app, chat } = await desk.start({ folder: desk.repository().directory });
  await chat.send('Remember blue');
  await expect(chat.agent).toContainText('Blue it is.');
  await chat.rests();
  await chat.command('clear');
  await expect(chat.feed).toContainText('Context cleared');
  await app.screenshot('cleared');
  await chat.send('Which colour?');
  await expect(chat.agent.last()).toContainText('You have not told me.');
  await chat.rests();
  expect(JSON.stringify(turnRequests(desk.server).at(-1)?.body)).not.toContain('blue');
  await app.close();

  const later = await desk.again(app);
  await later.chat.chat('Remember blue').click();
  await expect(later.chat.you).toContainText(['Remember blue', 'Which colour?']);
  await expect(later.chat.feed).toContainText('Context cleared');
  await later.chat.feed.getByRole('button', { name: 'Undo' }).click();
  await expect(later.chat.feed).not.toContainText('Context cleared');
});

test('the context shows which instruction files the model reads, and compacts and clears', async ({
  desk,
}) => {
  script(desk.server, 'Hello', [{ say: 'Hello to you.' }]);
  const { directory } = desk.repository();
  fs.writeFileSync(path.join(directory, 'AGENTS.md'), 'Use tabs.\n');
  const { app, chat } = await desk.start({ folder: directory });
  const trust = app.window.getByRole('dialog', { name: 'Trust this folder?' });
  await trust.getByRole('button', { name: 'Trust', exact: true }).click();
  const hold = desk.server.faults.hold({ afterEvents: 2, match: isTurn });
  await chat.send('Hello');
  await hold.reached;
  await app.window.getByRole('button', { name: /^Context used, \d+ percent$/ }).click();
  const context = app.window.getByRole('group', { name: 'Context' });
  const files = context.getByRole('list', { name: 'Instruction files' }).getByRole('listitem');
  await expect(files).toHaveText([/AGENTS\.md.*\d+ B/]);
  for (const name of ['Compact', 'Clear context'])
    await expect(context.getByRole('button', { name })).toBeDisabled();
  hold.release();
  await chat.rests();
  await app.screenshot('context');
  await context.getByRole('button', { name: 'Clear context' }).click();
  await expect(chat.feed).toContainText('Context cleared');
  await expect(chat.message).toBeFocused();
});
