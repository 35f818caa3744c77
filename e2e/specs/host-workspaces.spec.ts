import fs from 'node:fs';
import path from 'node:path';
import { script } from '../fixtures/script.ts';
import { configureHost, giveKey, placeOf } from '../fixtures/ssh-person.ts';
import { expect, pickMode, test } from '../fixtures/ssh-workspace.ts';
import { groupMenu, inBothThemes, NewWorkspace, placePanel } from '../fixtures/workspaces.ts';

/** A first connection uploads the agent. */
const SLOW = { timeout: 90_000 };

test('a clone is made on a host of the ssh configuration that was not used before, worked in and removed', async ({
  desk,
  hosts,
}) => {
  test.setTimeout(300_000);
  const host = await hosts.start();
  const person = host.person();
  giveKey(person, host.sshd, 'id_ed25519');
  configureHost(person, 'gpu-box', { ...placeOf(host.sshd), IdentityFile: '~/.ssh/id_ed25519' });
  const repository = desk.repository();
  script(desk.server, 'Look around', [
    { calls: [{ name: 'execute', args: { command: 'git branch --show-current' } }] },
    { say: 'A clone on a host.' },
  ]);
  const { app, chat } = await desk.start({ ...person, folder: repository.directory });
  const page = app.window;
  const directory = path.join(host.remoteHome, 'copy');
  const made = await NewWorkspace.open(page);
  await made.choose('Clone on a host');
  await made.field('Repository').fill(repository.directory);
  await made.field('New branch').fill('on-the-host');
  await made.field('Directory').fill(directory);
  await made.field('Name').fill('copy');
  await made.create();
  await expect(made.dialog.getByRole('alert')).toHaveText('Choose a host.');
  const target = made.dialog.getByRole('combobox', { name: 'Host' });
  await expect(target).toBeFocused();
  await target.press('ArrowDown');
  await target.press('ArrowDown');
  await expect(made.dialog.getByRole('option', { name: 'gpu-box' })).toHaveAttribute(
    'aria-selected',
    'true',
  );
  await target.press('Enter');
  await expect(target).toHaveValue('gpu-box');
  await made.create();
  await expect(made.dialog).toBeHidden(SLOW);
  await expect(page.getByRole('banner')).toContainText('copy · gpu-box', SLOW);
  await expect(placePanel(page, 'Workspace copy')).toBeHidden(SLOW);
  expect(fs.existsSync(path.join(directory, 'area.js'))).toBe(true);
  await pickMode(chat, 'Full auto');
  await chat.send('Look around');
  await expect(chat.agent.last()).toContainText('A clone on a host.', SLOW);
  await chat.rests();
  await chat.open(chat.tool('execute'));
  await expect(chat.tool('execute')).toContainText('on-the-host');
  await expect(page.getByRole('banner')).toContainText('on-the-host');
  await inBothThemes(app, 'host-workspace');

  await groupMenu(page, 'copy', 'Remove workspace…');
  const dialog = page.getByRole('dialog', { name: 'Remove the workspace copy?' });
  await expect(dialog).toContainText('Everything there is committed', SLOW);
  await dialog.getByRole('button', { name: 'Remove', exact: true }).click();
  await expect(dialog).toBeHidden(SLOW);
  await expect.poll(() => fs.existsSync(directory), SLOW).toBe(false);
});
