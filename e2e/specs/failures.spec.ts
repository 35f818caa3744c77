import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { cleanEnv, electronPath, launchArgs, type RunningApp, root } from '../fixtures/app.ts';
import { Conversation } from '../fixtures/conversation.ts';
import { mainWindow, windowWith } from '../fixtures/failure-windows.ts';
import { HostDialogs } from '../fixtures/host-dialogs.ts';
import { isTurn, script, turnRequests } from '../fixtures/script.ts';
import { mountSmallDisk, smallDiskMissing } from '../fixtures/small-disk.ts';
import { askForSsh, expect, openSsh, test } from '../fixtures/ssh-workspace.ts';

const MIB = 1024 * 1024;

test('a folder that cannot be opened is named, and the app is usable', async ({ desk }) => {
  const repository = desk.repository();
  const gone = path.join(repository.directory, 'not here');
  const file = path.join(repository.directory, 'README.md');
  for (const [folder, message] of [
    [gone, `There is no folder at ${gone}.`],
    [file, `${file} is a file, not a folder.`],
  ] as const) {
    const { app, chat } = await desk.start({ folder, provider: null });
    await expect(app.window.getByRole('status', { name: 'Announcements' })).toHaveText(message);
    await app.screenshot('folder-problem');
    await app.window.getByRole('button', { name: 'Another folder or host…' }).click();
    const dialog = app.window.getByRole('dialog', { name: 'Another folder or host' });
    await dialog.getByLabel('Folder on this computer').fill(folder);
    await dialog.getByRole('button', { name: 'Open folder' }).click();
    await expect(dialog.getByRole('alert')).toHaveText(message);
    // As it is written in a shell.
    fs.symlinkSync(repository.directory, path.join(app.homeDir, 'project'));
    await dialog.getByLabel('Folder on this computer').fill('~/project');
    await dialog.getByRole('button', { name: 'Open folder' }).click();
    await expect(dialog).toBeHidden();
    await chat.send('read README.md');
    await expect(chat.agent.last()).toContainText('Areas of simple shapes', { timeout: 60_000 });
    await app.close();
  }
});

test('a host that cannot be used says why and what to do; then it can', async ({ desk, hosts }) => {
  test.setTimeout(240_000);
  const host = await hosts.start();
  const person = host.person({ knowsHost: false });
  const { app, chat } = await desk.start(person);
  const place = {
    target: host.target,
    directory: desk.repository().directory,
    identityFile: host.sshd.clientKey,
  };
  const problem = app.window.getByRole('dialog').getByRole('alert');

  // Nobody listens; then somebody who never says a word.
  const silent = net.createServer((socket) => socket.resume());
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as net.AddressInfo;
  await askForSsh(chat, { ...place, target: `root@127.0.0.1:${port}` });
  await expect(problem).toContainText(`root@127.0.0.1:${port} did not answer in time.`, {
    timeout: 60_000,
  });
  await new Promise((resolve) => silent.close(resolve));
  await askForSsh(chat, { ...place, target: `root@127.0.0.1:${port}` });
  await expect(problem).toContainText(`Nothing answers at root@127.0.0.1:${port}`, { timeout: 30_000 });

  await askForSsh(chat, place);
  const print = execFileSync('ssh-keygen', ['-lf', path.join(host.sshd.dir, 'host_key.pub')], {
    encoding: 'utf8',
  });
  const fingerprint = print.split(' ')[1] ?? '';
  expect(fingerprint).toMatch(/^SHA256:/);
  const dialogs = new HostDialogs(app.window);
  await expect(dialogs.unknownKey).toContainText(fingerprint, { timeout: 30_000 });
  await app.screenshot('ssh-unknown-key');
  await dialogs.distrust();
  await expect(problem).toContainText(fingerprint, { timeout: 30_000 });
  await expect(problem).toContainText('was not accepted');
  // The developer compares it, and has the key from elsewhere.
  fs.copyFileSync(host.sshd.knownHostsFile, path.join(person.homeDir, '.ssh/known_hosts'));

  await askForSsh(chat, { ...place, identityFile: host.sshd.strangerKey });
  await expect(problem).toContainText('refused to let', { timeout: 30_000 });
  await expect(problem).toContainText('authorized_keys');

  await askForSsh(chat, { ...place, directory: '/no/such/place' });
  await expect(problem).toContainText('There is no directory /no/such/place', { timeout: 60_000 });
  await openSsh(chat, place);
  expect(app.pageErrors).toEqual([]);
});

