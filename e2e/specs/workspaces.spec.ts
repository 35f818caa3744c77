import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from '../fixtures/desk.ts';
import { script } from '../fixtures/script.ts';
import { openSettings } from '../fixtures/settings.ts';
import {
  groupMenu,
  inBothThemes,
  NewWorkspace,
  openDetails,
  placePanel,
  writeTemplate,
} from '../fixtures/workspaces.ts';

/** The app's first work with its agent may take long on a busy machine. */
const SLOW = { timeout: 60_000 };

test('a worktree is made by the dialog from a local repository, told what is wrong first, and worked in', async ({
  desk,
}) => {
  const repository = desk.repository();
  script(desk.server, 'Where are we?', [
    { calls: [{ name: 'execute', args: { command: 'git branch --show-current && pwd' } }] },
    { say: 'On the new branch.' },
  ]);
  const { app, chat } = await desk.start({ folder: repository.directory });
  const page = app.window;
  const made = await NewWorkspace.open(page);
  await made.choose('Branch in a worktree');
  // Where the person is.
  await expect(made.field('Repository')).toHaveValue(repository.directory);
  await inBothThemes(app, 'new-workspace');
  await made.field('New branch').fill('fix a thing');
  await made.field('Repository').fill('shapes');
  await made.create();
  await expect(made.dialog.getByRole('alert')).toHaveText([
    'This is not what is asked for.',
    'Is no name that a branch can have.',
  ]);
  await expect(made.field('Repository')).toBeFocused();
  await inBothThemes(app, 'new-workspace-problems');
  await made.field('Repository').fill(repository.directory);
  await made.field('New branch').fill('fix-a-thing');
  await expect(made.dialog.getByRole('alert')).toHaveCount(0);
  await made.field('Name').fill('fixing');
  await made.create();
  await expect(made.dialog).toBeHidden(SLOW);
  const chosen = page.getByRole('radiogroup', { name: 'Where' }).getByRole('radio', { checked: true });
  await expect(chosen).toContainText('git · fix-a-thing', SLOW);
  await expect(placePanel(page, 'Workspace fixing')).toBeHidden(SLOW);
  await expect(page.getByRole('combobox', { name: 'Approval mode' })).toHaveText('Edit freely');

  await chat.send('Where are we?');
  await chat.approval.getByRole('button', { name: 'Allow once' }).click();
  await expect(chat.agent.last()).toContainText('On the new branch.', SLOW);
  await chat.rests();
  await chat.open(chat.tool('execute'));
  await expect(chat.tool('execute')).toContainText('fix-a-thing');
  await expect(chat.tool('execute')).toContainText('gaffer/fixing');
  const title = page.getByRole('banner');
  await expect(title).toContainText('fixing · this computer');
  await expect(title).toContainText('fix-a-thing');
  const place = await openDetails(page);
  for (const fact of ['worktree on this computer', 'fix-a-thing', 'HEAD · ', 'Branch in a worktree', 'you'])
    await expect(place).toContainText(fact);
  await inBothThemes(app, 'workspace-details');
  expect(repository.git('branch', '--list', 'fix-a-thing')).toContain('fix-a-thing');
});

