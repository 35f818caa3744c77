import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from '../fixtures/desk.ts';
import { script } from '../fixtures/script.ts';
import { openSettings } from '../fixtures/settings.ts';

test('what calls cost stands on the message, the chat, the day; a budget asks, and is raised', async ({
  desk,
}) => {
  script(desk.server, 'Spend', [{ say: 'Spent.' }]);
  script(desk.server, 'More', [{ say: 'Spent more.' }]);
  const { app, chat } = await desk.start({ folder: desk.repository().directory });
  const { window } = app;
  // A dollar for each token: what a few words cost can be seen.
  const price = { input: 1_000_000, output: 1_000_000 };
  const file = path.join(app.dataDir, 'models.json');
  fs.writeFileSync(file, '{"models": {"gpt-4o": {"price": 5}}}');
  await expect(window.getByRole('radio', { name: 'OpenAI' })).toBeVisible({ timeout: 60_000 });
  const settings = await openSettings(window, 'Models');
  await expect(settings.getByRole('list', { name: 'Problems of models.json' })).toContainText('Line 1');
  await app.screenshot('models-file');
  fs.writeFileSync(file, JSON.stringify({ models: { 'gpt-4o': { price } } }));
  await settings.getByRole('button', { name: 'Read again' }).click();
  await expect(settings.getByText('Your own file overrules 1 model')).toBeVisible();
  await expect(settings.getByRole('listitem', { name: 'GPT-4o', exact: true })).toContainText(
    '(your file)',
  );
  await window.keyboard.press('Escape');

  await chat.send('Spend');
  await expect(chat.agent).toContainText('Spent.', { timeout: 60_000 });
  await chat.rests();
  const cost = window.getByRole('button', { name: /^Cost: \$\d/ });
  await expect(cost).toBeVisible();
  const navigation = window.getByRole('navigation', { name: 'Chats' });
  const today = navigation.getByRole('button', { name: /^\$[\d.]+ today$/ });
  await expect(today).toBeVisible();

  await test.step('a cap of the chat is set behind its cost', async () => {
    await cost.click();
    const facts = window.getByRole('group', { name: 'Cost' });
    await expect(facts).toContainText('This chat');
    const cap = facts.getByRole('textbox', { name: /^Budget/ });
    await cap.fill('some');
    await cap.press('Enter');
    await expect(facts.getByRole('alert')).toHaveText('Give a sum, such as 5 or 12.50.');
    await app.screenshot('cost');
    await cap.fill('1');
    await cap.press('Enter');
    await expect(facts).toBeHidden();
  });

  await test.step('the next call asks; raised, it goes on', async () => {
    await chat.send('More');
    const budget = window.getByRole('group', { name: 'Budget: Spend' });
    await expect(budget).toContainText('reached its budget of $1.00', { timeout: 60_000 });
    await app.screenshot('budget-card');
    const raise = budget.getByRole('button', { name: /^Raise to \$/ });
    await expect(raise).toHaveAttribute('aria-disabled', 'false');
    await raise.click();
    await expect(budget).toBeHidden();
    await expect(chat.agent.last()).toContainText('Spent more.', { timeout: 60_000 });
    await chat.rests();
  });

  await test.step('the settings add it up, and keep the usual caps', async () => {
    await today.click();
    const usage = settings.getByRole('tabpanel', { name: 'Usage' });
    const table = usage.getByRole('table');
    await expect(table.getByRole('row', { name: /^Total/ })).toContainText('$');
    await usage.getByRole('radio', { name: 'Model' }).click();
    await expect(table.getByRole('row', { name: /^GPT-4o/ })).toBeVisible();
    await app.screenshot('usage');
    await usage.getByRole('textbox', { name: 'All chats, in dollars' }).fill('0.5');
    await usage.getByRole('button', { name: 'Save budgets' }).click();
    await expect(usage.getByRole('button', { name: 'Save budgets' })).toBeHidden();
    await expect(usage.getByRole('textbox', { name: 'All chats, in dollars' })).toHaveValue('0.50');
    await window.keyboard.press('Escape');
  });
});
