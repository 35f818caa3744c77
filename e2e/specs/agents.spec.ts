import { type Desk, expect, test } from '../fixtures/desk.ts';
import { script, turnRequests } from '../fixtures/script.ts';

/** The id of the n-th agent that the model has started. */
const agent = (n: number) => (results: readonly unknown[]) => ({
  chat_id: (results[n] as { readonly chat_id?: string }).chat_id,
});

const spawn = (title: string, prompt: string) => ({ name: 'spawn_agent', args: { title, prompt } });

/** A chat that starts two agents and waits for both: one asks to run a command, the other one is at work. */
function scriptCrew({ server }: Desk): void {
  script(server, 'Use a crew', [
    {
      say: 'Two agents.',
      calls: [spawn('List the files', 'List them'), spawn('Read the docs', 'Read them')],
    },
    {
      calls: [
        { name: 'wait_agent', args: agent(0) },
        { name: 'wait_agent', args: agent(1) },
      ],
    },
    { say: 'Both have reported.' },
  ]);
  script(server, 'List them', [
    { calls: [{ name: 'execute', args: { command: 'ls; echo listed' } }] },
    { say: 'There are **four** files.' },
  ]);
  script(server, 'Read them', [{ say: 'Areas of simple shapes are described.' }]);
}

const asksToReadTheDocs = ({ body }: { readonly body: unknown }) =>
  JSON.stringify(body).includes('"Read them"');

test('agents stand below their chat with what they do; a question of one is answered from the chat', async ({
  desk,
}) => {
  scriptCrew(desk);
  const { app, chat } = await desk.start({ folder: desk.repository().directory });
  const hold = desk.server.faults.hold({ afterEvents: 4, match: asksToReadTheDocs });
  await chat.send('Use a crew');
  await hold.reached;

  // In the tree, in the timeline and docked: the same question of the same agent.
  await expect(chat.agentRow('List the files')).toHaveAccessibleName(/^List the files, Asks to run ls/);
  await expect(chat.agentRow('Read the docs')).toHaveAccessibleName('Read the docs, Thinking');
  await expect(chat.chat('Use a crew')).toHaveAccessibleName(/1 agent waiting for you$/);
  await expect(chat.chat('Use a crew')).toHaveAttribute('aria-expanded', 'true');
  const card = (title: string) =>
    chat.tool('spawn_agent').getByRole('button', { name: `Open agent: ${title}` });
  await expect(card('List the files')).toHaveAccessibleName(/Asks to run ls/);
  await expect(card('Read the docs')).toHaveAccessibleName(/Thinking/);
  await expect(chat.approval).toHaveAccessibleName('Approval: List the files');
  await expect(app.window.getByRole('button', { name: 'Inbox, 1 waiting for you' })).toBeVisible();
  await app.screenshot('agents-ask');

  await chat.approval.getByRole('button', { name: 'Allow once' }).click();
  await expect(chat.approval).toBeHidden();
  await expect(chat.message).toBeFocused();
  hold.release();
  await expect(chat.agent.last()).toContainText('Both have reported.', { timeout: 60_000 });
  await chat.rests();
  await expect(card('List the files')).toHaveAccessibleName(/Finished/);

  // At rest they fold away; the report is in the row that waited.
  await expect(chat.agentRow(/./)).toHaveCount(0);
  await expect(chat.chat('Use a crew')).toHaveAttribute('aria-expanded', 'false');
  await chat.tool('wait_agent').getByRole('button', { name: 'Waited for List the files' }).click();
  await expect(chat.tool('wait_agent').first()).toContainText('There are four files.');
  await app.screenshot('agents-done');

  await card('Read the docs').click();
  await expect(app.window.getByRole('heading', { name: 'Read the docs' })).toBeVisible();
  await expect(chat.agent).toContainText('Areas of simple shapes are described.');
  await expect(chat.agentRow('Read the docs')).toHaveAttribute('aria-selected', 'true');
  await app.screenshot('agent-open');
  await app.window.getByRole('button', { name: 'Back to “Use a crew”' }).click();
  await expect(chat.agent.last()).toContainText('Both have reported.');
  expect(app.pageErrors).toEqual([]);
});

