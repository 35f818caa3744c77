import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from '../fixtures/desk.ts';
import { script } from '../fixtures/script.ts';
import { inBothThemes, openDetails, writeTemplate } from '../fixtures/workspaces.ts';

const SLOW = { timeout: 60_000 };

/** The id that the first call of the turn, list_templates, told for a name. */
function idOf(results: readonly unknown[], name: string): string {
  const { templates } = results[0] as { templates: readonly { id: string; name: string }[] };
  return templates.find((one) => one.name === name)?.id ?? '';
}

test('an agent without a workspace finds a template, makes one by itself and works there; the window shows it', async ({
  desk,
}) => {
  const repository = desk.repository();
  script(desk.server, 'Fix the area somewhere safe', [
    { calls: [{ name: 'list_templates', args: {} }] },
    {
      calls: [
        {
          name: 'read_template',
          args: (results) => ({ template_id: idOf(results, 'gated-worktree') }),
        },
      ],
    },
    {
      say: 'I take a worktree.',
      calls: [
        {
          name: 'create_workspace',
          args: (results) => ({
            template_id: idOf(results, 'gated-worktree'),
            name: 'safe-place',
            parameters: { repository: repository.directory },
          }),
        },
      ],
    },
    { calls: [{ name: 'execute', args: { command: 'git branch --show-current' } }] },
    { say: 'I work on a branch of my own.' },
  ]);
  const { app, chat } = await desk.start({ folder: repository.directory });
  const page = app.window;
  const gate = path.join(app.homeDir, 'gate');
  writeTemplate(app, 'gated-worktree', [
    'display_name: Gated worktree',
    'parameters:',
    '  - name: repository',
    '    type: string',
    '    required: true',
    'provision: |',
    '  echo Asking at the gate',
    `  until [ -e '${gate}' ]; do sleep 0.1; done`,
    '  git clone --quiet -- "$GAFFER_PARAM_REPOSITORY" .',
    '  git checkout --quiet -b safe-place',
    '  echo Through.',
  ]);
  await page.getByRole('radio', { name: /^Let the agent make its workspace/ }).click();
  await chat.send('Fix the area somewhere safe');
  // Making one asks, whatever the mode: what runs is shown before.
  await expect(chat.approval).toContainText('Gated worktree', SLOW);
  await expect(chat.approval).toContainText('until [ -e');
  await inBothThemes(app, 'agent-asks-to-provision');
  // All of it has to be seen first.
  await chat.approval.getByLabel('What is asked').press('End');
  await chat.approval.getByRole('button', { name: 'Allow once' }).click();
  const row = chat.tool('create_workspace');
  await expect(row).toContainText('Asking at the gate', SLOW);
  await expect(row).toContainText('From the template Gated worktree');
  await expect(page.getByRole('banner')).toContainText('safe-place · this computer', SLOW);
  await expect(page.getByRole('banner')).toContainText('being made');
  await inBothThemes(app, 'agent-provisions');
  fs.writeFileSync(gate, '');
  await expect(row.getByRole('button', { name: /^Made workspace safe-place/ })).toBeVisible(SLOW);
  await chat.approval.getByRole('button', { name: 'Allow once' }).click(SLOW);
  await expect(chat.agent.last()).toContainText('a branch of my own', SLOW);
  await chat.rests();
  await expect(page.getByRole('banner')).not.toContainText('being made');
  await expect(page.getByRole('banner')).toContainText('safe-place', SLOW);
  await expect(chat.tool('list_templates').getByRole('button', { name: 'Listed templates' })).toBeVisible();
  await expect(
    chat.tool('read_template').getByRole('button', { name: 'Read template Gated worktree' }),
  ).toBeVisible();
  await expect(
    chat.tree.getByRole('treeitem', { level: 1 }).filter({ hasText: 'safe-place' }),
  ).toBeVisible();
  await chat.open(row);
  await expect(row).toContainText('safe-place · running');
  const place = await openDetails(page);
  await expect(place).toContainText('an agent');
  await inBothThemes(app, 'agent-made');
});
