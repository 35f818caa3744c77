import { exactly } from '../fixtures/conversation.ts';
import { readDatabase, storedMessages } from '../fixtures/database.ts';
import { expect, test } from '../fixtures/desk.ts';
import { isTurn, script, turnRequests } from '../fixtures/script.ts';

const long =
  'Alpha bravo charlie delta echo foxtrot golf hotel india juliett kilo lima mike november oscar.';

test('Stop keeps what was said, in the window and over a restart, and ends the call', async ({ desk }) => {
  script(desk.server, 'Say it all', [{ say: long }]);
  const { app, chat } = await desk.start({ folder: desk.repository().directory });
  const hold = desk.server.faults.hold({ afterEvents: 8, match: isTurn });
  await chat.send('Say it all');
  await hold.reached;
  await expect(chat.agent).toContainText('Alpha bravo');
  await app.window.keyboard.press('Control+.');
  await expect(chat.feed).toContainText('Stopped by you');
  await chat.rests();
  await expect(chat.agent).toContainText('Alpha bravo');
  await expect(chat.agent).not.toContainText('oscar');
  expect(turnRequests(desk.server).map((request) => request.cancelled)).toEqual([true]);
  await app.close();

  const kept = await readDatabase(app.dataDir, async (query) => {
    const [, said] = await storedMessages(query);
    return said?.content[0]?.text ?? '';
  });
  expect(kept).not.toBe('');
  expect(long.startsWith(kept)).toBe(true);

  const later = await desk.again(app);
  await later.chat.chat('Say it all').click();
  await expect(later.chat.agent).toHaveText(exactly(kept));
  await expect(later.chat.feed).toContainText('Stopped by you');
  hold.release();
});

test('queued messages are edited, deleted and moved, and then run one after the other', async ({
  desk,
}) => {
  script(desk.server, 'First', [{ say: long }]);
  script(desk.server, 'Third', [{ say: 'Third is done.' }]);
  script(desk.server, 'Second, but better', [{ say: 'Second is done.' }]);
  const { app, chat } = await desk.start({ folder: desk.repository().directory });
  const hold = desk.server.faults.hold({ afterEvents: 6, match: isTurn });
  await chat.send('First');
  await hold.reached;
  await expect(app.window.getByRole('button', { name: 'Queue' })).toBeVisible();
  for (const [i, text] of ['Second', 'Never', 'Third'].entries()) {
    await chat.send(text);
    await expect(chat.queue).toHaveCount(i + 1);
  }
  await expect(chat.queue).toHaveText(['Second', 'Never', 'Third']);
  await chat.queue.filter({ hasText: 'Never' }).getByRole('button', { name: 'Delete' }).click();
  await expect(chat.queue).toHaveText(['Second', 'Third']);
  await expect(chat.message).toBeFocused();
  await chat.queue.filter({ hasText: 'Third' }).getByRole('button', { name: 'Move up' }).click();
  await expect(chat.queue).toHaveText(['Third', 'Second']);
  await chat.queue.filter({ hasText: 'Second' }).getByRole('button', { name: 'Edit' }).click();
  await expect(chat.message).toHaveValue('Second');
  await chat.send('Second, but better');
  await expect(chat.queue).toHaveText(['Third', 'Second, but better']);
  await app.screenshot('queue');
  hold.release();

  await expect(chat.agent.last()).toContainText('Second is done.', { timeout: 60_000 });
  await chat.rests();
  await expect(chat.queue).toHaveCount(0);
  await expect(chat.you).toContainText(['First', 'Third', 'Second, but better']);
  await expect(chat.you).toHaveCount(3);
  await expect(chat.agent).toContainText([long, 'Third is done.', 'Second is done.']);
});

test('another model that is chosen while the agent works is for the next message, and its row says so', async ({
  desk,
}) => {
  script(desk.server, 'First', [{ say: long }]);
  const { app, chat } = await desk.start({ folder: desk.repository().directory });
  const model = app.window.getByRole('combobox', { name: 'Model', exact: true });
  const hold = desk.server.faults.hold({ afterEvents: 6, match: isTurn });
  await chat.send('First');
  await hold.reached;
  await chat.send('Second');
  await expect(chat.queue).toHaveText(['Second']);
  await model.click();
  await app.window.getByRole('option', { name: /^Demo/ }).click();
  await expect(model).toContainText('next message');
  await chat.send('help');
  await expect(chat.queue).toHaveText(['Second', 'help, answered by Demo model']);
  await app.screenshot('queue-model');
  await chat.queue.filter({ hasText: 'Second' }).getByRole('button', { name: 'Delete' }).click();
  hold.release();
  await expect(chat.you).toContainText(['First', 'help'], { timeout: 60_000 });
  await expect(chat.agent).toContainText([long, /demo/i], { timeout: 60_000 });
  await chat.rests();
  expect(turnRequests(desk.server), 'the demo model is asked within the app').toHaveLength(1);
  await expect(model).toContainText('Demo');
  await expect(model).not.toContainText('next message');
});

