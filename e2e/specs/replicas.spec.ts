import { findPostgres, startPostgres, type TestPostgres } from '../../scripts/lib/postgres.ts';
import { exactly } from '../fixtures/conversation.ts';
import { test as base, expect } from '../fixtures/desk.ts';
import { isTurn, script } from '../fixtures/script.ts';

const test = base.extend<{ postgres: TestPostgres }>({
  postgres: async ({}, use, testInfo) => {
    const found = findPostgres();
    testInfo.skip(typeof found === 'string', typeof found === 'string' ? found : '');
    const postgres = await startPostgres();
    await use(postgres);
    await postgres.stop();
  },
});

const long =
  'Alpha bravo charlie delta echo foxtrot golf hotel india juliett kilo lima mike november oscar.';

test('two replicas on one PostgreSQL show the same words as they come, and act on the same chat', async ({
  desk,
  postgres,
}) => {
  script(desk.server, 'Say it all', [{ say: long }]);
  script(desk.server, 'Then run it', [
    { calls: [{ name: 'execute', args: { command: 'echo from afar' } }] },
    { say: 'It ran where the folder is.' },
  ]);
  const env = { GAFFER_DATABASE_URL: await postgres.createDatabase() };
  const owner = await desk.start({ env, folder: desk.repository().directory });
  const other = await desk.start({ env });
  await expect(other.chat.message).toBeVisible();

  const hold = desk.server.faults.hold({ afterEvents: 8, match: isTurn });
  await owner.chat.send('Say it all');
  await hold.reached;
  await expect(owner.chat.agent).toContainText('Alpha bravo');
  // Not in the database yet: it comes from the replica that makes it.
  await other.chat.chat('Say it all').click();
  await expect(other.chat.agent).toContainText('Alpha bravo', { timeout: 30_000 });
  await expect(other.chat.feed).toHaveAttribute('aria-busy', 'true');
  await other.app.screenshot('other-replica');
  await other.chat.send('Then run it');
  await expect(owner.chat.queue).toHaveText(['Then run it'], { timeout: 30_000 });
  hold.release();
  for (const { chat } of [owner, other]) {
    await expect(chat.agent.first()).toHaveText(exactly(long), { timeout: 60_000 });
    await expect(chat.approval).toContainText('echo from afar', { timeout: 60_000 });
  }
  await other.chat.approval.getByRole('button', { name: 'Allow once' }).click();
  for (const { chat } of [owner, other]) {
    await expect(chat.agent.last()).toContainText('It ran where the folder is.', { timeout: 60_000 });
    await chat.rests();
    await expect(chat.you).toHaveCount(2);
    await expect(chat.agent).toHaveCount(2);
  }
  for (const { app } of [owner, other]) expect(app.pageErrors).toEqual([]);
});