test('an agent’s question is in the inbox, too, and opens the agent', async ({ desk }) => {
  scriptCrew(desk);
  const { app, chat } = await desk.start({ folder: desk.repository().directory });
  await chat.send('Use a crew');
  await expect(chat.approval).toBeVisible({ timeout: 60_000 });
  await app.window.getByRole('button', { name: 'Inbox, 1 waiting for you' }).click();
  const inbox = app.window.getByRole('region', { name: 'Inbox' });
  await expect(inbox.getByRole('group', { name: 'Approval: List the files' })).toContainText(
    'ls; echo listed',
  );
  await inbox.getByRole('button', { name: 'Open chat' }).click();
  await expect(app.window.getByRole('heading', { name: 'List the files' })).toBeVisible();
  await chat.approval.getByRole('button', { name: 'Allow once' }).click();
  await expect(chat.agent).toContainText('There are four files.', { timeout: 60_000 });
});

test('Stop ends the chat with all its agents; archiving takes the family away, Undo brings it back', async ({
  desk,
}) => {
  const { server } = desk;
  script(server, 'Use a crew', [
    { calls: [spawn('Sleeps', 'Sleep long'), spawn('Thinks', 'Think long')] },
    {
      calls: [
        { name: 'wait_agent', args: agent(0) },
        { name: 'wait_agent', args: agent(1) },
      ],
    },
    { say: 'Never said.' },
  ]);
  script(server, 'Sleep long', [
    { calls: [{ name: 'execute', args: { command: 'echo begun; sleep 300', timeout: '10m' } }] },
    { say: 'Never said.' },
  ]);
  script(server, 'Think long', [{ say: 'Never said to the end.' }]);
  const { app, chat } = await desk.start({ folder: desk.repository().directory, approvals: 'auto' });
  const match = ({ body }: { readonly body: unknown }) => JSON.stringify(body).includes('"Think long"');
  const hold = server.faults.hold({ afterEvents: 3, match });
  await chat.send('Use a crew');
  await hold.reached;
  await expect(chat.agentRow('Sleeps')).toHaveAccessibleName(/Running echo begun/);
  await expect(chat.tool('wait_agent')).toHaveCount(2);
  const stopAll = app.window.getByRole('button', { name: 'Stop all' });
  await expect(stopAll).toContainText('2 agents');
  await app.screenshot('stop-all');
  await app.window.keyboard.press('Control+.');
  await expect(chat.feed).toContainText('Stopped by you');
  await expect(stopAll).toBeHidden();
  await chat.rests();
  await expect(chat.chat('Use a crew')).toHaveAttribute('aria-expanded', 'false');

  await chat.chat('Use a crew').focus();
  await chat.tree.press('ArrowRight');
  await expect(chat.agentRow(/./)).toHaveCount(2);
  await expect(chat.agentRow('Sleeps')).toHaveAccessibleName(/Stopped/);
  await chat.agentRow('Sleeps').click();
  await expect(chat.tool('execute')).toContainText('stopped');
  await app.window.getByRole('button', { name: 'Back to “Use a crew”' }).click();

  await app.window.getByRole('button', { name: 'Archive chat' }).click();
  await expect(chat.tree.getByRole('treeitem', { level: 2 })).toHaveCount(0);
  await expect(chat.agentRow(/./)).toHaveCount(0);
  await expect(app.window.getByRole('status', { name: 'Announcements' })).toHaveText(
    'Archived “Use a crew” and 2 agents',
  );
  await app.screenshot('archived-family');
  await app.window.getByRole('button', { name: 'Undo' }).click();
  await expect(chat.chat('Use a crew')).toHaveAttribute('aria-selected', 'true');
  await expect(chat.feed).toContainText('Stopped by you');
  await chat.chat('Use a crew').focus();
  await chat.tree.press('ArrowRight');
  await expect(chat.agentRow(/./)).toHaveCount(2);
  hold.release();
});

