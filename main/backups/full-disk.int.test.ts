import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { invariant } from '@shared/util/invariant.ts';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { mountSmallDisk, smallDiskMissing } from '../../e2e/fixtures/small-disk.ts';
import { ENGINE_MAJOR } from '../db/engine.ts';
import { prepareDatabase } from '../db/prepared.ts';
import { buildWorker, type TestBuild } from '../db/test-build.ts';
import type { Backups } from './backups.ts';
import {
  addChat,
  addModel,
  backupsOf,
  openIn,
  preparedDir,
  type TestStore,
  titlesIn,
} from './test-backups.ts';

const MIB = 1024 * 1024;
const missing = smallDiskMissing();
const here = missing === null ? '' : ` [not here: ${missing}]`;
let build: TestBuild;

beforeAll(async () => {
  await prepareDatabase(preparedDir);
  build = await buildWorker();
});
afterAll(() => build.remove());

/** A database with one verified copy on a disk that can be filled. */
async function onSmallDisk() {
  const disk = mountSmallDisk(900);
  const dataDir = disk.directory;
  let store: TestStore = await openIn(dataDir, build);
  let backups: Backups = backupsOf({ dataDir, store, build });
  onTestFinished(async () => {
    await backups.close();
    await store.close();
    await disk.unmount();
  });
  await addModel(store);
  await addChat(store, 'In the copy');
  const made = await backups.make();
  invariant(made.ok, JSON.stringify(made));
  await addChat(store, 'After it');
  const shelf = path.join(dataDir, 'backups');
  return {
    disk,
    name: made.value.name,
    shelf,
    home: path.join(dataDir, 'db'),
    store: () => store,
    backups: () => backups,
    /** Closes all and opens it again, as a restart does. */
    async again() {
      await backups.close();
      await store.close();
      store = await openIn(dataDir, build);
      backups = backupsOf({ dataDir, store, build });
    },
    /** What of the copies stands there, but for the one that was made at first. */
    left: async () => (await readdir(shelf)).filter((name) => !name.startsWith(made.value.name)),
  };
}

/** Waits until something of that name is written, and leaves no room for the rest of it. */
async function fillWhile(world: Awaited<ReturnType<typeof onSmallDisk>>, directory: string, name: string) {
  await expect
    .poll(async () => (await readdir(directory).catch(() => [])).some((one) => one.includes(name)), {
      interval: 2,
      timeout: 60_000,
    })
    .toBe(true);
  world.disk.fillUpTo(60);
}

const noRoom = {
  ok: false,
  error: { code: 'failed', message: expect.stringContaining('not enough room') },
};

test.skipIf(missing !== null)(
  `a disk that fills up while a copy is made: it is whole or not there, and chats go on${here}`,
  async () => {
    const world = await onSmallDisk();
    for (const mark of ['.scratch-', '.tar.gz.partial']) {
      world.disk.fillUpTo(320);
      const asked = world.backups().make();
      await fillWhile(world, world.shelf, mark);
      const made = await asked;
      // Where the copy was faster than the filler it must be sound like any other.
      expect(made.ok ? await world.backups().check(made.value.name) : made).toMatchObject(
        made.ok ? { value: { problem: null } } : noRoom,
      );
      expect((await world.left()).filter((name) => !name.startsWith('gaffer-2'))).toEqual([]);
      expect((await world.left()).filter((name) => name.endsWith('.partial'))).toEqual([]);
      // What was given up was given up before chats had to wait.
      await addChat(world.store(), `While ${mark}`);
      world.disk.free();
    }
    expect(await world.backups().check(world.name)).toMatchObject({ ok: true, value: { problem: null } });
    expect(await titlesIn(world.store())).toHaveLength(4);
  },
  300_000,
);

test.skipIf(missing !== null)(
  `a disk without room for a copy, or for what is in one: nothing of it is left, and chats go on${here}`,
  async () => {
    const world = await onSmallDisk();
    for (const [roomMib, begin] of [
      [60, () => world.backups().make()],
      [200, () => world.backups().make()],
      [60, () => world.backups().check(world.name)],
      [100, () => world.backups().check(world.name)],
      [60, () => world.backups().restore(world.name)],
      [100, () => world.backups().restore(world.name)],
    ] as const) {
      world.disk.fillUpTo(roomMib);
      expect(await begin()).toEqual(noRoom);
      expect(await world.left()).toEqual([]);
      const beside = (await readdir(world.home)).filter((name) => name.startsWith(ENGINE_MAJOR));
      expect(beside).toEqual([ENGINE_MAJOR]);
      await addChat(world.store(), `With ${roomMib} MiB`);
      world.disk.free();
    }
    expect(await world.backups().check(world.name)).toMatchObject({ ok: true, value: { problem: null } });
    expect(await titlesIn(world.store())).toHaveLength(8);
  },
  300_000,
);

test.skipIf(missing !== null)(
  `a disk that is full when a restored database is opened and what it replaced is kept: both are there, whole${here}`,
  async () => {
    const world = await onSmallDisk();
    expect(await world.backups().restore(world.name)).toMatchObject({ ok: true });
    world.disk.fillUpTo(1);
    await world.again();
    expect(await titlesIn(world.store())).toEqual(['In the copy']);
    const state = async () =>
      (await world.backups().watch(AbortSignal.timeout(60_000))[Symbol.asyncIterator]().next()).value;
    await expect.poll(state, { timeout: 60_000 }).toMatchObject({
      running: null,
      outcome: { kind: 'restored' },
      problem: expect.stringContaining('is no copy yet'),
    });
    expect((await stat(path.join(world.home, `${ENGINE_MAJOR}.replaced`))).size).toBeGreaterThan(0);
    world.disk.free();
    // At the next start there is room.
    await world.again();
    await expect.poll(world.left, { timeout: 120_000 }).toHaveLength(2);
    await expect
      .poll(async () => (await readdir(world.home)).filter((name) => name.includes('replaced')), {
        timeout: 60_000,
      })
      .toEqual([]);
    const [newest] = (await state())?.copies ?? [];
    invariant(newest, 'it is a copy now');
    expect(newest).toMatchObject({ why: 'before-restore', chats: 2, problem: null });
    expect(newest.bytes).toBeGreaterThan(MIB);
    expect(await world.backups().restore(newest.name)).toMatchObject({ ok: true });
    await world.again();
    expect(await titlesIn(world.store())).toEqual(['After it', 'In the copy']);
  },
  300_000,
);
