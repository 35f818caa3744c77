import fs from 'node:fs';
import path from 'node:path';
import type { RunningApp } from '../fixtures/app.ts';
import type { Conversation } from '../fixtures/conversation.ts';
import { readDatabase, storedMessages } from '../fixtures/database.ts';
import { expect, test } from '../fixtures/desk.ts';
import { isTurn, script, turnRequests } from '../fixtures/script.ts';

// Whatever is killed here is the app with all of its own processes; the workspace agent is not one of them.

/** Resolves when the database holds the draft of the only chat. */
async function draftIsSaved({ window }: RunningApp, chat: Conversation, text: string): Promise<void> {
  const key = (await chat.tree.getByRole('treeitem', { level: 2 }).getAttribute('id'))?.replace(
    'tree-',
    '',
  );
  const stored = () =>
    window.evaluate(async (of) => {
      const { gaffer } = globalThis as unknown as {
        gaffer: { invoke(name: string, input: unknown): Promise<{ value?: { text: string } }> };
      };
      return (await gaffer.invoke('draft.get', { key: of })).value?.text;
    }, key);
  await expect.poll(stored).toBe(text);
}

test('killed in mid-stream, the chat goes on by itself and no word is doubled or lost', async ({
  desk,
}) => {
  const words = Array.from({ length: 60 }, (_, i) => `word${i + 1}`).join(' ');
  script(desk.server, 'Say sixty words', [{ think: 'Sixty it is.', say: words }]);
  const hold = desk.server.faults.hold({ match: isTurn, afterEvents: 25 });
  const repository = desk.repository();
  const { app, chat } = await desk.start({ folder: repository.directory });
  await chat.send('Say sixty words');
  await hold.reached;
  await expect(chat.agent.last()).toContainText('word1 ');

  await app.kill();
  hold.release();
  const back = await desk.again(app);
  // Nobody has opened the chat yet.
  await expect.poll(() => turnRequests(desk.server).length, { timeout: 60_000 }).toBe(2);
  await back.chat.chat(/Say sixty words/).click();
  await expect(back.chat.agent.last()).toContainText('word60', { timeout: 60_000 });
  await back.chat.rests();
  await expect(back.chat.you).toHaveCount(1);
  await expect(back.chat.feed.getByText(words, { exact: true })).toHaveCount(1);
  await back.app.close();
  await readDatabase(app.dataDir, async (query) => {
    const messages = await storedMessages(query);
    expect(messages.map((message) => message.role)).toEqual(['user', 'assistant']);
    expect(messages[1]?.content.map((part) => part.text)).toEqual(['Sixty it is.', words]);
    expect(await query('select status, runner_id, retry_state from chats')).toEqual([
      { status: 'waiting', runner_id: null, retry_state: null },
    ]);
  });
});