test('a template is written in the settings, corrected, and its workspace watched while a message is sent there', async ({
  desk,
}) => {
  script(desk.server, 'Begin when you can', [
    { calls: [{ name: 'read_file', args: { path: '.git/HEAD' } }] },
    { say: 'I have.' },
  ]);
  const { app, chat } = await desk.start({ folder: desk.repository().directory });
  const page = app.window;
  const gate = path.join(app.homeDir, 'gate');
  await expect(
    page.getByRole('radiogroup', { name: 'Where' }).getByRole('radio', { checked: true }),
  ).toBeVisible();
  const settings = await openSettings(page, 'Templates');
  await settings.getByRole('button', { name: 'New template' }).click();
  const editor = page.getByRole('dialog', { name: 'New template' });
  const [frame, field] = await Promise.all([editor.boundingBox(), editor.getByLabel('YAML').boundingBox()]);
  expect((field?.x ?? 0) - (frame?.x ?? 0)).toBeGreaterThan(12);
  const yaml = (kind: string) =>
    [
      'id: 0d9f3a52-6c3f-4b9d-8a51-1f2e3d4c5b6a',
      'name: slow-box',
      'display_name: Slow box',
      'description: Waits for a file before it is there.',
      `kind: ${kind}`,
      'directory: ~/gaffer/{name}',
      'parameters:',
      '  - name: gate',
      '    type: string',
      '    required: true',
      '    display_name: Gate',
      '  - name: size',
      '    type: choice',
      '    default: small',
      '    options:',
      '      - value: small',
      '      - value: large',
      'provision: |',
      '  git init --quiet --initial-branch=trunk',
      '  printf "\\033[32mSize is %s\\033[0m\\n" "$GAFFER_PARAM_SIZE"',
      '  until [ -e "$GAFFER_PARAM_GATE" ]; do sleep 0.1; done',
      '  echo Through the gate.',
      'start: |',
      '  echo Up again.',
      'stop: |',
      '  echo Down.',
      '',
    ].join('\n');
  await editor.getByLabel('YAML').fill(yaml('locale'));
  await editor.getByRole('button', { name: 'Save' }).click();
  await expect(editor.getByRole('list', { name: 'Problems' })).toContainText('kind');
  await expect(editor.getByRole('button', { name: 'line 5' })).toBeVisible();
  await inBothThemes(app, 'template-editor');
  await editor.getByLabel('YAML').fill(yaml('local'));
  await editor.getByRole('button', { name: 'Save' }).click();
  await expect(editor).toBeHidden();
  const row = settings.getByRole('list', { name: 'Templates' }).getByRole('listitem', { name: 'Slow box' });
  await expect(row).toContainText('yours');
  await row.scrollIntoViewIfNeeded();
  await inBothThemes(app, 'templates');
  await settings.getByRole('button', { name: 'Close' }).click();

  const made = await NewWorkspace.open(page);
  await made.choose('Slow box');
  await made.field('Gate').fill(gate);
  await made.dialog.getByRole('radio', { name: 'large' }).check();
  await made.field('Name').fill('slow');
  await made.create();
  const panel = placePanel(page, 'Workspace slow');
  await expect(panel).toContainText('Making slow', SLOW);
  await expect(panel).toContainText('Size is large', SLOW);
  await expect(panel.getByRole('timer')).toBeVisible();
  await inBothThemes(app, 'provisioning-new-chat');
  await chat.send('Begin when you can');
  await expect(page.getByRole('banner')).toContainText('being made');
  const group = chat.tree.getByRole('treeitem', { level: 1 }).filter({ hasText: 'slow' });
  await expect(group).toHaveAccessibleName('slow, this computer being made');
  await expect(panel).toContainText('Size is large', SLOW);
  await inBothThemes(app, 'provisioning-chat');
  fs.writeFileSync(gate, '');
  await expect(panel).toBeHidden(SLOW);
  await expect(group).toHaveAccessibleName('slow, this computer');
  // What the message needed of it waited until it was made.
  await expect(chat.agent.last()).toContainText('I have.', SLOW);
  await expect(chat.tool('read_file')).toContainText('.git/HEAD');
  await chat.rests();
  await expect(page.getByRole('banner')).toContainText('trunk', SLOW);

  // Stopped, from the menu of its group; started again, from where it says so.
  await groupMenu(page, 'slow', 'Stop');
  await expect(panel).toContainText('slow is stopped.', SLOW);
  await expect(group).toHaveAccessibleName('slow, this computer stopped');
  await inBothThemes(app, 'stopped');
  await panel.getByRole('button', { name: 'Start' }).click();
  await expect(panel).toBeHidden(SLOW);
  await groupMenu(page, 'slow', 'Show output');
  const output = page.getByRole('dialog', { name: 'Output of slow' });
  await expect(output.getByRole('region', { name: 'Output of start' })).toContainText('Up again.', SLOW);
  await inBothThemes(app, 'output');
});

