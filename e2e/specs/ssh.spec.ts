import fs from 'node:fs';
import path from 'node:path';
import { agentPids } from '../fixtures/agents.ts';
import { readDatabase, storedMessages } from '../fixtures/database.ts';
import { isAlive } from '../fixtures/process-tree.ts';
import { type ScriptedStep, script } from '../fixtures/script.ts';
import { agentsReached, expect, openSsh, pickMode, test } from '../fixtures/ssh-workspace.ts';

const repair: readonly ScriptedStep[] = [
  { say: 'I read the file first.', calls: [{ name: 'read_file', args: { path: 'area.js' } }] },
  { calls: [{ name: 'execute', args: { command: 'npm test', timeout: '2m' } }] },
  {
    calls: [
      {
        name: 'edit_files',
        args: {
          files: [{ path: 'area.js', edits: [{ search: 'width + height', replace: 'width * height' }] }],
        },
      },
    ],
  },
  { calls: [{ name: 'execute', args: { command: 'npm test', timeout: '2m' } }] },
  { say: 'The area is a product now, and the suite is green.' },
];

test('the main job on a host: first the agent is uploaded, on the next start it is found running', async ({
  desk,
  hosts,
}) => {
  test.setTimeout(300_000);
  const host = await hosts.start();
  const repository = desk.repository('Körper & 図形');
  script(desk.server, 'Fix the area', repair);
  script(desk.server, 'Test it again', [
    { calls: [{ name: 'execute', args: { command: 'npm test', timeout: '2m' } }] },
    { say: 'Still green.' },
  ]);
  const { app, chat } = await desk.start(host.person());

  await openSsh(chat, {
    target: host.target,
    directory: repository.directory,
    identityFile: host.sshd.clientKey,
  });
  await pickMode(chat, 'Full auto');
  await chat.send('Fix the area');
  await expect(chat.agent.last()).toContainText('the suite is green', { timeout: 90_000 });
  await chat.rests();

  // The file on the host's disk, which is this one.
  expect(repository.read('area.js')).toContain('return width * height;');
  expect(repository.git('status', '--porcelain').trim()).toBe('M area.js');
  // The window.
  await expect(chat.tool('execute').first()).toContainText('exit 1');
  await expect(chat.tool('execute').last()).toContainText('exit 0');
  await expect(chat.tool('edit_files')).toContainText('+1');
  await expect(chat.page.getByRole('banner')).toContainText(host.target);
  await app.screenshot('ssh');
  expect(agentsReached(app)).toEqual([true]);
  const uploaded = host.agentFile();
  expect(uploaded).not.toBeNull();
  await app.close();

  await readDatabase(app.dataDir, async (query) => {
    const parts = (await storedMessages(query)).flatMap((message) => message.content);
    const codes = parts
      .filter((part) => part.type === 'tool-result' && part.tool_name === 'execute')
      .map((part) => (part.result as { exit_code: number }).exit_code);
    expect(codes).toEqual([1, 0]);
    expect(await query('select tool, state from chat_tool_calls order by message_id, index')).toEqual([
      { tool: 'read_file', state: 'done' },
      { tool: 'execute', state: 'done' },
      { tool: 'edit_files', state: 'done' },
      { tool: 'execute', state: 'done' },
    ]);
    expect(await query('select kind, directory, mode from workspaces')).toEqual([
      { kind: 'ssh', directory: repository.directory, mode: 'auto' },
    ]);
    expect(await query('select target, identity_file from hosts')).toEqual([
      { target: host.target, identity_file: host.sshd.clientKey },
    ]);
  });

  const warm = await desk.again(app);
  await warm.chat.chat(/Fix the area/).click();
  await expect(warm.chat.agent.last()).toContainText('the suite is green');
  await warm.chat.send('Test it again');
  await expect(warm.chat.agent.last()).toContainText('Still green.', { timeout: 60_000 });
  await expect(warm.chat.tool('execute').last()).toContainText('exit 0');
  expect(agentsReached(warm.app)).toEqual([true, false]);
  expect(host.agentFile()).toEqual(uploaded);
  expect([...app.pageErrors, ...warm.app.pageErrors]).toEqual([]);
});

