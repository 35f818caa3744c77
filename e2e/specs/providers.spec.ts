import { exactly } from '../fixtures/conversation.ts';
import { expect, type Provider, test } from '../fixtures/desk.ts';
import { isTurn, script, turnRequests } from '../fixtures/script.ts';

const providers: readonly { readonly provider: Provider; readonly name: string; readonly key: string }[] = [
  { provider: 'openai', name: 'OpenAI', key: 'OPENAI_API_KEY' },
  { provider: 'anthropic', name: 'Anthropic', key: 'ANTHROPIC_API_KEY' },
];
const answer =
  'Alpha bravo charlie delta echo foxtrot golf hotel india juliett kilo lima mike november oscar.';

for (const { provider, name, key } of providers) {
  test.describe(name, () => {
    test('text appears before the answer is complete', async ({ desk }) => {
      script(desk.server, 'Count up', [{ think: 'First the letters.', say: answer }]);
      const { chat } = await desk.start({ provider, folder: desk.repository().directory });
      const hold = desk.server.faults.hold({ afterEvents: 12, match: isTurn });
      await chat.send('Count up');
      await hold.reached;
      await expect(chat.agent).toContainText('Alpha bravo');
      await expect(chat.agent).not.toContainText('oscar');
      await expect(chat.feed).toHaveAttribute('aria-busy', 'true');
      await expect(chat.chat('Count up')).toHaveAccessibleName(/^Count up, /);
      hold.release();
      await chat.rests();
      await expect(chat.agent).toHaveText(exactly(answer));
      const thought = chat.feed.getByRole('button', { name: /^Thought/ });
      await thought.click();
      await expect(chat.feed).toContainText('First the letters.');
    });

    test('two reads of one answer run and both reach the model', async ({ desk }) => {
      script(desk.server, 'Look at both', [
        {
          say: 'Both at once.',
          calls: [
            { name: 'read_file', args: { path: 'README.md' } },
            { name: 'read_file', args: { path: 'area.js' } },
          ],
        },
        { say: 'I have seen both.' },
      ]);
      const { chat } = await desk.start({ provider, folder: desk.repository().directory });
      await chat.send('Look at both');
      await expect(chat.agent.last()).toContainText('I have seen both.', { timeout: 60_000 });
      const explored = chat.feed.getByRole('button', { name: 'Explored 2 files' });
      await explored.click();
      await expect(chat.feed.getByRole('button', { name: 'Read README.md' })).toBeVisible();
      await expect(chat.feed.getByRole('button', { name: 'Read area.js' })).toBeVisible();
      const told = JSON.stringify(turnRequests(desk.server).at(-1)?.body);
      expect(told).toContain('Areas of simple shapes.');
      expect(told).toContain('return width + height;');
    });

    test('an overloaded provider is tried again by itself, with the countdown in sight', async ({
      desk,
    }) => {
      script(desk.server, 'Please answer', [{ say: answer }]);
      const { app, chat } = await desk.start({ provider, folder: desk.repository().directory });
      desk.server.faults.next({ kind: 'status', status: 529 }, { times: 3, match: isTurn });
      await chat.send('Please answer');
      await expect(chat.retry).toContainText(`${name} is overloaded`);
      await expect(chat.retry.getByRole('timer')).toHaveText(/Next try in \d+ s/);
      await expect(chat.chat('Please answer')).toHaveAccessibleName(/Retrying (in \d+ s|now) — overloaded/);
      await expect(chat.retry).toContainText('attempt 3');
      await app.screenshot(`retry-${provider}`);
      await expect(chat.agent).toHaveText(exactly(answer), { timeout: 60_000 });
      await expect(chat.retry).toBeHidden();
      expect(turnRequests(desk.server)).toHaveLength(4);
    });

    test('a stream that is cut twice leaves no word doubled and none lost', async ({ desk }) => {
      script(desk.server, 'Tell all', [{ say: answer }]);
      const { chat } = await desk.start({ provider, folder: desk.repository().directory });
      desk.server.faults.next({ kind: 'cut', afterBytes: 1400 }, { times: 2, match: isTurn });
      await chat.send('Tell all');
      await expect(chat.retry.getByRole('timer')).toBeVisible();
      await expect(chat.agent).toHaveText(exactly(answer), { timeout: 60_000 });
      await chat.rests();
      await expect(chat.agent).toHaveCount(1);
      expect(turnRequests(desk.server)).toHaveLength(3);
      await chat.page.reload();
      await chat.chat('Tell all').click();
      await expect(chat.agent).toHaveText(exactly(answer));
    });

    test('"Retry now" does not wait for the countdown', async ({ desk }) => {
      script(desk.server, 'Go', [{ say: answer }]);
      const { chat } = await desk.start({ provider, folder: desk.repository().directory });
      const longer = 600;
      desk.server.faults.next({ kind: 'status', status: 429, retryAfter: longer }, { match: isTurn });
      await chat.send('Go');
      await expect(chat.retry).toContainText('limiting the rate');
      await expect(chat.retry.getByRole('timer')).toHaveText(/Next try in (600|59\d|58\d) s/);
      await chat.retry.getByRole('button', { name: 'Retry now' }).click();
      await expect(chat.agent).toHaveText(exactly(answer));
      await expect(chat.retry).toBeHidden();
    });

    test('a refused key says what to do, shows no key, and Retry goes on', async ({ desk }) => {
      script(desk.server, 'Try the key', [{ say: answer }]);
      const { app, chat } = await desk.start({ provider, folder: desk.repository().directory });
      desk.server.faults.next({ kind: 'status', status: 401 }, { match: isTurn });
      await chat.send('Try the key');
      await expect(chat.error).toContainText(`${name} refused the key`);
      await expect(chat.error).toContainText(key);
      await expect(chat.error).not.toContainText('0123456789');
      await expect(chat.chat('Try the key')).toHaveAccessibleName(/refused the key/);
      await app.screenshot(`error-${provider}`);
      await chat.error.getByRole('button', { name: 'Open model settings' }).click();
      const settings = app.window.getByRole('dialog', { name: 'Settings' });
      await expect(settings).toContainText(name);
      await app.window.keyboard.press('Escape');
      await expect(settings).toBeHidden();
      await chat.error.getByRole('button', { name: 'Retry' }).click();
      await expect(chat.agent).toHaveText(exactly(answer));
      await expect(chat.error).toBeHidden();
      expect(app.log()).not.toContain('0123456789');
    });
  });
}