test('a workspace that cannot be made shows the last lines, is tried again, and one can be given up', async ({
  desk,
}) => {
  const { app } = await desk.start({ folder: desk.repository().directory });
  const page = app.window;
  const ready = path.join(app.homeDir, 'ready');
  writeTemplate(app, 'fragile', [
    'provision: |',
    '  echo Fetching the parts',
    '  echo "\\$ make parts"',
    `  [ -e '${ready}' ] || { echo 'No parts today.' >&2; exit 7; }`,
  ]);
  writeTemplate(app, 'endless', ['provision: |', '  echo Waiting', '  sleep 3600']);
  const made = await NewWorkspace.open(page);
  await made.choose('fragile');
  await made.field('Name').fill('parts');
  await made.create();
  const panel = placePanel(page, 'Workspace parts');
  await expect(panel).toContainText('parts could not be made. The provision script ended with 7.', SLOW);
  await expect(panel).toContainText('No parts today.');
  await inBothThemes(app, 'provision-failed');
  fs.writeFileSync(ready, '');
  await panel.getByRole('button', { name: 'Try again' }).click();
  await expect(panel).toBeHidden(SLOW);
  expect(fs.existsSync(path.join(app.homeDir, 'gaffer/parts'))).toBe(true);

  const other = await NewWorkspace.open(page);
  await other.choose('endless');
  await other.field('Name').fill('never');
  await other.create();
  const busy = placePanel(page, 'Workspace never');
  await expect(busy).toContainText('Waiting', SLOW);
  await busy.getByRole('button', { name: 'Cancel' }).click();
  await expect(busy).toBeHidden(SLOW);
  await expect.poll(() => fs.existsSync(path.join(app.homeDir, 'gaffer/never')), SLOW).toBe(false);
});

test('a workspace is removed only after what would be lost was named; a foreign folder stays', async ({
  desk,
}) => {
  const repository = desk.repository();
  script(desk.server, 'Hello', [{ say: 'Hello.' }]);
  script(desk.server, 'Hi there', [{ say: 'Hi.' }]);
  const { app, chat } = await desk.start({ folder: repository.directory });
  const page = app.window;
  await chat.send('Hi there');
  await expect(chat.agent.last()).toContainText('Hi.', SLOW);
  await chat.newChat();
  const made = await NewWorkspace.open(page);
  await made.choose('Branch in a worktree');
  await made.field('Name').fill('risky');
  await made.create();
  await expect(page.getByRole('banner')).toContainText('risky', SLOW);
  await expect(placePanel(page, 'Workspace risky')).toBeHidden(SLOW);
  await chat.send('Hello');
  await expect(chat.agent.last()).toContainText('Hello.', SLOW);
  const directory = path.join(app.homeDir, 'gaffer/risky');
  fs.writeFileSync(path.join(directory, 'notes.txt'), 'Not committed.\n');
  repository.git('-C', directory, 'commit', '--quiet', '--allow-empty', '-m', 'Only here');

  const dialog = page.getByRole('dialog', { name: 'Remove the workspace risky?' });
  await test.step('a chat is put away with its workspace, which asks the same', async () => {
    await chat.chat('Hello').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Archive and remove workspace…' }).click();
    await expect(dialog).toContainText('notes.txt', SLOW);
    await dialog.getByRole('button', { name: 'Keep' }).click();
    await expect(chat.chat('Hello')).toBeHidden();
    await page.getByRole('button', { name: 'Restore chat' }).last().click();
    await expect(chat.chat('Hello')).toBeVisible();
    await expect(chat.message).toBeFocused();
  });

  await groupMenu(page, 'risky', 'Remove workspace…');
  const uncommitted = dialog.getByRole('list', { name: '1 change that is in no commit' });
  await expect(uncommitted).toContainText('notes.txt', SLOW);
  await expect(dialog.getByRole('list', { name: /^1 commit that nothing else has/ })).toContainText(
    'Only here',
  );
  await expect(dialog.getByRole('button', { name: 'Keep' })).toBeFocused();
  await expect(dialog.getByRole('button', { name: 'Remove anyway' })).toBeHidden();
  await dialog.getByRole('button', { name: 'Remove', exact: true }).click();
  await expect(dialog.getByRole('alert')).toContainText('Nothing was removed yet', SLOW);
  expect(fs.existsSync(path.join(directory, 'notes.txt'))).toBe(true);
  await inBothThemes(app, 'removal');
  await dialog.getByRole('button', { name: 'Remove anyway' }).click();
  await expect(dialog).toBeHidden(SLOW);
  await expect.poll(() => fs.existsSync(directory)).toBe(false);
  expect(repository.git('branch', '--list', 'risky')).toBe('');
  await expect(placePanel(page, 'Removed workspace')).toContainText('was removed', SLOW);

  await groupMenu(page, path.basename(repository.directory), 'Remove from Gaffer…');
  const forget = page.getByRole('dialog', { name: /^Remove shapes from Gaffer/ });
  await expect(forget).toContainText('Its folder stays as it is', SLOW);
  await inBothThemes(app, 'forget');
  await forget.getByRole('button', { name: 'Remove', exact: true }).click();
  await expect(forget).toBeHidden(SLOW);
  expect(fs.existsSync(path.join(repository.directory, 'area.js'))).toBe(true);
});