test('a connection that is cut in mid-command comes back by itself; the command runs once, with its whole output', async ({
  desk,
  hosts,
}) => {
  test.setTimeout(240_000);
  const host = await hosts.start();
  const repository = desk.repository();
  const go = path.join(repository.directory, 'go');
  const command = [
    'echo once >> log.txt',
    'seq 1 50',
    'while [ ! -e go ]; do sleep 0.1; done',
    'seq 51 100',
    'echo the end',
  ].join('; ');
  script(desk.server, 'Run the long one', [
    { calls: [{ name: 'execute', args: { command, timeout: '10m' } }] },
    { say: 'It ran to its end.' },
  ]);
  const { app, chat } = await desk.start(host.person());
  await openSsh(chat, {
    target: host.target,
    directory: repository.directory,
    identityFile: host.sshd.clientKey,
  });
  await pickMode(chat, 'Full auto');
  await chat.send('Run the long one');
  await expect(chat.tool('execute')).toContainText('50', { timeout: 30_000 });

  // A short cut: nobody has to do anything.
  expect(await host.sshd.cut()).toBeGreaterThan(0);
  await expect.poll(() => agentsReached(app), { timeout: 60_000 }).toEqual([true, false]);
  // A long one: the window says so where the place is named, and the chat waits.
  await host.sshd.stop();
  const place = chat.page.getByRole('banner');
  await expect(place).toContainText('reconnecting', { timeout: 30_000 });
  await expect(chat.tree.getByRole('treeitem', { level: 1 })).toHaveAccessibleName(/reconnecting/);
  await app.screenshot('ssh-link-down');
  await expect(chat.error).toBeHidden();
  await host.sshd.restart();
  await expect(place).not.toContainText('reconnecting', { timeout: 60_000 });
  await expect(place).toContainText(host.target);

  fs.writeFileSync(go, '');
  await expect(chat.agent.last()).toContainText('It ran to its end.', { timeout: 60_000 });
  await chat.rests();
  await expect(chat.tool('execute')).toContainText('exit 0');
  await chat.open(chat.tool('execute'));
  await expect(chat.tool('execute')).toContainText('the end');
  expect(repository.read('log.txt')).toBe('once\n');
  await app.close();
  await readDatabase(app.dataDir, async (query) => {
    const outputs = (await storedMessages(query))
      .flatMap((message) => message.content)
      .filter((part) => part.type === 'tool-result')
      .map((part) => (part.result as { output: string }).output.trim().split('\n'));
    const lines = Array.from({ length: 100 }, (_, i) => `${i + 1}`);
    expect(outputs).toEqual([[...lines, 'the end']]);
  });
});

test('the agent of the host is killed in mid-command: another one takes over; the command runs once, with its whole output', async ({
  desk,
  hosts,
}) => {
  test.setTimeout(240_000);
  const host = await hosts.start();
  const repository = desk.repository();
  const command = [
    'echo once >> log.txt',
    'seq 1 50',
    'while [ ! -e go ]; do sleep 0.1; done',
    'seq 51 100',
    'echo the end',
  ].join('; ');
  script(desk.server, 'Run the long one', [
    { calls: [{ name: 'execute', args: { command, timeout: '10m' } }] },
    { say: 'It ran to its end.' },
  ]);
  const { app, chat } = await desk.start(host.person());
  await openSsh(chat, {
    target: host.target,
    directory: repository.directory,
    identityFile: host.sshd.clientKey,
  });
  await pickMode(chat, 'Full auto');
  await chat.send('Run the long one');
  await expect(chat.tool('execute')).toContainText('50', { timeout: 60_000 });

  const agents = () => [...new Set(agentPids(host.remoteHome))];
  const killed = agents();
  expect(killed).toHaveLength(1);
  for (const pid of killed) process.kill(pid, 'SIGKILL');
  await expect.poll(() => killed.some(isAlive), { timeout: 60_000 }).toBe(false);
  // The connection stands: the chat's own wait for the command finds out, and starts another agent.
  await expect.poll(() => agents().length, { timeout: 60_000 }).toBe(1);
  await expect(chat.error).toBeHidden();
  await expect(chat.tool('execute')).toContainText('50');

  fs.writeFileSync(path.join(repository.directory, 'go'), '');
  await expect(chat.agent.last()).toContainText('It ran to its end.', { timeout: 60_000 });
  await chat.rests();
  await expect(chat.tool('execute')).toContainText('exit 0');
  expect(repository.read('log.txt')).toBe('once\n');
  expect(agentsReached(app)).toEqual([true, false]);
  await app.close();
  await readDatabase(app.dataDir, async (query) => {
    const outputs = (await storedMessages(query))
      .flatMap((message) => message.content)
      .filter((part) => part.type === 'tool-result')
      .map((part) => (part.result as { output: string }).output.trim().split('\n'));
    const lines = Array.from({ length: 100 }, (_, i) => `${i + 1}`);
    expect(outputs).toEqual([[...lines, 'the end']]);
  });
});
