import fs from 'node:fs';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { exactly } from '../fixtures/conversation.ts';
import { expect, test } from '../fixtures/desk.ts';
import { script, turnRequests } from '../fixtures/script.ts';
import { openSettings } from '../fixtures/settings.ts';
import { ask } from '../fixtures/window-calls.ts';

const KNOWN = [
  ['OpenRouter', 'https://openrouter.ai/api/v1'],
  ['Google', 'https://generativelanguage.googleapis.com/v1beta/openai'],
  ['Ollama', 'http://127.0.0.1:11434/v1'],
  ['LM Studio', 'http://127.0.0.1:1234/v1'],
  ['vLLM', 'http://127.0.0.1:8000/v1'],
] as const;

async function pick(window: Page, label: string, option: string | RegExp): Promise<void> {
  await window.getByRole('combobox', { name: label, exact: true }).last().click();
  await window.getByRole('option', { name: option }).click();
}

test('accounts: a server that is found is added, others are added, tested, changed and removed', async ({
  desk,
}) => {
  const { app, chat } = await desk.start({
    provider: null,
    folder: desk.repository().directory,
    env: { OLLAMA_HOST: new URL(desk.server.openaiUrl).host, OPENROUTER_API_KEY: 'sk-or-0123456789' },
  });
  const { window } = app;
  // The first screen has come, with what was found.
  await expect(window.getByRole('radio', { name: 'Ollama' })).toBeVisible({ timeout: 60_000 });
  const settings = await openSettings(window, 'Accounts');
  const accounts = settings.getByRole('list', { name: 'Accounts' });

  await test.step('what was found is offered, and added with what its server lists', async () => {
    const found = settings.getByRole('region', { name: 'Found on this computer' });
    await expect(found).toContainText('key found in OPENROUTER_API_KEY');
    await app.screenshot('accounts-offers');
    await found.getByRole('button', { name: 'Add Ollama' }).click();
    const ollama = accounts.getByRole('listitem', { name: 'Ollama' });
    await expect(ollama).toContainText(new URL(desk.server.openaiUrl).host);
    await expect(ollama).toContainText(/\d+ models/);
    await expect(ollama).toContainText('free');
    await expect(found.getByRole('button', { name: 'Add Ollama' })).toBeHidden();
  });

  await test.step('what is known of a server that many use is filled in', async () => {
    await settings.getByRole('button', { name: 'Add account…' }).click();
    const form = settings.getByRole('form', { name: 'New account' });
    const address = form.getByRole('textbox', { name: 'Base URL' });
    for (const [kind, url] of KNOWN) {
      await pick(window, 'Kind', kind);
      await expect(address).toHaveValue(url);
    }
    await pick(window, 'Kind', 'Azure OpenAI');
    await expect(address).toHaveAttribute(
      'placeholder',
      /openai\.azure\.com\/openai\/deployments\/DEPLOYMENT$/,
    );
    await expect(form.getByRole('textbox', { name: 'API version' })).toHaveValue('2024-10-21');
    await expect(form.getByRole('textbox', { name: 'Headers' })).toHaveValue('api-key: {key}');
    await form.getByRole('button', { name: 'Cancel' }).click();
    await expect(settings.getByRole('button', { name: 'Add account…' })).toBeFocused();
  });

  await test.step('what is wrong is said at its field', async () => {
    await settings.getByRole('button', { name: 'Add account…' }).click();
    const form = settings.getByRole('form', { name: 'New account' });
    await pick(window, 'Kind', 'Other, speaks OpenAI');
    await form.getByRole('button', { name: 'Add account' }).click();
    await expect(form.getByRole('alert')).toHaveText([/Give the account a name/, /Give the address/]);
    await expect(form.getByRole('textbox', { name: 'Name' })).toBeFocused();
    await form.getByRole('textbox', { name: 'Name' }).fill('Ollama');
    await form.getByRole('textbox', { name: 'Base URL' }).fill(desk.server.openaiUrl);
    await form.getByRole('textbox', { name: /^Models/ }).fill('gpt-5.2');
    await form.getByText('Headers, proxy').click();
    await form.getByRole('textbox', { name: 'Headers' }).fill('Authorization: Bearer sk-secret');
    await expect(form.getByRole('alert')).toContainText('Write {key} in Authorization');
    await app.screenshot('account-form');
    await form.getByRole('textbox', { name: 'Headers' }).fill('X-Team: platform\nX-Key: {key}');
    await form.getByLabel('Key, if it wants one').fill('sk-typed-0123456789');
    await form.getByRole('button', { name: 'Add account' }).click();
    await expect(form.getByRole('alert')).toHaveText('There is an account named “Ollama” already.');
    await form.getByRole('textbox', { name: 'Name' }).fill('Work');
    await form.getByRole('button', { name: 'Add account' }).click();
    await expect(form).toBeHidden();
  });

  const work = accounts.getByRole('listitem', { name: 'Work' });
  await test.step('a test says in words what came of it, with the headers of the account', async () => {
    await work.getByRole('button', { name: 'Test Work' }).click();
    await expect(work).toContainText('works, checked just now');
    desk.server.faults.next({ kind: 'status', status: 401 }, { times: 1 });
    await work.getByRole('button', { name: 'Test Work' }).click();
    await expect(work).toContainText('key refused · checked just now');
    await expect(work.getByRole('status')).toContainText('Work refused the key');
    await app.screenshot('account-refused');
  });

  await test.step('it is changed, and asked with its own headers', async () => {
    await work.getByRole('button', { name: 'Edit Work' }).click();
    const form = settings.getByRole('form', { name: 'Edit Work' });
    await expect(form.getByLabel('Key')).toHaveValue('');
    await app.screenshot('account-edit');
    await form.getByRole('textbox', { name: 'Name' }).fill('Works');
    await form.getByRole('button', { name: 'Save' }).click();
    await expect(accounts.getByRole('listitem', { name: 'Works' })).toBeVisible();
    await window.keyboard.press('Escape');
    script(desk.server, 'Which headers', [{ say: 'These.' }]);
    await window.getByRole('radio', { name: 'Works', exact: true }).click();
    await chat.send('Which headers');
    await expect(chat.agent).toHaveText(exactly('These.'));
    const { headers } = turnRequests(desk.server).at(-1) ?? { headers: {} };
    expect(headers).toMatchObject({ 'x-team': 'platform', 'x-key': 'sk-typed-0123456789' });
    expect(headers).not.toHaveProperty('authorization');
    expect(app.log()).not.toContain('sk-typed');
  });

  await test.step('turned off, its chats say what to do', async () => {
    await openSettings(window, 'Accounts');
    await accounts.getByRole('switch', { name: 'Use Works' }).click();
    await expect(accounts.getByRole('switch', { name: 'Use Works' })).not.toBeChecked();
    await window.keyboard.press('Escape');
    await chat.send('Once more');
    await expect(chat.error).toContainText('Works is turned off. Turn it on in Settings → Accounts');
    await chat.error.getByRole('button', { name: 'Open model settings' }).click();
    await accounts.getByRole('switch', { name: 'Use Works' }).click();
    await expect(accounts.getByRole('switch', { name: 'Use Works' })).toBeChecked();
  });

  await test.step('it is removed; taken back, the focus is where it was', async () => {
    const remove = accounts.getByRole('button', { name: 'Remove Works' });
    await remove.click();
    await expect(settings.getByRole('button', { name: 'Keep' })).toBeFocused();
    await window.keyboard.press('Enter');
    await expect(remove).toBeFocused();
    await remove.click();
    await settings
      .getByRole('group', { name: 'Remove Works?' })
      .getByRole('button', { name: 'Remove' })
      .click();
    await expect(accounts.getByRole('listitem', { name: 'Works' })).toBeHidden();
  });
});

