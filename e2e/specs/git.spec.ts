import fs from 'node:fs';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { test as base, type Desk, expect } from '../fixtures/desk.ts';
import { githubAnswers } from '../fixtures/forge/github.ts';
import { answerFrom } from '../fixtures/forge/serve.ts';
import { type GitServer, startGitServer } from '../fixtures/git-server.ts';
import { script, turnRequests } from '../fixtures/script.ts';
import { openSettings } from '../fixtures/settings.ts';

const TOKEN = 'tok_0123456789abcdef';
const NAME = 'team/shapes';

interface Forge extends GitServer {
  /** What its API answers, by path and query. */
  answers: Readonly<Record<string, unknown>>;
}

const test = base.extend<{ forge: Forge }>({
  forge: async ({}, use) => {
    const server = await startGitServer();
    const forge: Forge = Object.assign(server, { answers: {} });
    forge.tokens.add(TOKEN);
    forge.api = (request, response) =>
      answerFrom(forge.answers, (request.url ?? '').replace(/^\/api\/v3/, ''), response);
    await use(forge);
    await forge.stop();
  },
});

/** On a branch of its own, with a remote at the forge. */
function repositoryAt(forge: Forge, desk: Desk) {
  const repository = desk.repository();
  repository.git('remote', 'add', 'origin', forge.create(NAME));
  repository.git('checkout', '--quiet', '-b', 'topic');
  fs.writeFileSync(path.join(repository.directory, 'notes.md'), 'one\ntwo\n');
  repository.git('add', '.');
  repository.git('commit', '--quiet', '-m', 'Notes');
  return repository;
}

async function addAccount(window: Page, forge: Forge, token: string) {
  // The folder that was opened is shown: what comes with it closes no dialog any more.
  await expect(window.getByRole('combobox', { name: 'Approval mode' })).toContainText('Full auto');
  const settings = await openSettings(window, 'Git accounts');
  await settings.getByRole('button', { name: 'Add git account…' }).click();
  const form = settings.getByRole('form', { name: 'New git account' });
  await form.getByRole('textbox', { name: 'Host' }).fill(forge.host);
  await form.getByRole('textbox', { name: 'Address of its API' }).fill(`${forge.url}/api/v3`);
  await form.getByLabel('Token', { exact: true }).fill(token);
  await form.getByRole('button', { name: 'Add git account' }).click();
  const account = settings
    .getByRole('list', { name: 'Git accounts' })
    .getByRole('listitem', { name: forge.host });
  await expect(account).toBeVisible();
  return { settings, account };
}

