import type { Page } from '@playwright/test';
import type { Conversation } from '../fixtures/conversation.ts';
import { expect, test } from '../fixtures/desk.ts';
import { script, scriptTitle } from '../fixtures/script.ts';

const GREETINGS = ['Hello', 'Bonjour', 'Merhaba', 'Ciao'];

async function greetAll(chat: Conversation): Promise<void> {
  for (const greeting of GREETINGS) {
    if (greeting !== GREETINGS[0]) await chat.newChat();
    await chat.send(greeting);
    await expect(chat.agent).toContainText(`${greeting} to you.`, { timeout: 60_000 });
    await expect(chat.chat(`Said ${greeting}`)).toBeVisible();
    await chat.rests();
  }
}

const order = (chat: Conversation) => chat.tree.getByRole('treeitem', { level: 2 });
const groups = (chat: Conversation) => chat.tree.getByRole('treeitem', { level: 1 });
const menu = async (page: Page, chat: Conversation, title: string, item: string) => {
  await chat.chat(title).click({ button: 'right' });
  await page.getByRole('menuitem', { name: item, exact: true }).click();
};

test('pins, groups, filters and the width of the sidebar; what belongs to the person is there after a restart', async ({
  desk,
}) => {
  for (const greeting of GREETINGS) {
    script(desk.server, greeting, [{ say: `${greeting} to you.` }]);
    scriptTitle(desk.server, greeting, `Said ${greeting}`);
  }
  const { app, chat } = await desk.start({ folder: desk.repository().directory });
  const page = app.window;
  await greetAll(chat);

  await test.step('pinned chats stand first and are moved by keys and by dragging', async () => {
    await menu(page, chat, 'Said Hello', 'Pin chat');
    await expect(groups(chat).first()).toHaveAccessibleName('Pinned, 1');
    await menu(page, chat, 'Said Merhaba', 'Pin chat');
    await expect(order(chat)).toContainText(['Said Hello', 'Said Merhaba', 'Said Ciao', 'Said Bonjour']);
    await chat.chat('Said Merhaba').click();
    await chat.tree.focus();
    await page.keyboard.press('Alt+ArrowUp');
    await expect(order(chat)).toContainText(['Said Merhaba', 'Said Hello', 'Said Ciao', 'Said Bonjour']);
    await chat.chat('Said Ciao').dragTo(chat.chat('Said Hello'));
    await expect(order(chat)).toContainText(['Said Merhaba', 'Said Ciao', 'Said Hello', 'Said Bonjour']);
    await app.screenshot('sidebar-pinned');
  });

  await test.step('several are archived together, and one Undo brings them all back', async () => {
    await chat.chat('Said Ciao').click();
    await chat.chat('Said Bonjour').click({ modifiers: ['Shift'] });
    await expect(chat.tree.getByRole('treeitem', { selected: true })).toHaveCount(3);
    await app.screenshot('sidebar-picked');
    await page.keyboard.press('Delete');
    await expect(order(chat)).toHaveCount(1);
    const toast = page.getByTitle('Archived 3 chats');
    await expect(toast).toBeVisible();
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(order(chat)).toContainText(['Said Merhaba', 'Said Ciao', 'Said Hello', 'Said Bonjour']);
  });

  const options = page.getByRole('button', { name: 'Group and filter' });
  await test.step('by status and by date, with counts that are right; filters are chips that can be removed', async () => {
    await options.click();
    await app.screenshot('sidebar-options');
    await page.getByRole('menuitemcheckbox', { name: 'Failed' }).click();
    const side = page.getByRole('navigation', { name: 'Chats' });
    await expect(side).toContainText('No chat matches');
    await side.getByRole('searchbox', { name: 'Search', exact: true }).fill('nothing like it');
    await side.getByRole('button', { name: 'Show all chats' }).click();
    await expect(order(chat)).toHaveCount(4);
    await side.getByRole('button', { name: 'Archived', exact: true }).click();
    await expect(side).toContainText('Nothing archived');
    await side.getByRole('button', { name: 'Back to the chats' }).click();
    await expect(order(chat)).toHaveCount(4);
    await options.click();
    await page.getByRole('menuitemcheckbox', { name: 'Failed' }).click();
    const filters = page.getByRole('list', { name: 'Filters' });
    await filters.getByRole('button', { name: 'Remove filter: Failed' }).click();
    await expect(filters).toBeHidden();
    await menu(page, chat, 'Said Merhaba', 'Unpin chat');
    await menu(page, chat, 'Said Ciao', 'Unpin chat');
    await options.click();
    await page.getByRole('menuitemradio', { name: 'Status' }).click();
    await expect(groups(chat)).toHaveText([/^Pinned · 1/, /^Resting · 3/]);
    await options.click();
    await page.getByRole('menuitemradio', { name: 'Date' }).click();
    await expect(groups(chat)).toHaveText([/^Pinned · 1/, /^Today · 3/]);
    await groups(chat).first().click();
    await expect(groups(chat).first()).toHaveAttribute('aria-expanded', 'false');
    await app.screenshot('sidebar-date');
  });

  await test.step('a wider sidebar, the grouping and what is folded are there after a restart', async () => {
    const edge = page.getByRole('separator', { name: 'Resize sidebar' });
    await edge.focus();
    await page.keyboard.press('Shift+ArrowRight');
    await expect(edge).toHaveAttribute('aria-valuenow', '328');
    await app.close();
    const later = await desk.again(app);
    await expect(groups(later.chat)).toHaveText([/^Pinned · 1/, /^Today · 3/]);
    await expect(groups(later.chat).first()).toHaveAttribute('aria-expanded', 'false');
    const side = later.app.window.getByRole('navigation', { name: 'Chats' });
    expect((await side.boundingBox())?.width).toBe(328);
    expect(later.app.pageErrors).toEqual([]);
  });
});

