import { findPostgres, startPostgres, type TestPostgres } from '../../scripts/lib/postgres.ts';
import { test as base, expect } from '../fixtures/desk.ts';
import { script } from '../fixtures/script.ts';

const test = base.extend<{ postgres: TestPostgres }>({
  postgres: async ({}, use, testInfo) => {
    const found = findPostgres();
    testInfo.skip(typeof found === 'string', typeof found === 'string' ? found : '');
    const postgres = await startPostgres();
    await use(postgres);
    await postgres.stop();
  },
});

test('a database that restarts is said to be away and comes back by itself', async ({ desk, postgres }) => {
  script(desk.server, 'Hello', [{ say: 'Hello to you.' }]);
  script(desk.server, 'Still there?', [{ say: 'Still here.' }]);
  const env = { GAFFER_DATABASE_URL: await postgres.createDatabase() };
  const { app, chat } = await desk.start({ env, folder: desk.repository().directory });
  await chat.send('Hello');
  await expect(chat.agent).toContainText('Hello to you.', { timeout: 60_000 });
  await chat.rests();
  const side = app.window.getByRole('navigation', { name: 'Chats' });
  const state = chat.feed.getByRole('group', { name: 'Disconnected' });
  await postgres.restart(async () => {
    await expect(side).toContainText('Not up to date', { timeout: 60_000 });
    await expect(state).toBeVisible();
    await app.screenshot('lost');
  });
  await expect(side).not.toContainText('Not up to date', { timeout: 60_000 });
  await expect(state).toBeHidden();
  await chat.send('Still there?');
  await expect(chat.agent.last()).toContainText('Still here.', { timeout: 60_000 });
});