test('a chat pushes with the person’s token, after they said so once, and its pull request appears', async ({
  desk,
  forge,
}) => {
  const { directory } = repositoryAt(forge, desk);
  forge.answers = githubAnswers(forge.url, NAME, 'topic', {
    number: 12,
    runs: [{ status: 'completed', conclusion: 'success' }],
  });
  const fill = `printf 'protocol=http\\nhost=${forge.host}\\n\\n' | git credential fill`;
  script(desk.server, 'Push it', [
    { calls: [{ name: 'execute', args: { command: 'git push origin topic', timeout: '60s' } }] },
    { calls: [{ name: 'execute', args: { command: fill, timeout: '60s' } }] },
    { say: 'Pushed.' },
  ]);
  script(desk.server, 'Fetch it', [
    { calls: [{ name: 'execute', args: { command: 'git fetch origin', timeout: '60s' } }] },
    { say: 'Fetched.' },
  ]);
  const { app, chat } = await desk.start({ folder: directory, approvals: 'auto' });
  const { window } = app;
  const { account } = await addAccount(window, forge, TOKEN);
  await account.getByRole('button', { name: 'Test' }).click();
  await expect(account).toContainText('The token is octocat’s.', { timeout: 60_000 });
  await app.screenshot('git-accounts');
  await window.keyboard.press('Escape');

  await chat.send('Push it');
  const card = window.getByRole('main').getByRole('group', { name: 'Git: Push it' });
  await expect(card).toContainText(`Let chats use your token of ${forge.host} on this computer?`, {
    timeout: 60_000,
  });
  await expect(card).toContainText('git push origin topic');
  await expect(chat.chat('Push it')).toHaveAccessibleName(/Git asks for a token/);
  await expect(window.getByRole('button', { name: 'Inbox, 1 waiting for you' })).toBeVisible();
  await app.screenshot('git-card');
  const allow = card.getByRole('button', { name: 'Allow', exact: true });
  await expect(allow).toHaveAttribute('aria-disabled', 'false');
  await allow.click();
  await expect(chat.agent.last()).toContainText('Pushed.', { timeout: 60_000 });
  expect(forge.git(NAME, 'log', '-1', '--format=%s', 'topic')).toBe('Notes');

  const pull = window
    .getByRole('banner')
    .getByRole('button', { name: /^Pull request #12, Open, Checks passed/ });
  await expect(pull).toBeVisible({ timeout: 60_000 });
  await expect(window.getByRole('banner')).toContainText('+100 −3');
  await app.screenshot('git-pull-request');
  await pull.click();
  const link = window.getByRole('dialog', { name: 'Open this link?' });
  await expect(link).toContainText(`${forge.url}/${NAME}/pull/12`);
  await link.getByRole('button', { name: 'Cancel' }).click();

  await chat.newChat();
  await chat.send('Fetch it');
  await expect(chat.agent.last()).toContainText('Fetched.', { timeout: 60_000 });
  await expect(chat.chat('Push it')).toContainText('#12 Open');
  await expect(window.getByRole('group', { name: /^Git: / })).toHaveCount(0);

  // What git printed of it is masked in the rows, in what the model reads, and in the log.
  await chat.chat('Push it').click();
  const asked = chat.tool('execute').last();
  await expect(asked).toContainText('git credential fill');
  await chat.open(asked);
  await expect(asked).toContainText('password=‹secret›');
  expect(JSON.stringify(turnRequests(desk.server))).not.toContain(TOKEN);
  expect(app.log()).not.toContain(TOKEN);
  expect(app.pageErrors).toEqual([]);
});

test('a denied token leaves git with a plain reason; the settings make it ask again', async ({
  desk,
  forge,
}) => {
  const { directory } = repositoryAt(forge, desk);
  const push = { name: 'execute', args: { command: 'git push origin topic', timeout: '60s' } };
  script(desk.server, 'Push now', [{ calls: [push] }, { say: 'That failed.' }]);
  script(desk.server, 'Push again', [{ calls: [push] }, { say: 'That worked.' }]);
  const { app, chat } = await desk.start({ folder: directory, approvals: 'auto' });
  const { account } = await addAccount(app.window, forge, TOKEN);
  await app.window.keyboard.press('Escape');
  await chat.send('Push now');
  const card = app.window.getByRole('main').getByRole('group', { name: /^Git: / });
  const deny = card.getByRole('button', { name: 'Deny' });
  await expect(deny).toHaveAttribute('aria-disabled', 'false', { timeout: 60_000 });
  await deny.click();
  await expect(chat.agent.last()).toContainText('That failed.', { timeout: 60_000 });
  const said = JSON.stringify(turnRequests(desk.server).at(-1)?.body);
  expect(said).toContain(`The person did not allow the use of the token of ${forge.host}`);

  await openSettings(app.window, 'Git accounts');
  await expect(account).toContainText('denied on this computer');
  await account.getByRole('button', { name: 'Ask again before use' }).click();
  await expect(account).not.toContainText('denied');
  await app.window.keyboard.press('Escape');
  await chat.send('Push again');
  const allow = card.getByRole('button', { name: 'Allow', exact: true });
  await expect(allow).toHaveAttribute('aria-disabled', 'false', { timeout: 60_000 });
  await allow.click();
  await expect(chat.agent.last()).toContainText('That worked.', { timeout: 60_000 });
});

test('a clone asks for the token that is missing, from the inbox, and says where one is made', async ({
  desk,
  forge,
}) => {
  const repository = repositoryAt(forge, desk);
  const clone = `git clone --quiet ${forge.url}/${NAME}.git copy`;
  script(desk.server, 'Clone it', [
    { calls: [{ name: 'execute', args: { command: clone, timeout: '60s' } }] },
    { say: 'Cloned.' },
  ]);
  const { app, chat } = await desk.start({ folder: repository.directory, approvals: 'auto' });
  await addAccount(app.window, forge, '');
  await app.window.keyboard.press('Escape');
  await chat.send('Clone it');
  await expect(chat.tool('execute')).toContainText('Sign in to', { timeout: 60_000 });
  await chat.newChat();
  await app.window.getByRole('button', { name: 'Inbox, 1 waiting for you' }).click();
  const card = app.window
    .getByRole('region', { name: 'Inbox' })
    .getByRole('group', { name: 'Git: Clone it' });
  await expect(card).toContainText(`${forge.url}/settings/tokens/new`);
  await expect(card).toContainText(clone);
  await app.screenshot('git-sign-in');
  await card.getByLabel(/^2\. Token of/).fill(TOKEN);
  const use = card.getByRole('button', { name: 'Use token' });
  await expect(use).toHaveAttribute('aria-disabled', 'false');
  await use.click();
  await chat.chat('Clone it').click();
  await expect(chat.agent.last()).toContainText('Cloned.', { timeout: 60_000 });
  expect(fs.existsSync(path.join(repository.directory, 'copy', '.git'))).toBe(true);
});
