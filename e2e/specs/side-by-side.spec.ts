import { Conversation, exactly } from '../fixtures/conversation.ts';
import { expect, test } from '../fixtures/desk.ts';
import { isTurn, script } from '../fixtures/script.ts';

const long = 'Alpha bravo charlie delta echo foxtrot golf hotel india juliett kilo lima mike.';

test('two chats side by side: each streams, keys and the title bar follow the one with the attention', async ({
  desk,
}) => {
  script(desk.server, 'On the left', [{ say: long }]);
  script(desk.server, 'On the right', [{ say: 'Said on the right.' }]);
  script(desk.server, 'Once more', [{ say: 'Said on the left again.' }]);
  const { app, chat } = await desk.start({ folder: desk.repository().directory });
  const page = app.window;
  await page.setViewportSize({ width: 1280, height: 820 });
  const hold = desk.server.faults.hold({ afterEvents: 6, match: isTurn });
  await chat.send('On the left');
  await hold.reached;

  await page.keyboard.press('Control+\\');
  const [left, right] = ['Left pane', 'Right pane'].map(
    (name) => new Conversation(page, page.getByRole('region', { name })),
  ) as [Conversation, Conversation];
  const rightPane = page.getByRole('region', { name: 'Right pane' });
  await expect(rightPane).toContainText('A chat for this side');
  await app.screenshot('side-by-side-choose');
  await rightPane.getByRole('button', { name: 'New chat' }).click();
  await expect(right.message).toBeFocused();
  await right.send('On the right');
  await expect(right.agent).toHaveText(exactly('Said on the right.'), { timeout: 60_000 });
  await expect(left.agent).toContainText('Alpha bravo');
  await expect(left.feed).toHaveAttribute('aria-busy', 'true');
  await expect(right.feed).toHaveAttribute('aria-busy', 'false');
  await expect(page.getByRole('banner').getByRole('heading')).toHaveText('On the right');

  await page.keyboard.press('F6');
  await expect(left.message).toBeFocused();
  await expect(page.getByRole('banner').getByRole('heading')).toHaveText('On the left');
  await expect(left.chat('On the left')).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Control+.');
  await left.rests();
  hold.release();
  await expect(right.agent).toHaveCount(1);
  await left.send('Once more');
  await expect(left.agent.last()).toContainText('Said on the left again.', { timeout: 60_000 });
  await app.screenshot('side-by-side');

  // A chat that stands in one pane is turned to, not shown twice.
  await left.chat('On the right').click();
  await expect(right.message).toBeFocused();
  await expect(page.getByRole('feed')).toHaveCount(2);
  const edge = page.getByRole('separator', { name: 'Resize panes' });
  const before = await rightPane.boundingBox();
  await edge.focus();
  await page.keyboard.press('Shift+ArrowLeft');
  await expect.poll(async () => (await rightPane.boundingBox())?.width).toBe((before?.width ?? 0) + 64);

  // What a pane opens, it opens in itself.
  desk.server.faults.next({ kind: 'status', status: 404, message: 'No such model' }, { match: isTurn });
  await right.send('Fail on the right');
  await right.error.getByRole('button', { name: 'Switch model' }).click({ timeout: 60_000 });
  await expect(rightPane.getByRole('listbox', { name: 'Model' })).toBeVisible();
  await page.keyboard.press('Escape');

  await page.setViewportSize({ width: 900, height: 700 });
  await expect(page.getByRole('feed')).toHaveCount(1);
  await expect(page.getByRole('banner').getByRole('heading')).toHaveText('On the right');
  await page.setViewportSize({ width: 1280, height: 820 });
  await page.getByRole('region', { name: 'Left pane' }).getByRole('button', { name: 'Close pane' }).click();
  await expect(page.getByRole('feed')).toHaveCount(1);
  await expect(page.getByRole('banner').getByRole('heading')).toHaveText('On the right');
  await expect(chat.you.first()).toContainText('On the right');

  await chat.chat('On the left').click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Open beside' }).click();
  await expect(right.you.first()).toContainText('On the left');
  await expect(left.you.first()).toContainText('On the right');
  expect(app.pageErrors).toEqual([]);
});
