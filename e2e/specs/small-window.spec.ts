import { expect, test } from '../fixtures/desk.ts';
import { script } from '../fixtures/script.ts';

test('in the smallest window a question, a queue and the message box are all within reach', async ({
  desk,
}) => {
  const command = Array.from({ length: 30 }, (_, i) => `echo line ${i}`).join('\n');
  script(desk.server, 'Run it', [
    { say: 'I will run it.', calls: [{ name: 'execute', args: { command } }] },
    { say: 'It ran.' },
  ]);
  const { app, chat } = await desk.start({ folder: desk.repository().directory, approvals: 'ask' });
  const page = app.window;
  await page.setViewportSize({ width: 640, height: 480 });
  await chat.send('Run it');
  await expect(chat.approval).toBeVisible({ timeout: 60_000 });
  for (const text of ['one', 'two', 'three', 'four', 'five', 'six']) {
    await chat.send(text);
    await expect(chat.queue.last()).toContainText(text);
  }
  await app.screenshot('small-window');
  const allow = chat.approval.getByRole('button', { name: 'Allow once' });
  const seen = [
    page.getByRole('banner').getByRole('heading'),
    allow,
    chat.queue.first(),
    chat.message,
    page.getByRole('button', { name: 'Queue', exact: true }),
  ];
  for (const thing of seen) await expect(thing).toBeInViewport({ ratio: 0.9 });
  await expect.poll(async () => (await chat.feed.boundingBox())?.height).toBeGreaterThan(60);

  await chat.approval.getByLabel('What is asked').hover();
  await page.mouse.wheel(0, 2_000);
  await expect(allow).toHaveAttribute('aria-disabled', 'false');
  await allow.click();
  await expect(chat.feed).toContainText('It ran.', { timeout: 60_000 });
  expect(app.pageErrors).toEqual([]);
});