test('models: added from the list of the server, set, made the default, removed; the picker follows', async ({
  desk,
}) => {
  const { app, chat } = await desk.start({ folder: desk.repository().directory });
  const { window } = app;
  await expect(window.getByRole('radio', { name: 'OpenAI' })).toBeVisible({ timeout: 60_000 });
  const settings = await openSettings(window, 'Models');
  const own = settings.getByRole('list', { name: 'Models of OpenAI' });
  await app.screenshot('models');

  await test.step('one is added by a name that the server does not list, once', async () => {
    await settings.getByRole('button', { name: 'Add models to OpenAI' }).click();
    const form = settings.getByRole('form', { name: 'Add models to OpenAI' });
    await expect(form.getByRole('status')).toHaveText(/The server lists \d+ models/);
    const field = form.getByRole('combobox', { name: 'Model' });
    await field.fill('tuned-1');
    await field.press('Enter');
    await expect(form.getByRole('status')).toHaveText('Added tuned-1.');
    await field.fill('tuned-1');
    await field.press('Enter');
    await expect(form.getByRole('alert')).toHaveText('OpenAI has this model already.');
    await form.getByRole('button', { name: 'Done' }).click();
    await expect(own.getByRole('listitem', { name: 'tuned-1' })).toContainText('price not known');
  });

  await test.step('it is set; what is wrong is said at its field', async () => {
    await own.getByRole('button', { name: 'Edit tuned-1' }).click();
    const form = settings.getByRole('form', { name: 'Edit tuned-1' });
    await form.getByRole('textbox', { name: 'Name' }).fill('Our own');
    await form.getByRole('textbox', { name: 'Context limit, in tokens' }).fill('0');
    await form.getByRole('textbox', { name: 'Summarize at, in percent' }).fill('101');
    await form.getByRole('button', { name: 'Save' }).click();
    await expect(form.getByRole('alert')).toHaveText([/from 1 to/, /from 0 to 100/]);
    await expect(form.getByRole('textbox', { name: 'Context limit, in tokens' })).toBeFocused();
    await form.getByRole('textbox', { name: 'Context limit, in tokens' }).fill('64k');
    await form.getByRole('textbox', { name: 'Summarize at, in percent' }).fill('80');
    await pick(window, 'Reasoning effort', 'high');
    await form.getByRole('textbox', { name: 'Input' }).fill('2');
    await form.getByRole('textbox', { name: 'Output' }).fill('8');
    await app.screenshot('model-form');
    await form.getByRole('button', { name: 'Save' }).click();
    const row = own.getByRole('listitem', { name: 'Our own' });
    await expect(row).toContainText('tuned-1 · 64k context · $2.00 in, $8.00 out (yours) · effort high');
    await row.getByRole('button', { name: 'Make Our own the default' }).click();
    await expect(row).toContainText('default');
  });

  await test.step('a chat asks it as it was set', async () => {
    await window.keyboard.press('Escape');
    script(desk.server, 'Ask the own one', [{ say: 'Asked.' }]);
    await chat.send('Ask the own one');
    await expect(chat.agent).toHaveText(exactly('Asked.'));
    expect(turnRequests(desk.server).at(-1)?.body).toMatchObject({
      model: 'tuned-1',
      reasoning_effort: 'high',
    });
  });

  await test.step('the picker is searched, and leads to where models are managed', async () => {
    const picker = window.getByRole('combobox', { name: 'Model', exact: true });
    await picker.click();
    await window.keyboard.type('mini');
    const list = window.getByRole('listbox', { name: 'Model' });
    await expect(list.getByRole('option')).toHaveText([
      /GPT-5 mini/,
      /GPT-4\.1 mini/,
      /GPT-4o mini/,
      /o4-mini/,
      /Manage models…/,
    ]);
    await app.screenshot('model-picker');
    await list.getByRole('option', { name: 'Manage models…' }).click();
    await expect(settings.getByRole('tabpanel', { name: 'Models' })).toBeVisible();
  });

  await test.step('removed, another one is the default', async () => {
    await own.getByRole('button', { name: 'Edit Our own' }).click();
    await settings.getByRole('button', { name: 'Remove model…' }).click();
    await settings
      .getByRole('group', { name: 'Remove Our own?' })
      .getByRole('button', { name: 'Remove' })
      .click();
    await expect(own.getByRole('listitem', { name: 'Our own' })).toBeHidden();
    await expect(own.getByText('default', { exact: true })).toHaveCount(1);
  });
});