test('in a narrow window the tree is a drawer that takes the focus and gives it back', async ({ desk }) => {
  script(desk.server, 'Hello', [{ say: 'Hello to you.' }]);
  scriptTitle(desk.server, 'Hello', 'Said Hello');
  const { app, chat } = await desk.start({ folder: desk.repository().directory });
  const page = app.window;
  await page.setViewportSize({ width: 700, height: 640 });
  await chat.send('Hello');
  await expect(chat.agent).toContainText('Hello to you.', { timeout: 60_000 });
  const side = page.getByRole('navigation', { name: 'Chats' });
  await expect(side).toBeHidden();

  await page.keyboard.press('Control+b');
  await expect(chat.tree).toBeFocused();
  await app.screenshot('drawer');
  await page.keyboard.press('Escape');
  await expect(side).toBeHidden();
  await expect(chat.message).toBeFocused();

  const burger = page.getByRole('button', { name: 'Chats', exact: true });
  await burger.click();
  await expect(burger).toHaveAttribute('aria-expanded', 'true');
  await side.getByRole('button', { name: 'New chat' }).click();
  await expect(side).toBeHidden();
  await expect(chat.message).toBeFocused();

  // It lies over the rest, which closes it.
  await burger.click();
  await page
    .getByRole('button', { name: 'Close the list of chats' })
    .click({ position: { x: 600, y: 300 } });
  await expect(side).toBeHidden();
  await expect(chat.message).toBeFocused();
  await burger.click();
  await chat.chat('Said Hello').click();
  await expect(chat.agent).toContainText('Hello to you.');
  await expect(side).toBeHidden();

  // Where there is room it can be hidden, too.
  await page.setViewportSize({ width: 1280, height: 820 });
  await chat.tree.focus();
  await page.keyboard.press('Control+b');
  await expect(side).toBeHidden();
  await expect(chat.message).toBeFocused();
  await page.keyboard.press('Control+b');
  await expect(side).toBeVisible();
  await expect(chat.message).toBeFocused();
  expect(app.pageErrors).toEqual([]);
});

test('what waits for the person stands first, in the tree and in the inbox, and is answered by keys alone', async ({
  desk,
}) => {
  for (const name of ['one', 'two'])
    script(desk.server, `Touch ${name}`, [
      { calls: [{ name: 'execute', args: { command: `touch ${name}.txt` } }] },
      { say: `Touched ${name}.` },
    ]);
  const { app, chat } = await desk.start({ folder: desk.repository().directory, approvals: 'ask' });
  const page = app.window;
  await chat.send('Touch one');
  await expect(chat.approval).toBeVisible({ timeout: 60_000 });
  await chat.newChat();
  await chat.send('Touch two');
  await expect(chat.approval).toBeVisible({ timeout: 60_000 });
  await expect(groups(chat)).toHaveText([/^Needs you · 2/]);
  const inbox = page.getByRole('button', { name: 'Inbox, 2 waiting for you' });
  await inbox.click();
  const items = page.getByRole('region', { name: 'Inbox' }).getByRole('group', { name: /^Approval: / });
  await expect(items).toHaveCount(2);
  await app.screenshot('inbox');

  await test.step('J and K walk, Enter goes into the card, Esc comes back', async () => {
    await page.keyboard.press('j');
    await expect(items.first()).toBeFocused();
    await page.keyboard.press('j');
    await expect(items.last()).toBeFocused();
    await page.keyboard.press('k');
    await expect(items.first()).toBeFocused();
    await expect(items.first(), 'the oldest first').toContainText('touch one.txt');
    await page.keyboard.press('Enter');
    const allow = items.first().getByRole('button', { name: 'Allow once' });
    await expect(allow).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(items.first()).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(allow).toHaveAttribute('aria-disabled', 'false');
    await page.keyboard.press('Enter');
    await expect(items).toHaveCount(1);
    await expect(page.getByRole('button', { name: 'Inbox, 1 waiting for you' })).toBeVisible();
  });

  await test.step('the next one takes the focus, and after the last one nothing waits', async () => {
    await expect(items).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(items.getByRole('button', { name: 'Allow once' })).toHaveAttribute(
      'aria-disabled',
      'false',
    );
    await page.keyboard.press('Enter');
    await expect(page.getByText('Nothing waits for you')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Inbox', exact: true })).toBeVisible();
  });
  expect(app.pageErrors).toEqual([]);
});