test('killed twice in mid-command, the command runs once and its whole output is there', async ({
  desk,
}) => {
  test.setTimeout(240_000);
  const repository = desk.repository();
  const file = (name: string) => path.join(repository.directory, name);
  const command = [
    'echo once >> log.txt',
    'seq 1 50',
    'while [ ! -e go ]; do sleep 0.1; done',
    'seq 51 100',
    'echo the end',
    'touch ended',
  ].join('; ');
  script(desk.server, 'Run the long one', [
    { say: 'I run it.', calls: [{ name: 'execute', args: { command, timeout: '10m' } }] },
    { say: 'It ran to its end.' },
  ]);
  const first = await desk.start({ folder: repository.directory, approvals: 'auto' });
  await first.chat.send('Run the long one');
  await expect(first.chat.tool('execute')).toContainText('50', { timeout: 30_000 });

  await first.app.kill();
  const second = await desk.again(first.app);
  await second.chat.chat(/Run the long one/).click();
  // The command went on meanwhile, and its output is followed again.
  await expect(second.chat.tool('execute').getByRole('button').first()).toHaveAccessibleName(/^Running /);
  await expect(second.chat.tool('execute')).toContainText('50', { timeout: 30_000 });

  // This time it ends while nobody is there to see it.
  await second.app.kill();
  fs.writeFileSync(file('go'), '');
  await expect.poll(() => fs.existsSync(file('ended')), { timeout: 30_000 }).toBe(true);
  const third = await desk.again(first.app);
  await expect.poll(() => turnRequests(desk.server).length, { timeout: 60_000 }).toBe(2);
  await third.chat.chat(/Run the long one/).click();
  await expect(third.chat.agent.last()).toContainText('It ran to its end.', { timeout: 60_000 });
  await third.chat.rests();
  await expect(third.chat.tool('execute')).toHaveCount(1);
  await expect(third.chat.tool('execute')).toContainText('exit 0');
  await third.chat.open(third.chat.tool('execute'));
  await expect(third.chat.tool('execute')).toContainText('the end');
  await third.chat
    .tool('execute')
    .getByRole('button', { name: /lines above$/ })
    .click();
  const lines = Array.from({ length: 100 }, (_, i) => `${i + 1}`);
  await expect(third.chat.tool('execute')).toContainText(lines.join('\n'));
  expect(repository.read('log.txt')).toBe('once\n');
  await third.app.close();
  await readDatabase(first.app.dataDir, async (query) => {
    const results = (await storedMessages(query))
      .flatMap((message) => message.content)
      .filter((part) => part.type === 'tool-result')
      .map((part) => part.result as { output: string; exit_code: number });
    expect(results.map((result) => result.exit_code)).toEqual([0]);
    expect(results[0]?.output.trim().split('\n')).toEqual([...lines, 'the end']);
    expect(await query('select tool, state from chat_tool_calls')).toEqual([
      { tool: 'execute', state: 'done' },
    ]);
  });
});

test('a queued message and a draft survive a kill', async ({ desk }) => {
  script(desk.server, 'The first', [{ say: 'This answers the first message at some length.' }]);
  script(desk.server, 'The second', [{ say: 'And this the second.' }]);
  const hold = desk.server.faults.hold({ match: isTurn, afterEvents: 3, times: 2 });
  const { app, chat } = await desk.start({ folder: desk.repository().directory });
  await chat.send('The first');
  await hold.reached;
  await chat.send('The second');
  await expect(chat.queue).toHaveText([/The second/]);
  await chat.message.fill('half a thought');
  await draftIsSaved(app, chat, 'half a thought');

  await app.kill();
  const back = await desk.again(app);
  await expect.poll(() => turnRequests(desk.server).length, { timeout: 60_000 }).toBe(2);
  await back.chat.chat(/The first/).click();
  await expect(back.chat.queue).toHaveText([/The second/]);
  await expect(back.chat.message).toHaveValue('half a thought');
  hold.release();
  await expect(back.chat.agent.last()).toContainText('And this the second.', { timeout: 60_000 });
  await back.chat.rests();
  await expect(back.chat.you).toHaveText([/The first/, /The second/]);
  await expect(back.chat.agent).toHaveText([
    /^This answers the first message at some length\./,
    /^And this the second\./,
  ]);
  await expect(back.chat.queue).toHaveCount(0);
  await expect(back.chat.message).toHaveValue('half a thought');
});

test('killed while it asks, the chat asks again and takes the answer', async ({ desk }) => {
  const repository = desk.repository();
  script(desk.server, 'Ask me', [
    { calls: [{ name: 'execute', args: { command: 'echo allowed >> log.txt' } }] },
    { say: 'Thank you.' },
  ]);
  const { app, chat } = await desk.start({ folder: repository.directory, approvals: 'ask' });
  await chat.send('Ask me');
  await expect(chat.approval).toContainText('echo allowed >> log.txt', { timeout: 30_000 });

  await app.kill();
  const back = await desk.again(app);
  const row = back.chat.chat(/Ask me/);
  await expect(row).toHaveAccessibleName(/, Asks /);
  await row.click();
  await expect(back.chat.approval).toContainText('echo allowed >> log.txt');
  expect(fs.existsSync(path.join(repository.directory, 'log.txt'))).toBe(false);
  await back.chat.approval.getByRole('button', { name: 'Allow once' }).click();
  await expect(back.chat.agent.last()).toContainText('Thank you.', { timeout: 60_000 });
  await back.chat.rests();
  await expect(back.chat.tool('execute')).toContainText('exit 0');
  expect(repository.read('log.txt')).toBe('allowed\n');
  expect(turnRequests(desk.server)).toHaveLength(2);
});