test('a list of choices is cut off by nothing, wherever it opens', async ({ desk }) => {
  const { app } = await desk.start({ provider: null, folder: desk.repository().directory });
  const { window } = app;
  // As low as the window goes: there is no room for the whole list on either side.
  for (const height of [820, 480]) {
    await window.setViewportSize({ width: 900, height });
    const settings = await openSettings(window, 'Accounts');
    await settings.getByRole('button', { name: 'Add account…' }).click();
    await settings.getByRole('combobox', { name: 'Kind' }).click();
    const list = window.getByRole('listbox', { name: 'Kind' });
    for (const key of ['Home', 'End'] as const) {
      await window.keyboard.press(key);
      const option = list.getByRole('option')[key === 'Home' ? 'first' : 'last']();
      // What is there for the eye and the pointer, and not only in the page.
      await expect
        .poll(() =>
          option.evaluate((node) => {
            const { left, top, width, height } = node.getBoundingClientRect();
            return node.contains(document.elementFromPoint(left + width / 2, top + height / 2));
          }),
        )
        .toBe(true);
    }
    await window.keyboard.press('Escape');
    await settings.getByRole('button', { name: 'Close' }).click();
  }
});

test('where there is no key store, keys are kept in a file once the person says so, and no longer when they take it back', async ({
  desk,
}) => {
  const { app } = await desk.start({ folder: desk.repository().directory });
  const file = path.join(app.dataDir, 'secrets.json');
  const key = 'sk-typed-0123456789';
  const kept = () => (fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '');
  const providerId = await ask(app.window, 'accounts.add', {
    kind: 'openai-compat',
    name: 'Work',
    baseUrl: desk.server.openaiUrl,
    key,
    models: ['gpt-5.2'],
  }).then((answer) => answer.providerId);
  const settings = await openSettings(app.window, 'Accounts');
  const choice = settings.getByRole('switch', { name: 'Keep them in a file' });
  await expect(settings).toContainText('are kept in memory until Gaffer quits');
  expect(kept()).not.toContain(providerId);
  await choice.click();
  await expect(choice).toBeChecked();
  await expect(settings).toContainText('stand in secrets.json of your data folder, not encrypted');
  expect(kept()).toContain(providerId);
  expect(fs.statSync(file).mode & 0o777).toBe(0o600);
  await app.close();

  const again = await desk.again(app);
  const later = await openSettings(again.app.window, 'Accounts');
  await later.getByRole('button', { name: 'Test Work' }).click();
  await expect(later.getByRole('listitem', { name: 'Work' })).toContainText('works, checked just now');
  await later.getByRole('switch', { name: 'Keep them in a file' }).click();
  await expect(later).toContainText('are kept in memory until Gaffer quits');
  expect(kept()).not.toContain(providerId);
});

