import { randomUUID } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { asId, type ChatId, type ModelConfigId, type OwnerId } from '@shared/model/ids.ts';
import { invariant } from '@shared/util/invariant.ts';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Clock, systemClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import { systemRandom } from '../base/random.ts';
import type { ChatOperationMap } from '../chatd/machine/store.ts';
import { prepareDatabase } from '../db/prepared.ts';
import type { ProviderOperations } from '../db/providers.ts';
import type { SettingOperations } from '../db/settings.ts';
import { buildWorker, type TestBuild } from '../db/test-build.ts';
import { openWorkerStore, type WorkerStore } from '../db/worker-client.ts';
import { type BackupDeps, createBackups } from './backups.ts';

type Ops = ChatOperationMap & ProviderOperations & SettingOperations;
const preparedDir = path.resolve(import.meta.dirname, '../../out/resources');
const ownerId = asId<OwnerId>(randomUUID());
let build: TestBuild;
let dataDir: string;
let store: WorkerStore<Ops>;
let restored = 0;

beforeAll(async () => {
  await prepareDatabase(preparedDir);
  build = await buildWorker();
});
afterAll(() => build.remove());
beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'gaffer-backups-'));
  restored = 0;
  await open();
});
afterEach(async () => {
  await store.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function open() {
  store = await openWorkerStore<Ops>({
    workerFile: build.workerFile,
    dataDir,
    preparedDir,
    log: silentLog,
  });
}

function backupsOn(change: Partial<BackupDeps> = {}) {
  return createBackups({
    dataDir,
    workerFile: path.join(build.directory, 'backup-worker.mjs'),
    store,
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    showInFolder() {},
    onRestored() {
      restored += 1;
    },
    ...change,
  });
}

async function addModel(): Promise<void> {
  await store.call('addAccount', {
    kind: 'openai-compat',
    name: 'Somebody',
    baseUrl: 'http://127.0.0.1:1/v1',
    models: [{ model: 'm', displayName: 'm', contextLimit: null }],
  } as never);
}

async function addChat(title: string, running = false): Promise<ChatId> {
  const chatId = asId<ChatId>(randomUUID());
  const made = await store.call('createChat', {
    chatId,
    ownerId,
    workspaceId: null,
    title,
    modelConfigId: null as ModelConfigId | null,
    effort: null,
    spawnKey: randomUUID(),
    status: running ? 'running' : 'waiting',
    messages: [{ role: 'user', content: [{ type: 'text', text: title }] }],
  });
  invariant(made.ok, 'the chat was made');
  return chatId;
}
const titles = async () =>
  (await store.call('listChats', { ownerId, archived: false })).map(({ title }) => title).sort();

/** Chats that are written to until the answer is called, and how long each write took at most. */
function keepWriting() {
  let go = true;
  let longest = 0;
  let count = 0;
  const writing = (async () => {
    while (go) {
      const since = performance.now();
      await store.call('setDraft', { ownerId, key: `k${count % 50}`, text: `Draft ${count}`, files: [] });
      if (count % 5 === 0) await addChat(`While copying ${count}`);
      longest = Math.max(longest, performance.now() - since);
      count += 1;
    }
  })();
  return async () => {
    go = false;
    await writing;
    return { longest: Math.round(longest), count };
  };
}

test('a copy is made while chats are written to, opened again, and kept only when it holds the same', async () => {
  await addModel();
  for (let n = 0; n < 20; n++) await addChat(`Chat ${n}`);
  const backups = backupsOn();
  const stop = keepWriting();
  const made = await backups.make();
  const { count } = await stop();
  expect(count).toBeGreaterThan(10);
  invariant(made.ok, JSON.stringify(made));
  expect(made.value).toMatchObject({ why: 'asked', problem: null, verifiedAt: expect.any(String) });
  expect(made.value.chats).toBeGreaterThanOrEqual(20);
  expect(await backups.integrity()).toMatchObject({ ok: true, value: { sound: true } });
  const names = await readdir(path.join(dataDir, 'backups'));
  expect(names.sort()).toEqual([made.value.name, `${made.value.name}.json`].sort());
  expect((await stat(path.join(dataDir, 'backups', made.value.name))).mode & 0o077).toBe(0);
  await backups.close();
}, 240_000);

test('a restored copy takes the place of the database at the next opening; what was there is a copy', async () => {
  await addModel();
  const before = await store.call('loadInstallation', {});
  await addChat('In the copy');
  const running = await addChat('At work', true);
  const backups = backupsOn();
  const made = await backups.make();
  invariant(made.ok, 'the copy is there');
  await addChat('After the copy');
  expect(await backups.restore(made.value.name)).toEqual({ ok: true, value: null });
  expect(restored).toBe(1);
  // Nothing has changed under those who still work.
  expect(await titles()).toEqual(['After the copy', 'At work', 'In the copy']);
  await backups.close();
  await store.close();
  await open();
  expect(await titles()).toEqual(['At work', 'In the copy']);
  // Where an answer to a call is remembered by its key, a number that comes again is not the same call.
  const after = await store.call('loadInstallation', {});
  expect(after.ownerId).toBe(before.ownerId);
  expect(after.installationId).not.toBe(before.installationId);
  // What ran then does not go on by itself.
  expect(await store.call('loadSummary', { chatId: running, ownerId })).toMatchObject({
    status: 'interrupting',
  });
  expect((await readdir(path.join(dataDir, 'db'))).filter((name) => name.startsWith('pg18'))).toEqual([
    'pg18',
  ]);

  // And back again.
  const later = backupsOn();
  const saved = (await readdir(path.join(dataDir, 'backups')))
    .filter((name) => name.endsWith('.gz'))
    .sort();
  expect(saved).toHaveLength(2);
  expect(await later.restore(saved[1] ?? '')).toMatchObject({ ok: true });
  await later.close();
  await store.close();
  await open();
  expect(await titles()).toEqual(['After the copy', 'At work', 'In the copy']);
}, 240_000);

test('a kill between the steps of taking a restored one leaves one of the two, whole', async () => {
  await addModel();
  await addChat('Kept');
  await store.close();
  const home = path.join(dataDir, 'db');
  // Laid out, and not finished: it is not taken.
  await cp(path.join(home, 'pg18'), path.join(home, 'pg18.incoming'), { recursive: true });
  await rm(path.join(home, 'pg18.incoming', 'PG_VERSION'));
  await open();
  expect(await titles()).toEqual(['Kept']);
  await store.close();
  // Marked, and the old one has left already.
  await rename(path.join(home, 'pg18'), path.join(home, 'pg18.incoming'));
  await writeFile(path.join(home, 'pg18.restore'), '');
  await open();
  expect(await titles()).toEqual(['Kept']);
  await store.close();
  // In its place, and still marked.
  await writeFile(path.join(home, 'pg18.restore'), '');
  await open();
  expect(await titles()).toEqual(['Kept']);
});

test('a copy that was changed is found out, and not restored', async () => {
  await addModel();
  await addChat('Sound');
  const backups = backupsOn();
  const made = await backups.make();
  invariant(made.ok, 'the copy is there');
  const file = path.join(dataDir, 'backups', made.value.name);
  expect(await backups.check(made.value.name)).toMatchObject({ ok: true, value: { problem: null } });
  const bytes = await readFile(file);
  const half = bytes.length >> 1;
  bytes[half] = (bytes[half] ?? 0) ^ 0xff;
  await writeFile(file, bytes);
  expect(await backups.check(made.value.name)).toMatchObject({
    ok: true,
    value: { problem: expect.any(String) },
  });
  expect(await backups.restore(made.value.name)).toMatchObject({ ok: false, error: { code: 'damaged' } });
  await writeFile(file, bytes.subarray(0, 1000));
  expect(await backups.check(made.value.name)).toMatchObject({
    value: { problem: 'The archive is damaged.' },
  });
  expect(restored).toBe(0);
  expect(await readdir(path.join(dataDir, 'db'))).not.toContain('pg18.restore');
  await backups.close();
});

test('a place that cannot be written to, and a close in the middle, leave the chats as they were', async () => {
  await addModel();
  await addChat('Still here');
  await writeFile(path.join(dataDir, 'backups'), 'a file');
  const blocked = backupsOn();
  const refused = await blocked.make();
  expect(refused).toMatchObject({ ok: false, error: { code: 'failed' } });
  expect(!refused.ok && refused.error.message).toContain('A file stands in the place of the folder');
  await blocked.close();
  await rm(path.join(dataDir, 'backups'));

  const closed = backupsOn();
  const making = closed.make();
  await expect.poll(() => readdir(path.join(dataDir, 'backups')).catch(() => [])).not.toEqual([]);
  await closed.close();
  expect((await making).ok).toBe(false);
  expect(await titles()).toEqual(['Still here']);
  // What it left goes before the next one.
  await writeFile(path.join(dataDir, 'backups', 'gaffer-x.tar.gz.partial'), 'half');
  const again = backupsOn();
  expect(await again.make()).toMatchObject({ ok: true });
  const left = (await readdir(path.join(dataDir, 'backups'))).filter(
    (name) => !name.startsWith('gaffer-2'),
  );
  expect(left).toEqual([]);
  await again.close();
});

test('a copy is made by itself when the last one is older than a day', async () => {
  await addModel();
  await addChat('Daily');
  const nap = createNaps();
  const backups = backupsOn({ clock: nap.clock });
  const copies = async () =>
    (await readdir(path.join(dataDir, 'backups')).catch(() => [])).filter((name) => name.endsWith('.json'))
      .length;
  await nap.wake(60_000);
  expect(await copies()).toBe(1);
  await nap.wake(60 * 60_000);
  await nap.wake(60 * 60_000);
  expect(await copies()).toBe(1);
  nap.pass(24 * 60 * 60_000);
  await nap.wake(60 * 60_000);
  expect(await copies()).toBe(2);
  await backups.close();
}, 180_000);

/** A clock whose sleepers are woken by the test. */
function createNaps() {
  let now = Date.now();
  let sleepers: { readonly ms: number; readonly wake: () => void }[] = [];
  const clock: Clock = {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason as Error);
        sleepers.push({ ms, wake: resolve });
        signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      }),
  };
  return {
    clock,
    pass: (ms: number) => {
      now += ms;
    },
    async wake(ms: number) {
      await expect.poll(() => sleepers.some((one) => one.ms === ms), { timeout: 60_000 }).toBe(true);
      now += ms;
      const woken = sleepers.filter((one) => one.ms === ms);
      sleepers = sleepers.filter((one) => one.ms !== ms);
      for (const { wake } of woken) wake();
      // What it was woken for is done when it sleeps again.
      await expect.poll(() => sleepers.length, { timeout: 120_000 }).toBeGreaterThan(0);
    },
  };
}
