import { exactly } from '../fixtures/conversation.ts';
import { expect, test } from '../fixtures/desk.ts';
import { isTurn, script, scriptTitle, turnRequests } from '../fixtures/script.ts';

const ASKED_FOR_SUMMARY = 'Write a hand-over note';

test('a retry counts down and is cancelled for good; the next message begins anew', async ({ desk }) => {
  script(desk.server, 'Answer me', [{ say: 'Too late.' }]);
  script(desk.server, 'Try again', [{ say: 'Here I am.' }]);
  const { app, chat } = await desk.start({ folder: desk.repository().directory });
  desk.server.faults.next({ kind: 'status', status: 429, retryAfter: 500 }, { match: isTurn });
  await chat.send('Answer me');
  const timer = chat.retry.getByRole('timer');
  await expect(timer).toHaveText(/Next try in (500|49\d) s/);
  const first = await timer.textContent();
  await expect(timer).not.toHaveText(first ?? '');
  await app.screenshot('retry-countdown');
  await chat.retry.getByRole('button', { name: 'Stop' }).click();
  await expect(chat.retry).toBeHidden();
  await chat.rests();
  await expect(chat.feed).toContainText('Stopped by you');
  await expect(chat.error).toBeHidden();
  expect(turnRequests(desk.server)).toHaveLength(1);
  await chat.send('Try again');
  await expect(chat.agent).toHaveText(exactly('Here I am.'), { timeout: 60_000 });
});

test('a rejected model offers another model', async ({ desk }) => {
  script(desk.server, 'Which model?', [{ say: 'This one.' }]);
  desk.server.faults.next(
    { kind: 'status', status: 404, message: 'The model does not exist' },
    { match: isTurn },
  );
  const { app, chat } = await desk.start({ folder: desk.repository().directory });
  await chat.send('Which model?');
  await expect(chat.error).toBeVisible();
  await chat.error.getByRole('button', { name: 'Switch model' }).click();
  await expect(app.window.getByRole('listbox', { name: 'Model' })).toBeVisible();
  await app.window.keyboard.press('Escape');
  await chat.error.getByRole('button', { name: 'Retry' }).click();
  await expect(chat.agent).toHaveText(exactly('This one.'), { timeout: 60_000 });
});

test('the title is made anew on demand, also over one that the person gave', async ({ desk }) => {
  script(desk.server, 'Count the shapes', [{ say: 'One shape.' }]);
  scriptTitle(desk.server, 'Count the shapes', 'Counting shapes');
  const { app, chat } = await desk.start({ folder: desk.repository().directory });
  await chat.send('Count the shapes');
  await expect(chat.chat('Counting shapes')).toBeVisible({ timeout: 60_000 });
  await chat.rests();
  await chat.chat('Counting shapes').click({ button: 'right' });
  await app.window.getByRole('menuitem', { name: 'Rename' }).click();
  await app.window.getByRole('textbox', { name: 'Chat title' }).fill('Mine');
  await app.window.keyboard.press('Enter');
  await expect(chat.chat('Mine')).toBeVisible();
  await chat.chat('Mine').click({ button: 'right' });
  await app.screenshot('row-menu');
  await app.window.getByRole('menuitem', { name: 'Regenerate title' }).click();
  await expect(chat.chat('Counting shapes')).toBeVisible();
});

test('a conversation that no longer fits offers to compact', async ({ desk }) => {
  const long = `${'The shapes are described at length, one after another. '.repeat(80)}End.`;
  script(desk.server, 'Describe', [{ say: long }]);
  script(desk.server, 'Go on', [{ say: 'Going on from the note.' }]);
  const { app, chat } = await desk.start({ folder: desk.repository().directory });
  await chat.send('Describe');
  await expect(chat.agent).toContainText('End.', { timeout: 60_000 });
  await chat.rests();
  const full = { kind: 'status', status: 400, message: 'maximum context length is 128000 tokens' } as const;
  desk.server.faults.next(full, { times: 20 });
  await chat.send('Go on');
  await expect(chat.error).toBeVisible({ timeout: 60_000 });
  desk.server.faults.clear();
  script(desk.server, ASKED_FOR_SUMMARY, [{ say: 'The shapes were described.' }]);
  await app.screenshot('context-full');
  await chat.error.getByRole('button', { name: 'Compact' }).click();
  await expect(chat.feed.getByRole('button', { name: /^Summarized/ })).toBeVisible({ timeout: 60_000 });
});
