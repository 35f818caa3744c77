import type { Page } from '@playwright/test';
import { expect } from '../fixtures/desk.ts';
import { ask } from '../fixtures/window-calls.ts';
import { writeTemplate } from '../fixtures/workspaces.ts';
import { escape, type Scene, settings } from './scene.ts';
import type { World } from './world.ts';

const MODELS = ['anthropic/claude-sonnet-5.5', 'deepseek/deepseek-r2-distill-qwen-32b:free', 'gpt-5.2'];
const LONG = 'Azure OpenAI of the platform team, Frankfurt';

/** What a person has who tried several: one whose key is refused, one on this computer, one that is not set up. */
async function addAccounts({ page, server }: World): Promise<void> {
  const bare = { kind: 'openai-compat' as const, key: '', models: [] };
  const { providerId } = await ask(page, 'accounts.add', {
    ...bare,
    name: 'OpenRouter',
    preset: 'openrouter',
    baseUrl: server.openaiUrl,
    key: 'sk-or-0123456789',
    models: MODELS,
    headers: { 'X-Team': 'platform' },
  });
  await ask(page, 'accounts.add', { ...bare, name: 'Ollama', preset: 'ollama', baseUrl: server.openaiUrl });
  const azure = await ask(page, 'accounts.add', {
    ...bare,
    name: LONG,
    preset: 'azure',
    baseUrl: 'https://contoso.openai.azure.com/openai/deployments/gpt',
    models: ['gpt-5.2'],
    headers: { 'api-key': '{key}' },
    apiVersion: '2024-10-21',
  });
  await ask(page, 'accounts.setEnabled', { providerId: azure.providerId, enabled: false });
  server.faults.next({ kind: 'status', status: 401 }, { times: 1 });
  await ask(page, 'accounts.test', { providerId });
}

async function pick(page: Page, label: string, option: string): Promise<void> {
  await page.getByRole('combobox', { name: label, exact: true }).last().click();
  await page.getByRole('option', { name: option }).click();
}

const accountScenes: readonly Scene[] = [
  {
    name: 'settings-accounts',
    async show(world) {
      await addAccounts(world);
      await expect(await settings(world, 'Accounts')).toContainText('key refused');
    },
  },
  {
    name: 'settings-accounts-add',
    async show(world) {
      const part = await settings(world, 'Accounts');
      await part.getByRole('button', { name: 'Add account…' }).click();
      await pick(world.page, 'Kind', 'Azure OpenAI');
      const form = part.getByRole('form', { name: 'New account' });
      await form.getByRole('textbox', { name: 'Base URL' }).fill('contoso.openai.azure.com');
      await form.getByRole('button', { name: 'Add account' }).click();
      await expect(form.getByRole('alert').first()).toBeVisible();
    },
    leave: ({ page }) =>
      page.getByRole('form', { name: 'New account' }).getByRole('button', { name: 'Cancel' }).click(),
  },
  {
    name: 'settings-accounts-edit',
    async show(world) {
      const part = await settings(world, 'Accounts');
      await part.getByRole('button', { name: 'Edit OpenRouter' }).click();
      await expect(part.getByRole('form', { name: 'Edit OpenRouter' })).toBeVisible();
    },
    leave: ({ page }) => page.getByRole('button', { name: 'Edit OpenRouter' }).click(),
  },
  {
    name: 'settings-accounts-remove',
    async show(world) {
      const part = await settings(world, 'Accounts');
      await part.getByRole('button', { name: `Remove ${LONG}` }).click();
      await expect(part.getByRole('group', { name: `Remove ${LONG}?` })).toBeVisible();
    },
    leave: ({ page }) => page.getByRole('button', { name: 'Keep' }).click(),
  },
];

const modelScenes: readonly Scene[] = [
  { name: 'settings-models', show: async (world) => void (await settings(world, 'Models')) },
  {
    name: 'settings-models-add',
    async show(world) {
      const part = await settings(world, 'Models');
      await part.getByRole('button', { name: 'Add models to OpenRouter' }).click();
      const form = part.getByRole('form', { name: 'Add models to OpenRouter' });
      await expect(form.getByRole('status')).toContainText('The server lists');
      await form.getByRole('combobox', { name: 'Model' }).fill('gpt');
      await expect(form.getByRole('option').first()).toBeVisible();
    },
    async leave({ page }) {
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Done' }).click();
    },
  },
  {
    name: 'settings-models-edit',
    async show(world) {
      const part = await settings(world, 'Models');
      const long = part.getByRole('listitem', { name: MODELS[1] ?? '' });
      await long.getByRole('button', { name: /^Edit / }).click();
      const form = part.getByRole('form', { name: /^Edit / });
      await form.getByText('Sampling, retries').click();
      await form.getByRole('textbox', { name: 'Context limit, in tokens' }).fill('many');
      await form.getByRole('textbox', { name: 'Input' }).fill('-1');
      await form.getByRole('textbox', { name: /^Options of the provider/ }).fill('{"openrouter": }');
      await form.getByRole('button', { name: 'Save' }).click();
      await expect(form.getByRole('alert')).toHaveCount(3);
      await form.getByRole('textbox', { name: 'Name' }).scrollIntoViewIfNeeded();
    },
    leave: ({ page }) =>
      page
        .getByRole('form', { name: /^Edit / })
        .getByRole('button', { name: 'Cancel' })
        .click(),
  },
];

