import { readDatabase, storedMessages } from '../fixtures/database.ts';
import { expect, test } from '../fixtures/desk.ts';
import { script, turnRequests } from '../fixtures/script.ts';

test('the agent reads a file, edits it and runs the test suite; disk, window and rows agree', async ({
  desk,
}) => {
  const repository = desk.repository('Flächen und Körper – 図形');
  const edit = { search: 'width + height', replace: 'width * height' };
  script(desk.server, 'Fix the area', [
    { say: 'I read the file first.', calls: [{ name: 'read_file', args: { path: 'area.js' } }] },
    { calls: [{ name: 'execute', args: { command: 'node --test' } }] },
    { calls: [{ name: 'edit_files', args: { files: [{ path: 'area.js', edits: [edit] }] } }] },
    { calls: [{ name: 'execute', args: { command: 'node --test' } }] },
    { say: 'The area is a product now, and the suite is green.' },
  ]);
  const { app, chat } = await desk.start({ folder: repository.directory, approvals: 'auto' });

  await chat.send('Fix the area');
  await expect(chat.agent.last()).toContainText('the suite is green', { timeout: 60_000 });
  await chat.rests();

  // The file on the disk.
  expect(repository.read('area.js')).toContain('return width * height;');
  expect(repository.git('status', '--porcelain').trim()).toBe('M area.js');
  // The window.
  await expect(chat.tool('read_file')).toContainText('3 lines');
  await expect(chat.tool('execute').first()).toContainText('exit 1');
  await expect(chat.tool('execute').last()).toContainText('exit 0');
  await expect(chat.tool('edit_files')).toContainText('+1');
  await expect(chat.tool('edit_files')).toContainText('−1');
  await app.screenshot('local-light');
  // What the model was told.
  const last = JSON.stringify(turnRequests(desk.server).at(-1)?.body);
  expect(last).toContain('return width + height;');
  expect(last).toMatch(/\\?"exit_code\\?\\?":0/);

  await app.close();
  await readDatabase(app.dataDir, async (query) => {
    const messages = await storedMessages(query);
    expect(messages.map((message) => message.role).join(' ')).toBe(
      `user ${'assistant tool '.repeat(4)}assistant`,
    );
    const codes = messages
      .flatMap((message) => message.content)
      .filter((part) => part.type === 'tool-result' && part.tool_name === 'execute')
      .map((part) => (part.result as { exit_code: number }).exit_code);
    expect(codes).toEqual([1, 0]);
    const ledger = await query<{ tool: string; state: string }>(
      'select tool, state from chat_tool_calls order by message_id, index',
    );
    expect(ledger.map(({ tool, state }) => `${tool} ${state}`)).toEqual([
      'read_file done',
      'execute done',
      'edit_files done',
      'execute done',
    ]);
    const chats = await query<{ status: string; runner_id: string | null }>(
      'select status, runner_id from chats',
    );
    expect(chats).toEqual([{ status: 'waiting', runner_id: null }]);
  });
  expect(app.pageErrors).toEqual([]);
});
