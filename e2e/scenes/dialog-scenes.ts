import path from 'node:path';
import { expect } from '../fixtures/desk.ts';
import { answerDialogs } from '../fixtures/dialogs.ts';
import { startWith } from '../fixtures/second-start.ts';
import { ask } from '../fixtures/window-calls.ts';
import { groupMenu, NewWorkspace } from '../fixtures/workspaces.ts';
import { escape, type Scene, settings } from './scene.ts';
import { FLAKY, NOTES, OUTBOX, UPGRADE } from './scripts.ts';
import { open } from './world.ts';

const LINK = 'Look at the failing build, and tell me what you would change.\nDo not push.';

const chatScenes: readonly Scene[] = [
  {
    name: 'link-question',
    async show(world) {
      await open(world.chat, OUTBOX);
      await world.chat.feed.getByRole('link', { name: 'the pattern' }).click();
      await expect(world.page.getByRole('dialog', { name: 'Open this link?' })).toBeVisible();
    },
    leave: escape,
  },
  {
    name: 'fork',
    async show({ chat, page }) {
      await open(chat, UPGRADE);
      await chat.agent.last().hover();
      await page.getByRole('button', { name: /^Fork/ }).last().click();
      await expect(page.getByRole('main')).toContainText('Forked from', { timeout: 60_000 });
      // Its title comes with the tree.
      await expect(page.getByRole('banner').getByRole('heading')).toHaveText(/\S/);
      await expect(chat.you.first()).toBeVisible();
    },
  },
  {
    name: 'budget',
    async show({ chat, page, ids }) {
      const chatId = ids.get(NOTES);
      if (!chatId) throw new Error('the scene has no such chat');
      await ask(page, 'chat.setBudget', { chatId, capMicros: 300_000 });
      await open(chat, NOTES);
      await chat.send('And in July?');
      const card = page.getByRole('group', { name: `Budget: ${NOTES.title}` });
      await expect(card).toContainText('reached its budget', { timeout: 60_000 });
    },
  },
];

const transferScenes: readonly Scene[] = [
  {
    name: 'export',
    async show({ chat, page }) {
      await chat.chat(UPGRADE.title).first().click({ button: 'right' });
      await page.getByRole('menuitem', { name: 'Export chat…' }).click();
      await expect(page.getByRole('dialog', { name: 'Export chat' })).toBeVisible();
    },
    leave: escape,
  },
  {
    name: 'import',
    async show(world) {
      const { app, page } = world;
      const file = path.join(app.homeDir, 'all-my-chats.json');
      await answerDialogs(app, { save: file, open: file });
      const part = await settings(world, 'Backups');
      await part.getByRole('button', { name: 'Export all…' }).click();
      const dialog = page.getByRole('dialog', { name: 'Export all chats' });
      await dialog.getByRole('button', { name: 'Export…' }).click();
      await expect(dialog).toBeHidden({ timeout: 60_000 });
      await part.getByRole('button', { name: 'Import…' }).click();
      const preview = page.getByRole('dialog', { name: 'Import chats' });
      await expect(preview).toContainText('here already', { timeout: 60_000 });
    },
    async leave(world) {
      await escape(world);
      await escape(world);
    },
  },
];

const workspaceScenes: readonly Scene[] = [
  {
    name: 'new-workspace',
    async show({ page }) {
      await page.getByRole('button', { name: 'New chat' }).click();
      const made = await NewWorkspace.open(page);
      await made.choose('Branch in a worktree');
      await made.field('New branch').fill('fix a thing');
      await made.field('Repository').fill('shapes');
      await made.create();
      await expect(made.dialog.getByRole('alert')).toHaveCount(2);
    },
    leave: escape,
  },
  {
    name: 'remove-workspace',
    async show({ page }) {
      await groupMenu(page, 'kernels', 'Remove from Gaffer…');
      const dialog = page.getByRole('dialog', { name: /^Remove kernels/ });
      await expect(dialog).toContainText('Its folder stays as it is', { timeout: 60_000 });
    },
    leave: escape,
  },
];

/** What comes over the window: questions, dialogs, and what a chat asks of money. */
export const dialogScenes: readonly Scene[] = [
  ...chatScenes,
  ...transferScenes,
  ...workspaceScenes,
  {
    name: 'link',
    async show({ app, page }) {
      const folder = encodeURIComponent('/srv/builds/nightly');
      await startWith(app, `gaffer://new?prompt=${encodeURIComponent(LINK)}&folder=${folder}`);
      const dialog = page.getByRole('dialog', { name: 'A link wants to start a chat' });
      await expect(dialog).toBeVisible({ timeout: 60_000 });
    },
    leave: escape,
  },
  {
    name: 'quit',
    async show({ app, chat, page }) {
      await open(chat, FLAKY);
      await app.electron.evaluate(({ app: own }) => own.quit());
      await expect(page.getByRole('alertdialog', { name: 'Quit while this is running?' })).toBeVisible({
        timeout: 60_000,
      });
    },
    leave: escape,
  },
];