const templateScenes: readonly Scene[] = [
  {
    name: 'settings-templates',
    async show(world) {
      writeTemplate(world.app, 'nightly', ['display_name: Nightly checkout', 'icon: moon']);
      writeTemplate(world.app, 'broken', ['kindd: local', 'scripts: none']);
      await expect(await settings(world, 'Templates')).toContainText('This file is no template yet', {
        timeout: 60_000,
      });
    },
  },
  {
    name: 'template-editor',
    async show(world) {
      const part = await settings(world, 'Templates');
      await part
        .getByRole('listitem', { name: 'broken', exact: true })
        .getByRole('button', { name: 'Edit' })
        .click();
      const editor = world.page.getByRole('dialog', { name: 'Template broken' });
      await editor.getByRole('button', { name: 'Save' }).click();
      await expect(editor.getByRole('alert')).toContainText('Nothing was saved');
    },
    leave: escape,
  },
];

const backupScenes: readonly Scene[] = [
  {
    name: 'settings-backups',
    async show(world) {
      await ask(world.page, 'backups.make', {});
      await ask(world.page, 'backups.integrity', {});
      const part = await settings(world, 'Backups');
      await expect(part.getByRole('list', { name: 'Copies' })).toContainText('by hand');
      await expect(part).toContainText('Sound');
    },
  },
  {
    name: 'settings-backups-restore',
    async show(world) {
      const part = await settings(world, 'Backups');
      await part.getByRole('button', { name: 'Restore…' }).first().click();
      await expect(part.getByRole('group', { name: /^Restore the copy of/ })).toBeVisible();
    },
    // Out of the settings, too: this was their last part.
    leave: escape,
  },
];

/** Every part of the settings, and what is asked and refused in them. */
export const settingsScenes: readonly Scene[] = [
  { name: 'settings-general', show: async (world) => void (await settings(world, 'General')) },
  {
    name: 'settings-instructions',
    async show(world) {
      const part = await settings(world, 'General');
      await part.getByRole('button', { name: 'Edit your instructions' }).click();
      const dialog = world.page.getByRole('dialog', { name: 'Your instructions' });
      await dialog
        .getByRole('textbox')
        .fill('Answer in German.\nRun the tests before you say that something is done.');
    },
    leave: escape,
  },
  { name: 'settings-keyboard', show: async (world) => void (await settings(world, 'Keyboard')) },
  ...accountScenes,
  ...modelScenes,
  {
    name: 'settings-usage',
    async show(world) {
      const part = await settings(world, 'Usage');
      await expect(part.getByRole('row', { name: /^Total/ })).toContainText('$');
    },
  },
  {
    name: 'settings-usage-budgets',
    async show(world) {
      const part = await settings(world, 'Usage');
      await part.getByRole('radio', { name: 'All of it' }).click();
      await part.getByRole('textbox', { name: 'All chats, in dollars' }).fill('five');
      await part.getByRole('button', { name: 'Save budgets' }).click();
      await expect(part.getByRole('alert')).toBeVisible();
    },
    leave: ({ page }) => page.getByRole('button', { name: 'Cancel' }).click(),
  },
  {
    name: 'settings-approvals',
    async show(world) {
      const part = await settings(world, 'Approvals');
      await expect(part.getByRole('list', { name: 'Approval rules' })).toContainText('git status …');
    },
  },
  {
    name: 'settings-git-accounts',
    async show(world) {
      const { page } = world;
      const token = 'glpat-0123456789';
      await ask(page, 'git.addAccount', { kind: 'github', host: 'github.com', token });
      const apiBase = 'https://git.build.internal.example.com/api/v1';
      await ask(page, 'git.addAccount', { kind: 'gitea', host: 'git.build.internal.example.com', apiBase });
      const part = await settings(world, 'Git accounts');
      await expect(part.getByRole('listitem')).toHaveCount(2);
    },
  },
  {
    name: 'settings-git-accounts-add',
    async show(world) {
      const part = await settings(world, 'Git accounts');
      await part.getByRole('button', { name: 'Add git account…' }).click();
      const form = part.getByRole('form', { name: 'New git account' });
      await form.getByLabel('Host').fill('github.com');
      await form.getByRole('button', { name: 'Add git account' }).click();
      await expect(form.getByRole('alert')).toBeVisible();
    },
    leave: ({ page }) => page.getByRole('button', { name: 'Cancel' }).click(),
  },
  { name: 'settings-hosts-none', show: async (world) => void (await settings(world, 'Hosts')) },
  ...templateScenes,
  ...backupScenes,
];