test('a model event that makes no sense is an error row, and Retry works', async ({ desk }) => {
  script(desk.server, 'Answer me', [{ say: 'Here is the whole answer.' }]);
  desk.server.faults.next({ kind: 'malformed', afterEvents: 4 }, { match: isTurn });
  const { app, chat } = await desk.start({ folder: desk.repository().directory });
  await chat.send('Answer me');
  await expect(chat.error).toBeVisible({ timeout: 30_000 });
  await app.screenshot('malformed-event');
  // It is said when it happens, and not when somebody comes to see it.
  const said = app.window.getByRole('status', { name: 'Announcements' });
  const [words = ''] = (await chat.error.locator('.cause').innerText()).split('\n');
  await expect(said).toHaveText(words);
  await app.window.reload();
  await chat.chat('Answer me').click();
  await expect(chat.error).toContainText(words);
  await expect(said).not.toContainText(words);
  await chat.error.getByRole('button', { name: 'Retry' }).click();
  await expect(chat.agent.last()).toContainText('Here is the whole answer.', { timeout: 30_000 });
  await chat.rests();
  await expect(chat.error).toBeHidden();
  await expect(chat.you).toHaveCount(1);
  await expect(chat.agent).toHaveCount(1);
});

/** Resident memory in bytes. */
function memoryOf(pid: number): number {
  const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s*(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
}

test('100 MB of output: the window lives, the row shows both ends, memory stays', async ({ desk }) => {
  test.skip(process.platform !== 'linux', 'memory is read from /proc');
  test.setTimeout(240_000);
  const command =
    'echo the beginning; head -c 104857600 /dev/zero | tr "\\0" x | fold -w 99; echo; echo the end';
  script(desk.server, 'Print a lot', [
    { calls: [{ name: 'execute', args: { command, timeout: '3m' } }] },
    { say: 'That was a lot.' },
  ]);
  const { app, chat } = await desk.start({ folder: desk.repository().directory, approvals: 'auto' });
  const before = memoryOf(app.pid);
  await chat.send('Print a lot');
  await expect(chat.tool('execute').getByRole('button').first()).toHaveAccessibleName(/^Running /);
  // The window takes words while the output rushes by.
  await chat.message.fill('meanwhile');
  await expect(chat.message).toHaveValue('meanwhile');
  await expect(chat.agent.last()).toContainText('That was a lot.', { timeout: 180_000 });
  await chat.rests();
  const row = chat.tool('execute');
  await expect(row).toContainText('exit 0');
  await chat.open(row);
  // Its own words, not those of the command in the row's head.
  const output = row.locator('pre').last();
  await expect(output).toContainText('the end');
  await expect(output).not.toContainText('the beginning');
  await expect(output).toContainText(/lines above · [\d.]+ MB are not shown/);
  await app.screenshot('much-output');
  await row.getByRole('button', { name: 'Show everything' }).click();
  await row.getByRole('button', { name: /lines above$/ }).click();
  await expect(output).toContainText('the beginning');
  await expect(output).toContainText(/[\d.]+ MB are not shown here/);
  await expect(output).toContainText('the end');
  expect(memoryOf(app.pid) - before).toBeLessThan(300 * MIB);
  const told = turnRequests(desk.server).map((request) => JSON.stringify(request.body).length);
  expect(Math.max(...told)).toBeLessThan(MIB);
});

test('a file over the limit and a binary file are answers that the model can read', async ({ desk }) => {
  const repository = desk.repository();
  fs.writeFileSync(path.join(repository.directory, 'big.txt'), 'line\n'.repeat(300_000));
  fs.writeFileSync(path.join(repository.directory, 'picture.bin'), Buffer.from([1, 0, 2, 0]));
  script(desk.server, 'Read both', [
    {
      calls: [
        { name: 'read_file', args: { path: 'big.txt' } },
        { name: 'read_file', args: { path: 'picture.bin' } },
      ],
    },
    { say: 'Neither can be read so.' },
  ]);
  const { app, chat } = await desk.start({ folder: repository.directory });
  await chat.send('Read both');
  await expect(chat.agent.last()).toContainText('Neither can be read so.', { timeout: 60_000 });
  await chat.rests();
  await expect(chat.feed.getByText(/1500000 bytes and the limit is 1048576/)).toBeVisible();
  await expect(chat.feed.getByText(/picture\.bin is a binary file \(4 bytes\)/)).toBeVisible();
  await app.screenshot('unreadable-files');
  const last = JSON.stringify(turnRequests(desk.server).at(-1)?.body);
  expect(last).toContain('use execute with head, tail, sed or grep');
  expect(last).toContain('is a binary file');
});

test('a second start ends at once, and the first window opens its folder', async ({ desk }) => {
  const second = desk.repository('mit Leer zeichen – 図形');
  const { app, chat } = await desk.start({ folder: desk.repository().directory, provider: null });
  await expect(chat.message).toBeVisible();
  const args = launchArgs({ dataDir: app.dataDir, folder: second.directory });
  const process = spawn(electronPath(), args, {
    cwd: root,
    env: cleanEnv(app.homeDir, {}),
    stdio: 'ignore',
  });
  expect(await once(process, 'exit')).toEqual([0, null]);
  const chosen = app.window
    .getByRole('radiogroup', { name: 'Where' })
    .getByRole('radio', { checked: true });
  await expect(chosen).toContainText(second.directory);
  await chat.send('read README.md');
  await expect(chat.agent.last()).toContainText('Areas of simple shapes', { timeout: 60_000 });
  await expect(app.window.getByRole('banner')).toContainText('mit Leer zeichen – 図形');
});

test('a database that another program holds is not touched; when it is free, the app opens', async ({
  desk,
}) => {
  test.skip(process.platform !== 'linux', 'the lock is held by its Linux name');
  const base = fs.mkdtempSync(path.join(os.tmpdir(), 'gaffer-e2e-'));
  const dataDir = path.join(base, 'data');
  fs.mkdirSync(path.join(dataDir, 'db'), { recursive: true });
  const { dev, ino } = fs.statSync(path.join(dataDir, 'db'), { bigint: true });
  const holder = net.createServer();
  await new Promise<void>((resolve) => holder.listen(`\0gaffer-db-${dev}-${ino}`, resolve));
  const { app } = await desk.start({ dataDir, homeDir: path.join(base, 'home'), provider: null });
  const failure = await windowWith(app, 'Another program uses this data');
  await failure.screenshot({ path: path.join(root, 'test-results/screenshots/database-locked.png') });
  expect(fs.readdirSync(path.join(dataDir, 'db'))).toEqual([]);
  await new Promise((resolve) => holder.close(resolve));
  await failure.getByRole('button', { name: 'Try again' }).click();
  const page = await mainWindow(app);
  await expect(new Conversation(page).message).toBeVisible({ timeout: 30_000 });
});

test('a full disk is said in words and loses nothing; with room again the same chat goes on', async ({
  desk,
}) => {
  test.skip(smallDiskMissing() !== null, smallDiskMissing() ?? '');
  test.setTimeout(240_000);
  const disk = mountSmallDisk(256);
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'gaffer-e2e-'));
  script(desk.server, 'The first', [{ say: 'The first answer, whole.' }]);
  script(desk.server, 'The second', [{ say: 'The second answer, whole.' }]);
  let app: RunningApp | null = null;
  try {
    const started = await desk.start({
      folder: desk.repository().directory,
      dataDir: path.join(disk.directory, 'data'),
      homeDir: home,
    });
    app = started.app;
    const { chat } = started;
    // The disk gets full in the middle of an answer.
    const hold = desk.server.faults.hold({ match: isTurn, afterEvents: 3 });
    await chat.send('The first');
    await hold.reached;
    disk.fillUpTo(20);
    hold.release();
    await expect(chat.agent.last()).toContainText('The first answer, whole.', { timeout: 30_000 });
    const said = app.window.getByRole('status', { name: 'Announcements' });
    await expect(said).toContainText('The disk is full: chats wait.', { timeout: 30_000 });
    await app.screenshot('disk-full-turn');
    await chat.send('The second');
    await expect(said).toContainText('The disk is full, so this was not saved.', { timeout: 30_000 });
    await expect(chat.message).toHaveValue('The second');
    await app.screenshot('disk-full');

    disk.free();
    await chat.rests();
    await chat.message.press('Enter');
    await expect(chat.agent.last()).toContainText('The second answer, whole.', { timeout: 60_000 });
    await chat.rests();
    await expect(chat.you).toHaveText([/The first/, /The second/]);
    await expect(chat.agent).toHaveText([/^The first answer, whole\./, /^The second answer, whole\./]);
  } finally {
    await app?.kill();
    await disk.unmount();
    fs.rmSync(home, { recursive: true, force: true });
  }
});
