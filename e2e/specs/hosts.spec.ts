import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import type { Locator } from '@playwright/test';
import type { RunningApp } from '../fixtures/app.ts';
import { HostDialogs } from '../fixtures/host-dialogs.ts';
import { script } from '../fixtures/script.ts';
import { openSettings } from '../fixtures/settings.ts';
import { accountMissing } from '../fixtures/ssh-account.ts';
import { configureHost, fingerprintOf, giveKey, knownHosts, placeOf } from '../fixtures/ssh-person.ts';
import { agentsReached, expect, pickMode, test } from '../fixtures/ssh-workspace.ts';
import { worldMissing } from '../fixtures/sshd-world.ts';

const PASSPHRASE = 'open sesame, please';
const PASSWORD = 'correct horse battery';
const CODE = '24681012';

test('a host by its name in the SSH configuration: its key, a passphrase, a password and a code are answered in the window', async ({
  desk,
  hosts,
}) => {
  const missing = accountMissing();
  test.skip(missing !== null, missing ?? '');
  test.setTimeout(300_000);
  const host = await hosts.start({
    account: { password: PASSWORD, code: CODE },
    config: ['AuthenticationMethods publickey,keyboard-interactive'],
  });
  const person = host.person({ knowsHost: false });
  giveKey(person, host.sshd, 'id_locked', PASSPHRASE);
  configureHost(person, 'gpu-box', { ...placeOf(host.sshd), IdentityFile: '~/.ssh/id_locked' });
  const repository = desk.repository();
  script(desk.server, 'Show me the secret', [
    { calls: [{ name: 'execute', args: { command: `echo ${PASSWORD} on $((6 * 7))`, timeout: '1m' } }] },
    { say: 'There it is.' },
  ]);
  const { app, chat } = await desk.start(person);
  const dialogs = new HostDialogs(app.window);

  // The name is offered; the keyboard takes it.
  await app.window.getByRole('button', { name: 'Another folder or host…' }).click();
  const field = dialogs.form.getByRole('combobox', { name: 'SSH host' });
  await field.click();
  await expect(app.window.getByRole('option', { name: /^gpu-box/ })).toContainText('from your ssh config');
  await field.press('ArrowDown');
  await field.press('Enter');
  await expect(field).toHaveValue('gpu-box');
  await dialogs.form.getByLabel('Directory').fill(repository.directory);
  await dialogs.form.getByRole('button', { name: 'Connect', exact: true }).click();

  await expect(dialogs.unknownKey).toHaveAccessibleName('Unknown host key: gpu-box', { timeout: 60_000 });
  await expect(dialogs.unknownKey.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await expect(dialogs.unknownKey).toContainText(fingerprintOf(host.sshd));
  await dialogs.unknownKey.getByLabel('Compare with…').fill(fingerprintOf(host.sshd));
  await expect(dialogs.unknownKey.getByRole('status')).toHaveText('It is the same.');
  await expect(dialogs.form.getByRole('status')).toHaveText('Waiting for you: check the key of gpu-box');
  await app.screenshot('host-key');
  await dialogs.trust();

  await dialogs.answer('Passphrase', 'no sesame');
  await expect(dialogs.signIn.getByRole('alert')).toHaveText('The answer before was refused.');
  await app.screenshot('sign-in-refused');
  await dialogs.answer('Passphrase', PASSPHRASE);
  await dialogs.answer('Password', PASSWORD);
  await dialogs.answer('Verification code', '00000000');
  // A refused round begins anew.
  await dialogs.answer('Password', PASSWORD);
  await expect(dialogs.signIn.getByRole('alert')).toHaveText('The answer before was refused.');
  await dialogs.answer('Verification code', CODE);
  await expect(dialogs.form).toBeHidden({ timeout: 120_000 });
  expect(knownHosts(person)).toContain(host.sshd.hostKey.split(' ')[1]);

  await pickMode(chat, 'Full auto');
  await chat.send('Show me the secret');
  await expect(chat.agent.last()).toContainText('There it is.', { timeout: 90_000 });
  await chat.rests();
  await chat.open(chat.tool('execute'));
  await expect(chat.tool('execute')).toContainText('‹secret› on 42');
  for (const secret of [PASSPHRASE, PASSWORD, CODE]) expect(app.log()).not.toContain(secret);
  expect(app.pageErrors).toEqual([]);
});

test('an answer is remembered until the app quits where there is no key store; it can be forgotten', async ({
  desk,
  hosts,
}) => {
  const missing = accountMissing();
  test.skip(missing !== null, missing ?? '');
  test.setTimeout(300_000);
  const host = await hosts.start({ account: { password: PASSWORD } });
  const person = host.person();
  configureHost(person, 'gpu-box', { ...placeOf(host.sshd), PreferredAuthentications: 'password' });
  const repository = desk.repository();
  const { app, chat } = await desk.start(person);
  const dialogs = new HostDialogs(app.window);
  await dialogs.connect('gpu-box', repository.directory);
  await expect(dialogs.signIn).toContainText('This system offers no key store.', { timeout: 60_000 });
  await dialogs.answer('Password', PASSWORD, { remember: true });
  await expect(dialogs.form).toBeHidden({ timeout: 120_000 });

  // A connection that breaks comes back without a question.
  expect(await host.sshd.cut()).toBeGreaterThan(0);
  await expect.poll(() => agentsReached(app).length, { timeout: 60_000 }).toBe(2);
  await expect(dialogs.signIn).toBeHidden();

  await openSettings(app.window, 'Hosts');
  const row = app.window.getByRole('list', { name: 'Hosts' }).getByRole('listitem', { name: 'gpu-box' });
  await expect(row).toContainText('connected · 1 workspace');
  await row.getByRole('button', { name: 'Forget saved answers' }).click();
  await expect(row.getByRole('button', { name: 'Forget saved answers' })).toBeHidden();
  await app.screenshot('settings-hosts');
  await app.window.getByRole('button', { name: 'Close' }).click();
  expect(await host.sshd.cut()).toBeGreaterThan(0);
  await dialogs.answer('Password', PASSWORD, { remember: true });
  await expect.poll(() => agentsReached(app).length, { timeout: 60_000 }).toBe(3);
  await app.close();

  const again = await desk.again(app);
  const after = new HostDialogs(again.app.window);
  script(desk.server, 'Are you there', [
    { calls: [{ name: 'execute', args: { command: 'echo here' } }] },
    { say: 'Yes.' },
  ]);
  await again.chat.send('Are you there');
  await expect(after.signIn).toBeVisible({ timeout: 60_000 });
  await after.signIn.getByRole('button', { name: 'Cancel' }).click();
  await expect(again.chat.page.getByRole('group', { name: 'Connection to gpu-box' })).toContainText(
    'gpu-box',
    { timeout: 60_000 },
  );
  expect(chat.page.isClosed()).toBe(true);
  expect([...app.pageErrors, ...again.app.pageErrors]).toEqual([]);
});

test('the doctor names what is broken, and its advice works: a wrong port, then a changed key', async ({
  desk,
  hosts,
}) => {
  test.setTimeout(300_000);
  const host = await hosts.start();
  const person = host.person({ knowsHost: false });
  giveKey(person, host.sshd, 'id_ed25519');
  const right = placeOf(host.sshd);
  configureHost(person, 'gpu-box', { ...right, Port: await unusedPort() });
  const { app } = await desk.start(person);
  const dialogs = new HostDialogs(app.window);
  await dialogs.connect('gpu-box', desk.repository().directory);
  await expect(dialogs.form.getByRole('alert')).toContainText('gpu-box', { timeout: 60_000 });
  await app.screenshot('host-form-problem');
  await dialogs.form.getByRole('button', { name: 'Open doctor' }).click();
  const help = dialogs.doctor.getByRole('group', { name: 'What helps' });
  await expect(dialogs.stage('Connection')).toContainText('failed');
  await expect(help).toContainText(/port/i);
  await app.screenshot('doctor-wrong-port');

  // The port is put right; what answers there is not what the person knew.
  configureHost(person, 'gpu-box', right);
  const stranger = fs
    .readFileSync(path.join(host.sshd.dir, 'stranger_key.pub'), 'utf8')
    .split(' ')
    .slice(0, 2);
  const known = `[${host.sshd.hostname}]:${host.sshd.port} ${stranger.join(' ')}\n`;
  fs.writeFileSync(path.join(person.homeDir, '.ssh/known_hosts'), known);
  await dialogs.doctor.getByRole('button', { name: 'Try again' }).click();
  await expect(dialogs.stage('Host key')).toContainText('failed', { timeout: 60_000 });
  await expect(dialogs.doctor).toContainText(fingerprintOf(host.sshd));
  await app.screenshot('doctor-changed-key');
  const command = await copied(app, help.getByRole('button', { name: 'Copy command' }));
  execFileSync('sh', ['-c', command], { env: { ...process.env, HOME: person.homeDir }, stdio: 'ignore' });
  expect(knownHosts(person)).not.toContain(stranger[1]);

  await dialogs.doctor.getByRole('button', { name: 'Try again' }).click();
  await dialogs.trust();
  await expect(dialogs.doctor).toContainText(/Connected in/, { timeout: 120_000 });
  await app.screenshot('doctor-connected');
  const text = await copied(app, dialogs.doctor.getByRole('button', { name: 'Copy as text' }));
  expect(text).toContain('Connection to gpu-box');
  expect(text).toMatch(/ok {4}Sign-in: .* \(\d+ ms\)/);
  expect(app.pageErrors).toEqual([]);
});

test('the doctor says how to help a host without Node.js, and once it has one, it connects', async ({
  desk,
  hosts,
}) => {
  const missing = accountMissing() ?? worldMissing();
  test.skip(missing !== null, missing ?? '');
  test.setTimeout(300_000);
  const host = await hosts.start({ account: {}, world: { hideNode: true } });
  const person = host.person();
  giveKey(person, host.sshd, 'id_ed25519');
  configureHost(person, 'gpu-box', placeOf(host.sshd));
  // None can be fetched either.
  const env = { ...person.env, npm_config_registry: `http://127.0.0.1:${await unusedPort()}/` };
  const { app } = await desk.start({ ...person, env });
  const dialogs = new HostDialogs(app.window);
  await dialogs.connect('gpu-box', desk.repository().directory);
  await expect(dialogs.form.getByRole('alert')).toContainText('no usable Node.js', { timeout: 120_000 });
  await dialogs.form.getByRole('button', { name: 'Open doctor' }).click();
  await expect(dialogs.stage('Node.js')).toContainText('failed');
  await expect(dialogs.stage('Sign-in')).toContainText('done');
  await expect(dialogs.doctor.getByRole('group', { name: 'What helps' })).toContainText(
    'npm pack node-linux-',
  );
  await app.screenshot('doctor-no-node');

  const bin = path.join(host.sshd.home ?? '', '.local/bin');
  fs.mkdirSync(bin, { recursive: true });
  fs.copyFileSync(process.execPath, path.join(bin, 'node'), fs.constants.COPYFILE_FICLONE);
  await dialogs.doctor.getByRole('button', { name: 'Try again' }).click();
  await expect(dialogs.doctor).toContainText(/Connected in/, { timeout: 120_000 });
  await app.screenshot('doctor-all-stages');
  await dialogs.doctor.getByRole('button', { name: 'Close' }).last().click();
  await dialogs.form.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(dialogs.form).toBeHidden({ timeout: 120_000 });
  expect(app.pageErrors).toEqual([]);
});

test('a question waits for a pause in what is typed, stands in every window, and is answered once', async ({
  desk,
  hosts,
}) => {
  const missing = accountMissing();
  test.skip(missing !== null, missing ?? '');
  test.setTimeout(300_000);
  const host = await hosts.start({ account: { password: PASSWORD } });
  const person = host.person();
  configureHost(person, 'gpu-box', { ...placeOf(host.sshd), PreferredAuthentications: 'password' });
  const { app, chat } = await desk.start(person);
  const dialogs = new HostDialogs(app.window);
  await dialogs.connect('gpu-box', desk.repository().directory);
  await dialogs.answer('Password', PASSWORD);
  await expect(dialogs.form).toBeHidden({ timeout: 120_000 });
  script(desk.server, 'Hello', [{ say: 'Hello to you.' }]);
  await chat.send('Hello');
  await expect(chat.agent.last()).toContainText('Hello to you.', { timeout: 60_000 });
  const opened = app.electron.waitForEvent('window');
  await chat.message.press('Control+Shift+N');
  const second = new HostDialogs(await opened);

  // The link breaks while a message is being written: not one letter goes elsewhere.
  const words =
    'Please look at the area of the circle, and at the volume of the sphere while you are there. ';
  await chat.message.click();
  const typing = (async () => {
    for (let i = 0; i < 3 || !(await second.signIn.isVisible()); i += 1)
      await app.window.keyboard.type(words, { delay: 20 });
    return app.window.keyboard.type('The end.', { delay: 20 });
  })();
  expect(await host.sshd.cut()).toBeGreaterThan(0);
  await typing;
  expect(await chat.message.inputValue()).toMatch(new RegExp(`^(${words})+The end\\.$`));
  await expect(dialogs.signIn).toBeVisible({ timeout: 60_000 });
  await expect(dialogs.signIn.getByLabel('Password')).toBeFocused();
  // By its attributes: behind a modal dialog nothing has a role.
  await expect(app.window.locator('[role="treeitem"][aria-level="1"]')).toHaveAttribute(
    'aria-label',
    /, gpu-box, Waiting for you: sign in to gpu-box$/,
  );
  await app.screenshot('tree-waits');
  await second.answer('Password', PASSWORD);
  await expect(dialogs.signIn).toBeHidden({ timeout: 60_000 });
  await expect(chat.message).toBeFocused();
  await expect(chat.page.getByRole('banner')).not.toContainText('connecting', { timeout: 60_000 });
  expect(app.pageErrors).toEqual([]);
});

test('connecting to who says nothing is shown and given up; declining what is asked leaves no key behind', async ({
  desk,
  hosts,
}) => {
  test.setTimeout(240_000);
  const host = await hosts.start();
  const person = host.person({ knowsHost: false });
  giveKey(person, host.sshd, 'id_ed25519');
  const silent = net.createServer((socket) => socket.resume());
  const port = await listening(silent);
  const gone = new Promise<void>((resolve) =>
    silent.once('connection', (socket) => socket.once('close', () => resolve())),
  );
  configureHost(person, 'gpu-box', { ...placeOf(host.sshd), Port: port });
  const { app } = await desk.start(person);
  const dialogs = new HostDialogs(app.window);
  const directory = desk.repository().directory;
  await dialogs.connect('gpu-box', directory);
  await expect(dialogs.form.getByRole('status')).toHaveText('Agreeing on encryption…', { timeout: 60_000 });
  await app.screenshot('host-form-connecting');
  await dialogs.form.getByRole('button', { name: 'Cancel' }).click();
  await gone;
  await expect(dialogs.form.getByRole('combobox', { name: 'SSH host' })).toBeEnabled();
  await expect(dialogs.form.getByRole('alert')).toBeHidden();
  silent.close();

  configureHost(person, 'gpu-box', placeOf(host.sshd));
  await dialogs.connect('gpu-box', directory);
  await expect(dialogs.unknownKey).toBeVisible({ timeout: 60_000 });
  await app.window.keyboard.press('Escape');
  // It was for the question, and not for the form behind it.
  await expect(dialogs.form.getByRole('alert')).toContainText('gpu-box', { timeout: 60_000 });
  await expect(dialogs.unknownKey).toBeHidden();
  expect(fs.existsSync(path.join(person.homeDir, '.ssh/known_hosts'))).toBe(false);
  await dialogs.connect('gpu-box', directory);
  await dialogs.trust();
  await expect(dialogs.form).toBeHidden({ timeout: 120_000 });
  expect(app.pageErrors).toEqual([]);
});

test('Gaffer is removed from a host, not while a command runs there unless told so, and comes back when it is used', async ({
  desk,
  hosts,
}) => {
  test.setTimeout(300_000);
  const host = await hosts.start();
  const person = host.person();
  giveKey(person, host.sshd, 'id_ed25519');
  configureHost(person, 'gpu-box', placeOf(host.sshd));
  const repository = desk.repository();
  script(desk.server, 'Wait there', [
    { calls: [{ name: 'execute', args: { command: 'echo started; sleep 600', timeout: '20m' } }] },
    { say: 'It was stopped.' },
  ]);
  script(desk.server, 'Say hello', [
    { calls: [{ name: 'execute', args: { command: 'echo hello again', timeout: '1m' } }] },
    { say: 'It said hello.' },
  ]);
  const { app, chat } = await desk.start(person);
  const dialogs = new HostDialogs(app.window);
  await dialogs.connect('gpu-box', repository.directory);
  await expect(dialogs.form).toBeHidden({ timeout: 120_000 });
  await pickMode(chat, 'Full auto');
  await chat.send('Wait there');
  await expect(chat.tool('execute')).toContainText('started', { timeout: 60_000 });
  expect(host.agentFile()).not.toBeNull();

  await openSettings(app.window, 'Hosts');
  const row = app.window.getByRole('list', { name: 'Hosts' }).getByRole('listitem', { name: 'gpu-box' });
  await row.getByRole('button', { name: 'Remove Gaffer from this host…' }).click();
  const question = row.getByRole('group', { name: 'Remove Gaffer from gpu-box?' });
  await question.getByRole('button', { name: 'Remove', exact: true }).click();
  await expect(question.getByRole('list', { name: 'What still runs there' })).toContainText('sleep 600', {
    timeout: 60_000,
  });
  await app.screenshot('remove-from-host');
  expect(host.agentFile()).not.toBeNull();
  await question.getByRole('button', { name: 'Remove anyway' }).click();
  await expect(question).toContainText('Gaffer was removed from gpu-box', { timeout: 60_000 });
  expect(fs.existsSync(path.join(host.remoteHome, '.gaffer'))).toBe(false);
  await question.getByRole('button', { name: 'Done' }).click();
  await app.window.getByRole('button', { name: 'Close' }).click();
  expect(fs.existsSync(repository.directory)).toBe(true);

  await chat.newChat();
  await chat.send('Say hello');
  await expect(chat.agent.last()).toContainText('It said hello.', { timeout: 120_000 });
  expect(host.agentFile()).not.toBeNull();
  expect(app.pageErrors).toEqual([]);
});

test('after sleep a connection that no longer answers is replaced at once, and the command’s output is whole', async ({
  desk,
  hosts,
}) => {
  test.setTimeout(300_000);
  const host = await hosts.start();
  const person = host.person();
  giveKey(person, host.sshd, 'id_ed25519');
  // Left alone, the silence would be noticed after an hour.
  configureHost(person, 'gpu-box', {
    ...placeOf(host.sshd),
    ServerAliveInterval: 1200,
    ServerAliveCountMax: 3,
  });
  const repository = desk.repository();
  const command = 'echo begun; while [ ! -e go ]; do sleep 0.1; done; echo the end';
  script(desk.server, 'Outlive my nap', [
    { calls: [{ name: 'execute', args: { command, timeout: '20m' } }] },
    { say: 'It went on.' },
  ]);
  const { app, chat } = await desk.start(person);
  const dialogs = new HostDialogs(app.window);
  await dialogs.connect('gpu-box', repository.directory);
  await expect(dialogs.form).toBeHidden({ timeout: 120_000 });
  await pickMode(chat, 'Full auto');
  await chat.send('Outlive my nap');
  await expect(chat.tool('execute')).toContainText('begun', { timeout: 60_000 });
  await app.electron.evaluate(({ powerMonitor }) => powerMonitor.emit('suspend'));
  await host.sshd.freeze();
  fs.writeFileSync(path.join(repository.directory, 'go'), '');
  await app.electron.evaluate(({ powerMonitor }) => powerMonitor.emit('resume'));
  await expect(chat.agent.last()).toContainText('It went on.', { timeout: 90_000 });
  await chat.rests();
  await chat.open(chat.tool('execute'));
  await expect(chat.tool('execute')).toContainText('the end');
  expect(agentsReached(app)).toEqual([true, false]);
  expect(app.pageErrors).toEqual([]);
});

async function listening(server: net.Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as net.AddressInfo).port;
}

/** Where nobody listens. */
async function unusedPort(): Promise<number> {
  const server = net.createServer();
  const port = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** What a button puts into the clipboard. */
async function copied(app: RunningApp, button: Locator): Promise<string> {
  await app.electron.evaluate(({ clipboard }) => clipboard.clear());
  await button.click();
  const read = () => app.electron.evaluate(({ clipboard }) => clipboard.readText());
  await expect.poll(read).not.toBe('');
  return read();
}
