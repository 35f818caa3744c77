import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WalSync } from './wal-sync.ts';

const OLD = '000000010000000000000001';
const CURRENT = '000000010000000000000002';
let directory: string;
let synced: string[];

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'gaffer-wal-'));
  await mkdir(path.join(directory, 'pg_wal', 'archive_status'), { recursive: true });
  for (const name of [OLD, CURRENT]) await writeFile(path.join(directory, 'pg_wal', name), name);
  synced = [];
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function record(target: string): Promise<void> {
  synced.push(path.basename(target));
}

test('those who come together share one sync', async () => {
  const wal = new WalSync(directory, record);
  await Promise.all([wal.flush(), wal.flush(), wal.flush()]);
  expect(synced).toEqual([OLD, CURRENT, 'pg_wal']);
});

test('only what changed is synced again', async () => {
  const wal = new WalSync(directory, record);
  const at = (ms: number) => utimes(path.join(directory, 'pg_wal', OLD), new Date(ms), new Date(ms));
  const longAgo = Date.now() - 60_000;
  await at(longAgo);
  await wal.flush();
  synced = [];
  await wal.flush();
  expect(synced).toEqual([CURRENT]);
  // The clock was set back, and then it was written.
  await at(longAgo - 60_000);
  synced = [];
  await wal.flush();
  expect(synced).toEqual([OLD, CURRENT]);
});

test('who comes while a sync runs waits for the next one', async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let entered = () => {};
  const inside = new Promise<void>((resolve) => {
    entered = resolve;
  });
  const wal = new WalSync(directory, async (target) => {
    await record(target);
    entered();
    await held;
  });
  const first = wal.flush();
  await inside;
  const second = wal.flush();
  release();
  await Promise.all([first, second]);
  expect(synced.filter((name) => name === CURRENT)).toHaveLength(2);
});

test('a failed sync is told to all that waited, and the next one is tried', async () => {
  let isBroken = true;
  const wal = new WalSync(directory, async (target) => {
    if (isBroken) throw new Error('no');
    await record(target);
  });
  const answers = await Promise.allSettled([wal.flush(), wal.flush()]);
  expect(answers.map((answer) => answer.status)).toEqual(['rejected', 'rejected']);
  isBroken = false;
  await wal.flush();
  expect(synced).toContain(CURRENT);
});

test('closing leaves no timer of a lazy write', async () => {
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = timers();
  const wal = new WalSync(directory, record);
  wal.flushLater(() => {});
  expect(timers()).toBe(before + 1);
  await wal.close();
  expect(timers()).toBe(before);
});