test('a chat that goes in circles asks; "Keep going" goes on once, "Stop" ends the turn', async ({
  desk,
}) => {
  const again = { calls: [{ name: 'execute', args: { command: 'echo the same' } }] };
  script(desk.server, 'Go in circles', [again, again, again, again, again, again, { say: 'Never said.' }]);
  const { app, chat } = await desk.start({ folder: desk.repository().directory, approvals: 'auto' });
  await chat.send('Go in circles');
  const loop = app.window.getByRole('group', { name: 'Loop: Go in circles' });
  await expect(loop).toContainText('made the same call 3 times in a row', { timeout: 60_000 });
  await expect(loop).toContainText('echo the same');
  await expect(chat.tool('execute')).toHaveCount(3);
  await expect(app.window.getByRole('button', { name: 'Inbox, 1 waiting for you' })).toBeVisible();
  await expect(chat.message).toBeFocused();
  await app.screenshot('loop');
  await loop.getByRole('button', { name: 'Keep going' }).click();
  await expect(chat.tool('execute')).toHaveCount(6, { timeout: 60_000 });
  await loop.getByRole('button', { name: 'Stop' }).click();
  await expect(loop).toBeHidden();
  await chat.rests();
  await expect(chat.chat('Go in circles')).toHaveAccessibleName('Go in circles');
  await expect(chat.agent).toHaveCount(0);
});

test('two agents that edit work in worktrees of their own, side by side; their chat sees what they committed', async ({
  desk,
}) => {
  const { server } = desk;
  const repository = desk.repository();
  const edits = (title: string, prompt: string) => ({
    name: 'spawn_agent',
    args: { title, prompt, edits: true },
  });
  const change = (word: string) => [
    {
      calls: [
        {
          name: 'execute',
          args: {
            command: `pwd; echo ${word} > ${word}.txt && git add . && git -c user.name=Ada -c user.email=ada@example.com commit -qm ${word}`,
          },
        },
      ],
    },
    { say: `Committed ${word}.` },
  ];
  script(server, 'Use a crew', [
    { calls: [edits('Add one', 'Write one'), edits('Add two', 'Write two')] },
    {
      calls: [
        { name: 'wait_agent', args: agent(0) },
        { name: 'wait_agent', args: agent(1) },
      ],
    },
    { calls: [{ name: 'execute', args: { command: 'git log --all --format=%s; ls' } }] },
    { say: 'Both are committed.' },
  ]);
  script(server, 'Write one', change('one'));
  script(server, 'Write two', change('two'));
  const { app, chat } = await desk.start({ folder: repository.directory, approvals: 'auto' });
  await chat.send('Use a crew');
  await expect(chat.agent.last()).toContainText('Both are committed.', { timeout: 120_000 });
  await chat.rests();
  const told = JSON.stringify(turnRequests(server).at(-1)?.body);
  expect(/branch\\+":\\+"([\w-]+)/.exec(told)?.[1]).toBe('add-one');
  expect(repository.git('log', '--all', '--format=%s').split('\n').toSorted()).toEqual([
    '',
    'First',
    'one',
    'two',
  ]);
  // The folder itself is as it was.
  expect(repository.git('status', '--porcelain')).toBe('');
  expect(repository.git('log', '--format=%s')).toBe('First\n');
  await expect(chat.tool('spawn_agent').first()).toContainText('add-one');
  await app.screenshot('agents-worktrees');
  await chat.tool('spawn_agent').getByRole('button', { name: 'Open agent: Add one' }).click();
  await expect(app.window.getByRole('banner')).toContainText('add-one');
  expect(app.pageErrors).toEqual([]);
});