test('after Stop the queued message runs next', async ({ desk }) => {
  script(desk.server, 'First', [{ say: long }]);
  script(desk.server, 'Second', [{ say: 'Second is done.' }]);
  const { chat } = await desk.start({ folder: desk.repository().directory });
  const hold = desk.server.faults.hold({ afterEvents: 6, match: isTurn });
  await chat.send('First');
  await hold.reached;
  await expect(chat.agent).toContainText('Alpha');
  await chat.send('Second');
  await expect(chat.stop).toContainText('1 queued runs next');
  await chat.stop.click();
  await expect(chat.agent.last()).toContainText('Second is done.');
  await expect(chat.agent.first()).toContainText('Alpha');
  await expect(chat.agent.first()).not.toContainText('oscar');
  await chat.rests();
  hold.release();
});

test('"Send now" moves a queued message to the front and interrupts for it', async ({ desk }) => {
  script(desk.server, 'First', [{ say: long }]);
  script(desk.server, 'Waits', [{ say: 'The one that waited is done.' }]);
  script(desk.server, 'Promoted', [{ say: 'Promoted is done.' }]);
  const { chat } = await desk.start({ folder: desk.repository().directory });
  const hold = desk.server.faults.hold({ afterEvents: 6, match: isTurn });
  await chat.send('First');
  await hold.reached;
  await expect(chat.agent).toContainText('Alpha');
  await chat.send('Waits');
  await chat.send('Promoted');
  await expect(chat.queue).toHaveText(['Waits', 'Promoted']);
  await chat.queue.filter({ hasText: 'Promoted' }).getByRole('button', { name: 'Send now' }).click();
  await expect(chat.agent.last()).toContainText('The one that waited is done.', { timeout: 60_000 });
  await chat.rests();
  await expect(chat.you).toContainText(['First', 'Promoted', 'Waits']);
  await expect(chat.agent.first()).not.toContainText('oscar');
  hold.release();
});

test('Ctrl+Enter interrupts and runs at once', async ({ desk }) => {
  script(desk.server, 'First', [{ say: long }]);
  script(desk.server, 'At once', [{ say: 'At once is done.' }]);
  const { chat } = await desk.start({ folder: desk.repository().directory });
  const hold = desk.server.faults.hold({ afterEvents: 6, match: isTurn });
  await chat.send('First');
  await hold.reached;
  await expect(chat.agent).toContainText('Alpha');
  await chat.message.fill('At once');
  await chat.message.press('Control+Enter');
  await expect(chat.agent.last()).toContainText('At once is done.', { timeout: 60_000 });
  await chat.rests();
  await expect(chat.agent.first()).not.toContainText('oscar');
  await expect(chat.you).toContainText(['First', 'At once']);
  await expect(chat.message).toHaveValue('');
  hold.release();
});

test('Ctrl+Enter goes before what was queued earlier', async ({ desk }) => {
  script(desk.server, 'First', [{ say: long }]);
  script(desk.server, 'Waits', [{ say: 'The one that waited is done.' }]);
  script(desk.server, 'At once', [{ say: 'At once is done.' }]);
  const { chat } = await desk.start({ folder: desk.repository().directory });
  const hold = desk.server.faults.hold({ afterEvents: 6, match: isTurn });
  await chat.send('First');
  await hold.reached;
  await expect(chat.agent).toContainText('Alpha');
  await chat.send('Waits');
  await expect(chat.queue).toHaveText(['Waits']);
  await chat.message.fill('At once');
  await chat.message.press('Control+Enter');
  await expect(chat.agent.last()).toContainText('The one that waited is done.', { timeout: 60_000 });
  await chat.rests();
  await expect(chat.you).toContainText(['First', 'At once', 'Waits']);
  await expect(chat.you).toHaveCount(3);
  await expect(chat.agent.first()).not.toContainText('oscar');
  await expect(chat.queue).toHaveCount(0);
  hold.release();
});