test('what the person tells every agent is written in the settings, and stands before the next chat', async ({
  desk,
}) => {
  script(desk.server, 'Good morning', [{ say: 'Guten Morgen.' }]);
  const { app, chat } = await desk.start({ folder: desk.repository().directory });
  await expect(chat.message).toBeVisible({ timeout: 60_000 });
  const settings = await openSettings(app.window, 'General');
  await settings.getByRole('button', { name: 'Edit your instructions' }).click();
  const editor = app.window.getByRole('dialog', { name: 'Your instructions' });
  const field = editor.getByRole('textbox', { name: 'What every agent on this computer is told' });
  await expect(field).toBeFocused();
  await field.fill('Answer in German.');
  await editor.getByRole('button', { name: 'Save' }).click();
  await expect(editor).toBeHidden();
  await expect(settings.getByRole('button', { name: 'Edit your instructions' })).toBeFocused();
  const file = path.join(app.homeDir, '.gaffer/AGENTS.md');
  expect(fs.readFileSync(file, 'utf8')).toBe('Answer in German.\n');
  await app.window.keyboard.press('Escape');
  await chat.send('Good morning');
  await expect(chat.agent).toHaveText(exactly('Guten Morgen.'));
  expect(JSON.stringify(turnRequests(desk.server).at(-1)?.body)).toContain('Answer in German.');
});
