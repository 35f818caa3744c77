import fs from 'node:fs';
import path from 'node:path';
import { expect } from '../fixtures/desk.ts';
import { script, scriptTitle } from '../fixtures/script.ts';
import { groupMenu, NewWorkspace, placePanel } from '../fixtures/workspaces.ts';
import { CODE, type HostWorld, PASSWORD } from './host-world.ts';
import { escape, type Scene, settings } from './scene.ts';
import { OUTBOX } from './scripts.ts';

/** A first connection uploads the agent. */
const SLOW = { timeout: 120_000 };

/** All that a machine elsewhere asks and tells, in the order in which a person meets it. */
export const hostScenes: readonly Scene<HostWorld>[] = [
  {
    name: 'trust',
    async show({ page }) {
      await expect(page.getByRole('dialog', { name: 'Trust this folder?' })).toBeVisible(SLOW);
    },
    leave: ({ page }) =>
      page
        .getByRole('dialog', { name: 'Trust this folder?' })
        .getByRole('button', { name: 'Trust', exact: true })
        .click(),
  },
  {
    name: 'another-place',
    async show({ page, dialogs }) {
      await page.getByRole('button', { name: 'Another folder or host…' }).click();
      await dialogs.form.getByRole('combobox', { name: 'SSH host' }).click();
      await expect(page.getByRole('option', { name: /^gpu-box/ })).toBeVisible();
    },
    leave: ({ page }) => page.keyboard.press('Escape'),
  },
  {
    name: 'another-place-problem',
    async show({ dialogs }) {
      await dialogs.connect('dev-box.build.internal', '/srv/api-server');
      await expect(dialogs.form.getByRole('alert')).toBeVisible(SLOW);
    },
  },
  {
    name: 'doctor-failed',
    async show({ dialogs }) {
      await dialogs.form.getByRole('button', { name: 'Open doctor' }).click();
      await expect(dialogs.doctor.getByRole('group', { name: 'What helps' })).toBeVisible(SLOW);
    },
    leave: escape,
  },
  {
    name: 'host-key',
    async show({ dialogs, repository }) {
      await dialogs.connect('gpu-box', repository.directory);
      await expect(dialogs.unknownKey).toBeVisible(SLOW);
      await dialogs.unknownKey
        .getByLabel('Compare with…')
        .fill('SHA256:zH1r5nqf9yXo8m0m7Cq2Qp0j3sXw1b8e4uV6tKk9aLs');
    },
    async leave({ dialogs }) {
      await dialogs.unknownKey.getByLabel('Compare with…').fill('');
      await dialogs.trust();
    },
  },
  {
    name: 'sign-in',
    async show({ dialogs }) {
      await dialogs.answer('Password', 'wrong');
      await expect(dialogs.signIn.getByRole('alert')).toBeVisible(SLOW);
    },
    async leave({ dialogs }) {
      await dialogs.answer('Password', PASSWORD);
      await dialogs.answer('Verification code', CODE);
      await expect(dialogs.form).toBeHidden(SLOW);
    },
  },
  {
    name: 'new-chat-on-host',
    async show({ page }) {
      await expect(page.getByRole('radiogroup', { name: 'Where' })).toContainText('gpu-box', SLOW);
    },
  },
  {
    name: 'settings-hosts',
    async show(world) {
      const part = await settings(world, 'Hosts');
      await expect(part.getByRole('listitem', { name: 'gpu-box' })).toContainText('connected', SLOW);
    },
  },
  {
    name: 'settings-hosts-remove',
    async show(world) {
      const part = await settings(world, 'Hosts');
      const row = part.getByRole('listitem', { name: 'gpu-box' });
      await row.getByRole('button', { name: 'Remove Gaffer from this host…' }).click();
      await expect(row.getByRole('button', { name: 'Keep' })).toBeVisible();
    },
    leave: ({ page }) => page.getByRole('button', { name: 'Keep' }).click(),
  },
  {
    name: 'doctor',
    async show(world) {
      const part = await settings(world, 'Hosts');
      const row = part.getByRole('listitem', { name: 'gpu-box' });
      await row.getByRole('button', { name: 'Doctor' }).click();
      await expect(world.dialogs.doctor).toContainText(/Connected in/, SLOW);
    },
    async leave(world) {
      await escape(world);
      await escape(world);
    },
  },
  {
    name: 'new-workspace-on-host',
    async show({ page }) {
      const made = await NewWorkspace.open(page);
      await made.choose('Clone on a host');
      await expect(made.dialog.getByRole('combobox', { name: 'Host' })).toBeVisible();
    },
    leave: escape,
  },
  {
    name: 'remove-workspace-losses',
    async show({ app, chat, page, repository, server }) {
      const made = await NewWorkspace.open(page);
      await made.choose('Branch in a worktree');
      await made.field('Repository').fill(repository.directory);
      await made.field('New branch').fill('try/outbox');
      await made.field('Name').fill('outbox');
      await made.create();
      await expect(made.dialog).toBeHidden(SLOW);
      await expect(placePanel(page, 'Workspace outbox')).toBeHidden(SLOW);
      script(server, OUTBOX.told, [{ say: 'It is written down.' }]);
      scriptTitle(server, OUTBOX.told, OUTBOX.title);
      await chat.send(OUTBOX.told);
      await expect(chat.agent.last()).toContainText('It is written down.', SLOW);
      const directory = path.join(app.homeDir, 'gaffer/outbox');
      await expect.poll(() => fs.existsSync(path.join(directory, 'package.json')), SLOW).toBe(true);
      fs.writeFileSync(path.join(directory, 'notes.txt'), 'Not committed.\n');
      repository.git('-C', directory, 'commit', '--quiet', '--allow-empty', '-m', 'Write the outbox down');
      await groupMenu(page, 'outbox', 'Remove workspace…');
      const dialog = page.getByRole('dialog', { name: 'Remove the workspace outbox?' });
      await expect(dialog).toContainText('notes.txt', SLOW);
      await dialog.getByRole('button', { name: 'Remove', exact: true }).click();
      await expect(dialog.getByRole('alert')).toBeVisible(SLOW);
    },
    leave: escape,
  },
];