test('Stop leaves a trace when nothing was said yet, and a stopped command has not failed', async ({
  desk,
}) => {
  script(desk.server, 'Say nothing', [{ say: long }]);
  script(desk.server, 'Take long', [
    { calls: [{ name: 'execute', args: { command: 'echo begun; sleep 300', timeout: '10m' } }] },
    { say: 'Never said.' },
  ]);
  const { app, chat } = await desk.start({ folder: desk.repository().directory, approvals: 'auto' });
  const hold = desk.server.faults.hold({ afterEvents: 0, match: isTurn });
  await chat.send('Say nothing');
  await hold.reached;
  await app.window.keyboard.press('Control+.');
  await expect(chat.feed).toContainText('Stopped by you');
  await chat.rests();
  hold.release();

  await chat.send('Take long');
  // Its output, not the command in the row's head: a call that was stopped before it left is another case.
  await expect(chat.tool('execute').locator('pre').last()).toContainText('begun', { timeout: 60_000 });
  await expect(chat.feed).not.toContainText('Stopped by you');
  await app.window.keyboard.press('Control+.');
  await expect(chat.feed).toContainText('Stopped by you');
  await chat.rests();
  await expect(chat.tool('execute')).toContainText('stopped');
  await expect(chat.tool('execute')).toContainText('begun');
  await expect(chat.tool('execute')).not.toContainText('exit');
});

test('a queued message is dragged to another place, or moved by a key', async ({ desk }) => {
  script(desk.server, 'First', [{ say: long }]);
  const { app, chat } = await desk.start({ folder: desk.repository().directory });
  const hold = desk.server.faults.hold({ afterEvents: 6, match: isTurn });
  await chat.send('First');
  await hold.reached;
  for (const [i, text] of ['One', 'Two', 'Three'].entries()) {
    await chat.send(text);
    await expect(chat.queue).toHaveCount(i + 1);
  }
  await chat.queue.last().dragTo(chat.queue.first());
  await expect(chat.queue).toHaveText(['Three', 'One', 'Two']);
  await chat.queue.first().dragTo(chat.queue.nth(1));
  await expect(chat.queue).toHaveText(['One', 'Three', 'Two']);
  const moved = chat.queue.filter({ hasText: 'Two' });
  await moved.getByRole('button', { name: 'Edit' }).focus();
  await app.window.keyboard.press('Alt+ArrowUp');
  await expect(chat.queue).toHaveText(['One', 'Two', 'Three']);
  await expect(moved.getByRole('button', { name: 'Edit' })).toBeFocused();
  await app.window.keyboard.press('Alt+ArrowDown');
  await expect(chat.queue).toHaveText(['One', 'Three', 'Two']);
  hold.release();
});

test('an earlier message is rewritten: what will be dropped is said first, then the turn runs again', async ({
  desk,
}) => {
  script(desk.server, 'Name a fruit', [{ say: 'Apple.' }]);
  script(desk.server, 'And a tree', [{ say: 'Oak.' }]);
  script(desk.server, 'Name a colour', [{ say: 'Green.' }]);
  const { app, chat } = await desk.start({ folder: desk.repository().directory });
  await chat.send('Name a fruit');
  await expect(chat.agent).toHaveText(exactly('Apple.'), { timeout: 60_000 });
  await chat.rests();
  await chat.send('And a tree');
  await expect(chat.agent.last()).toHaveText(exactly('Oak.'), { timeout: 60_000 });
  await chat.rests();
  await chat.you.first().hover();
  await chat.you.first().getByRole('button', { name: 'Edit message' }).click();
  await expect(chat.message).toHaveValue('Name a fruit');
  await expect(app.window.getByText(/Sending drops 3 messages\./)).toBeVisible();
  await app.screenshot('edit-earlier');
  await chat.message.press('Escape');
  await expect(chat.message).toHaveValue('');
  await expect(chat.you).toHaveCount(2);
  await chat.you.first().hover();
  await chat.you.first().getByRole('button', { name: 'Edit message' }).click();
  await chat.send('Name a colour');
  await expect(chat.agent).toHaveText([exactly('Green.')], { timeout: 60_000 });
  await expect(chat.you).toHaveText([/Name a colour/]);
  await chat.rests();
  const told = JSON.stringify(turnRequests(desk.server).at(-1)?.body);
  expect(told).not.toContain('fruit');
  expect(told).not.toContain('Oak');
  await app.close();
  const later = await desk.again(app);
  await later.chat.chat(/Name a/).click();
  await expect(later.chat.you).toHaveText([/Name a colour/]);
  await expect(later.chat.agent).toHaveText(exactly('Green.'));
});
