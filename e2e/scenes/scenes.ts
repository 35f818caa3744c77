import { expect } from '../fixtures/desk.ts';
import { crewScenes } from './crew-scenes.ts';
import { dialogScenes } from './dialog-scenes.ts';
import { escape, type Scene } from './scene.ts';
import { FLAKY, LIMITS, OUTBOX, SOFTMAX } from './scripts.ts';
import { settingsScenes } from './settings-scenes.ts';
import { open, type World } from './world.ts';

async function inspect({ page }: World, tab: string): Promise<void> {
  const toggle = page.getByRole('button', { name: 'Toggle inspector' });
  if ((await toggle.getAttribute('aria-pressed')) !== 'true') await toggle.click();
  const chosen = page.getByRole('tablist', { name: 'Inspector' }).getByRole('tab', { name: tab });
  await chosen.click();
  await expect(chosen).toHaveAttribute('aria-selected', 'true');
}

async function hideInspector({ page }: World): Promise<void> {
  const toggle = page.getByRole('button', { name: 'Toggle inspector' });
  if ((await toggle.getAttribute('aria-pressed')) === 'true') await toggle.click();
}

export const scenes: readonly Scene[] = [
  { name: 'running', show: ({ chat }) => open(chat, FLAKY) },
  { name: 'answer', show: ({ chat }) => open(chat, OUTBOX) },
  {
    name: 'edit-message',
    async show({ chat, page }) {
      await chat.you.first().hover();
      await chat.you.first().getByRole('button', { name: 'Edit message' }).click();
      await expect(page.getByText(/^Sending drops/)).toBeVisible();
    },
    leave: escape,
  },
  {
    name: 'row-menu',
    async show({ chat, page }) {
      await chat.message.press('Alt+ArrowUp');
      await expect(chat.you.last()).toBeFocused();
      await page.keyboard.press('Shift+F10');
      await expect(page.getByRole('menu', { name: 'Actions for this row' })).toBeVisible();
    },
    async leave(world) {
      await escape(world);
      await escape(world);
    },
  },
  {
    name: 'tree-options',
    async show({ page }) {
      await page.getByRole('button', { name: 'Group and filter' }).click();
      await expect(page.getByRole('menu', { name: 'Group and filter' })).toBeVisible();
    },
    leave: escape,
  },
  { name: 'retry', show: ({ chat }) => open(chat, LIMITS) },
  { name: 'error', show: ({ chat }) => open(chat, SOFTMAX) },
  {
    name: 'inbox',
    async show({ page }) {
      await page.getByRole('button', { name: /^Inbox/ }).click();
      await expect(page.getByRole('region', { name: 'Inbox' })).toContainText('git bisect reset');
    },
  },
  {
    name: 'new-chat',
    async show({ page }) {
      await page.getByRole('button', { name: 'New chat' }).click();
      await expect(page.getByRole('heading', { name: /agent work on\?$/ })).toBeVisible();
    },
  },
  {
    name: 'changes',
    async show(world) {
      await open(world.chat, FLAKY);
      await inspect(world, 'Changes');
      const tree = world.page.getByRole('tree', { name: 'Changed files' });
      await tree.getByRole('treeitem', { name: /^hold\.ts/ }).click();
      await expect(world.page.getByRole('grid', { name: /hold\.ts$/ })).toContainText('inTx');
    },
  },
  {
    name: 'files',
    async show(world) {
      await inspect(world, 'Files');
      await expect(world.page.getByRole('tree', { name: 'Files' })).toContainText('src');
    },
  },
  { name: 'details', show: (world) => inspect(world, 'Details'), leave: hideInspector },
  ...settingsScenes,
  {
    name: 'palette',
    async show({ page }) {
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: 'Command' }).fill('release');
      await expect(page.getByRole('listbox', { name: 'Results' })).toContainText('In messages', {
        timeout: 60_000,
      });
    },
    leave: escape,
  },
  {
    name: 'shortcuts',
    async show({ page }) {
      await page.keyboard.press('Control+/');
      await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
    },
    leave: escape,
  },
  {
    name: 'search',
    async show({ page }) {
      await page.getByRole('searchbox', { name: 'Search', exact: true }).fill('release hold');
      await page.keyboard.press('Enter');
      await expect(
        page.getByRole('list', { name: 'Search results' }).getByRole('listitem').first(),
      ).toBeVisible({ timeout: 60_000 });
    },
    leave: ({ page }) => page.getByRole('searchbox', { name: 'Search', exact: true }).fill(''),
  },
  {
    name: 'find-in-chat',
    async show({ chat, page }) {
      await open(chat, OUTBOX);
      await expect(chat.agent.last()).toContainText('See the pattern');
      await page.keyboard.press('Control+f');
      await page.getByRole('textbox', { name: 'Find in chat' }).fill('event');
      await expect(page.getByRole('main')).toContainText(/1 of \d+/, { timeout: 60_000 });
    },
    leave: escape,
  },
  {
    name: 'side-by-side',
    async show(world) {
      await open(world.chat, FLAKY);
      await world.chat.chat(OUTBOX.title).click({ button: 'right' });
      await world.page.getByRole('menuitem', { name: 'Open beside' }).click();
      const feeds = world.page.getByRole('feed');
      await expect(feeds).toHaveCount(2);
      for (const feed of await feeds.all()) await expect(feed.getByRole('article').first()).toBeVisible();
    },
    leave: ({ page }) => page.getByRole('button', { name: 'Close pane' }).last().click(),
  },
  ...crewScenes,
  ...dialogScenes,
];

/** Before there is a chat. */
export const firstScenes: readonly Scene[] = [
  {
    name: 'first-run',
    async show({ page }) {
      await expect(
        page.getByRole('heading', { name: 'What should the first agent work on?' }),
      ).toBeVisible();
      await expect(page.getByRole('radiogroup', { name: 'With' }).getByRole('radio').first()).toBeVisible();
    },
  },
];
