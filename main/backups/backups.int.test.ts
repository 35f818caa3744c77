import { cp, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { invariant } from '@shared/util/invariant.ts';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Clock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import { ENGINE_MAJOR } from '../db/engine.ts';
import { prepareDatabase } from '../db/prepared.ts';
import { buildWorker, type TestBuild } from '../db/test-build.ts';
import type { BackupDeps, Backups } from './backups.ts';
import { findSoundCopy, restoreClosed } from './restore-closed.ts';
import {
  backupsOf,
  addChat as chat,
  addModel as model,
  openIn,
  ownerId,
  preparedDir,
  type TestStore,
  titlesIn,
} from './test-backups.ts';

let build: TestBuild;
let dataDir: string;
let store: TestStore;
let restored = 0;
let told: string[] = [];

beforeAll(async () => {
  await prepareDatabase(preparedDir);
  build = await buildWorker();
});
afterAll(() => build.remove());
beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'gaffer-backups-'));
  restored = 0;
  told = [];
  await open();
});
afterEach(async () => {
  await store.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function open() {
  store = await openIn(dataDir, build);
}

function backupsOn(change: Partial<BackupDeps> = {}) {
  return backupsOf(
    { dataDir, store, build },
    {
      tell: (message) => told.push(message),
      onRestored() {
        restored += 1;
      },
      ...change,
    },
  );
}

const addModel = () => model(store);
const addChat = (title: string, running = false) => chat(store, title, running);
const titles = () => titlesIn(store);

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

test('a restored copy takes the place of the database at the next opening; what was there becomes a copy', async () => {
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
  // Nothing has changed under those who still work, and what they still do is not lost either.
  expect(await titles()).toEqual(['After the copy', 'At work', 'In the copy']);
  await addChat('At the last moment');
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

  // It says so, and what it replaced is on the shelf; then nothing is left beside the database.
  const nap = createNaps();
  const later = backupsOn({ clock: nap.clock });
  const shelf = async () =>
    (await readdir(path.join(dataDir, 'backups'))).filter((n) => n.endsWith('.json'));
  await expect.poll(shelf, { timeout: 60_000 }).toHaveLength(2);
  expect(told).toEqual([expect.stringMatching(/^The copy of .* was restored/)]);
  await nap.wake(60_000);
  expect(await beside()).toEqual([ENGINE_MAJOR]);
  const ends = new AbortController();
  const first = await later.watch(ends.signal)[Symbol.asyncIterator]().next();
  invariant(!first.done, 'a state came');
  expect(first.value).toMatchObject({ outcome: { kind: 'restored' }, problem: null });
  expect(first.value.copies[0]).toMatchObject({ why: 'before-restore', chats: 4, problem: null });

  // And back again.
  expect(await later.restore(first.value.copies[0]?.name ?? '')).toMatchObject({ ok: true });
  await later.close();
  await store.close();
  await open();
  expect(await titles()).toEqual(['After the copy', 'At the last moment', 'At work', 'In the copy']);
}, 240_000);

const beside = async () =>
  (await readdir(path.join(dataDir, 'db'))).filter((name) => name.startsWith(ENGINE_MAJOR)).sort();

test('a restored one that does not open is put back; what was there has lost nothing, and the window is told', async () => {
  await addModel();
  await addChat('Kept');
  const backups = backupsOn();
  const made = await backups.make();
  invariant(made.ok, 'the copy is there');
  await addChat('Kept, too');
  expect(await backups.restore(made.value.name)).toMatchObject({ ok: true });
  await backups.close();
  // Killed with a checkpoint under way: what was set aside for it goes and comes with its database.
  await store.close();
  const home = path.join(dataDir, 'db');
  await cp(path.join(home, ENGINE_MAJOR, 'global/pg_control'), path.join(home, `${ENGINE_MAJOR}.control`));
  await rm(path.join(home, `${ENGINE_MAJOR}.incoming`, 'global/pg_control'));
  await open();
  expect(await titles()).toEqual(['Kept', 'Kept, too']);
  expect(await beside()).toEqual([ENGINE_MAJOR, `${ENGINE_MAJOR}.was-put-back`]);
  const later = backupsOn();
  await expect.poll(() => told).toEqual([expect.stringContaining('does not open')]);
  await later.close();
}, 120_000);

test('where there are copies but no database, no empty one is laid: a copy is offered and takes its place', async () => {
  await addModel();
  await addChat('Before');
  const backups = backupsOn();
  const made = await backups.make();
  invariant(made.ok, JSON.stringify(made));
  await backups.close();
  await store.close();
  const home = path.join(dataDir, 'db');
  await rename(path.join(home, ENGINE_MAJOR), path.join(dataDir, 'moved away'));
  await expect(open()).rejects.toMatchObject({ code: 'missing' });
  expect(await readdir(home)).not.toContain(ENGINE_MAJOR);
  const copy = await findSoundCopy(dataDir);
  expect(copy).toMatchObject({ name: made.value.name });
  const workerFile = path.join(build.directory, 'backup-worker.mjs');
  expect(await restoreClosed({ dataDir, workerFile, log: silentLog }, made.value.name)).toMatchObject({
    ok: true,
  });
  await open();
  expect(await titles()).toEqual(['Before']);
}, 240_000);

test('one whose opening ends the process every time is put back at the third', async () => {
  await addModel();
  await addChat('Kept');
  await store.close();
  const home = path.join(dataDir, 'db');
  await cp(path.join(home, ENGINE_MAJOR), path.join(home, `${ENGINE_MAJOR}.replaced`), { recursive: true });
  await rm(path.join(home, ENGINE_MAJOR, 'PG_VERSION'));
  await writeFile(path.join(home, `${ENGINE_MAJOR}.restore`), JSON.stringify({ name: 'x', tries: 2 }));
  await open();
  expect(await titles()).toEqual(['Kept']);
  expect(await beside()).toEqual([ENGINE_MAJOR, `${ENGINE_MAJOR}.was-put-back`]);
});

test('the seventh copy that is kept is not the end of the one that is restored', async () => {
  await addModel();
  await addChat('The oldest');
  const first = backupsOn();
  const oldest = await first.make();
  invariant(oldest.ok, 'the copy is there');
  const shelf = path.join(dataDir, 'backups');
  for (let n = 1; n < 7; n++) {
    const name = `gaffer-2099-01-0${n}T00-00-00.000Z.tar.gz`;
    await cp(path.join(shelf, oldest.value.name), path.join(shelf, name));
    const note = JSON.parse(await readFile(path.join(shelf, `${oldest.value.name}.json`), 'utf8'));
    await writeFile(
      path.join(shelf, `${name}.json`),
      JSON.stringify({ ...note, madeAt: `2099-01-0${n}T00:00:00.000Z` }),
    );
  }
  await addChat('Later');
  expect(await first.restore(oldest.value.name)).toMatchObject({ ok: true });
  await first.close();
  await store.close();
  await open();
  expect(await titles()).toEqual(['The oldest']);
}, 120_000);

test('what a restore replaced and no copy can be made of is nobody’s to delete, not even by the next restore', async () => {
  await addModel();
  await addChat('Before');
  const backups = backupsOn();
  const made = await backups.make();
  invariant(made.ok, 'the copy is there');
  const { name } = made.value;
  const home = path.join(dataDir, 'db');
  await restoreOver(backups, 'round-1');
  const again = backupsOn();
  const state = async () =>
    (await again.watch(AbortSignal.timeout(60_000))[Symbol.asyncIterator]().next()).value;
  await expect.poll(state).toMatchObject({
    problem: expect.stringContaining('is no copy yet'),
    running: null,
  });
  await restoreOver(again, 'round-2');
  expect(await readdir(path.join(home, `${ENGINE_MAJOR}.replaced`))).toContain('round-2');
  expect(await readdir(path.join(home, `${ENGINE_MAJOR}.replaced.1`))).toContain('round-1');

  /** What is there then is damaged: nobody can open it any more. */
  async function restoreOver(now: Backups, mark: string): Promise<void> {
    expect(await now.restore(name)).toMatchObject({ ok: true });
    await now.close();
    await store.close();
    await rm(path.join(home, ENGINE_MAJOR, 'global/pg_control'));
    await writeFile(path.join(home, ENGINE_MAJOR, mark), '');
    await open();
    expect(await titles()).toEqual(['Before']);
  }
}, 240_000);

test('a kill between the steps of taking a restored one leaves one of the two, whole', async () => {
  await addModel();
  await addChat('Kept');
  await store.close();
  const home = path.join(dataDir, 'db');
  const order = path.join(home, `${ENGINE_MAJOR}.restore`);
  // Laid out, and not finished: it is not taken, and that is said.
  await cp(path.join(home, ENGINE_MAJOR), path.join(home, `${ENGINE_MAJOR}.incoming`), { recursive: true });
  await rm(path.join(home, `${ENGINE_MAJOR}.incoming`, 'PG_VERSION'));
  await open();
  expect(await titles()).toEqual(['Kept']);
  const backups = backupsOn();
  await expect.poll(() => told).toEqual([expect.stringContaining('not finished')]);
  await backups.close();
  await store.close();
  // Ordered, and the old one has left already. A power cut made the order empty.
  await rename(path.join(home, ENGINE_MAJOR), path.join(home, `${ENGINE_MAJOR}.incoming`));
  await writeFile(order, '');
  await open();
  expect(await titles()).toEqual(['Kept']);
  await store.close();
  // In its place, and still ordered.
  await writeFile(order, '');
  await open();
  expect(await titles()).toEqual(['Kept']);
  await store.close();
  // Being put back: the rejected one has left, and the other has not come yet; then it has.
  await rename(path.join(home, ENGINE_MAJOR), path.join(home, `${ENGINE_MAJOR}.replaced`));
  await writeFile(path.join(home, `${ENGINE_MAJOR}.put-it-back`), '');
  await open();
  expect(await titles()).toEqual(['Kept']);
  await store.close();
  await writeFile(path.join(home, `${ENGINE_MAJOR}.put-it-back`), '');
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
  // One that is not as long as it was is not even listed as sound.
  await writeFile(file, bytes.subarray(1));
  const listed = await backups.watch(AbortSignal.timeout(60_000))[Symbol.asyncIterator]().next();
  expect(listed.value).toMatchObject({ copies: [{ problem: 'The file has changed since it was made.' }] });
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
  expect(await beside()).toEqual([ENGINE_MAJOR]);
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
