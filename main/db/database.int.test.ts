import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { copyFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { silentLog } from '../base/log.ts';
import { controlOf } from './checkpoint.ts';
import { ENGINE_MAJOR } from './engine.ts';
import { type FileDatabase, openDatabase } from './open.ts';
import { prepareDatabase } from './prepared.ts';
import { settingOperations } from './settings.ts';
import { operation } from './store.ts';
import { buildWorker, type TestBuild } from './test-build.ts';
import { openWorkerStore } from './worker-client.ts';

const preparedDir = path.resolve(import.meta.dirname, '../../out/resources');
const sets = [{ role: 'owner' as const, operations: settingOperations }];
let dataDir: string;
let build: TestBuild;

beforeAll(async () => {
  await prepareDatabase(preparedDir);
  build = await buildWorker();
});
afterAll(() => build.remove());
beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'gaffer-db-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

function open(directory = dataDir): Promise<FileDatabase> {
  return openDatabase({ dataDir: directory, preparedDir, log: silentLog }, sets);
}

function openStore() {
  return openWorkerStore<typeof settingOperations>({
    workerFile: build.workerFile,
    dataDir,
    preparedDir,
    log: silentLog,
  });
}

describe('the data directory', () => {
  test('keeps what was written over a close and an opening', async () => {
    const first = await open();
    await first.run('saveSetting', { key: 'a', value: { deep: [1] } });
    await first.close();
    const second = await open();
    expect(await second.run('loadSetting', { key: 'a' })).toEqual({ deep: [1] });
    await second.close();
    expect(await readdir(path.join(dataDir, 'db'))).toEqual([ENGINE_MAJOR]);
  });

  test('is made by the engine when no prepared one is there', async () => {
    const database = await openDatabase({ dataDir, preparedDir: null, log: silentLog }, sets);
    expect(await database.run('loadInstallation', {})).toMatchObject({ ownerId: expect.any(String) });
    await database.close();
  });

  test('refuses a second opener, in this process and in another, and lets the next one in', async () => {
    const first = await open();
    await expect(open()).rejects.toMatchObject({ code: 'database-locked' });
    await expect(openStore()).rejects.toMatchObject({ name: 'DatabaseFault', code: 'database-locked' });
    await first.close();
    await (await open()).close();
  });

  test('refuses a database of a newer version', async () => {
    const first = await open();
    await first.db.query('insert into schema_migrations (number) values (9999)');
    await first.close();
    await expect(open()).rejects.toMatchObject({ code: 'newer-database' });
    // The refusal let go of the lock.
    await expect(open()).rejects.toMatchObject({ code: 'newer-database' });
  });

  test('recovers from the older checkpoint when a copy of pg_control lies aside', async () => {
    const file = controlOf(path.join(dataDir, 'db', ENGINE_MAJOR));
    const first = await open();
    await first.run('saveSetting', { key: 'before', value: 1 });
    await copyFile(file.control, `${file.aside}.kept`);
    await first.run('saveSetting', { key: 'after', value: 2 });
    await first.checkpoint();
    await first.run('saveSetting', { key: 'later', value: 3 });
    await first.close();
    await copyFile(`${file.aside}.kept`, file.aside);
    const second = await open();
    for (const [key, value] of [
      ['before', 1],
      ['after', 2],
      ['later', 3],
    ] as const) {
      expect(await second.run('loadSetting', { key })).toBe(value);
    }
    await second.close();
    expect(await readdir(path.dirname(file.data))).not.toContain(path.basename(file.aside));
  });

  test('a half-laid directory is laid again', async () => {
    const { data } = controlOf(path.join(dataDir, 'db', ENGINE_MAJOR));
    await (await open()).close();
    await promisify(execFile)('mv', [data, `${data}.new`]);
    await (await open()).close();
    expect(await readdir(path.join(dataDir, 'db'))).toEqual([ENGINE_MAJOR]);
  });
});

describe('the worker', () => {
  test('answers, hints after the commit, and refuses when closed', async () => {
    const store = await openStore();
    const heard = new Promise((resolve) => store.onHint(resolve));
    await store.call('saveSetting', { key: 'theme', value: 'dark' });
    expect(await heard).toEqual({ channel: 'settings_update', payload: { key: 'theme' } });
    await store.close();
    await expect(store.call('loadSetting', { key: 'theme' })).rejects.toMatchObject({ code: 'closed' });
  });

  test('many durable calls at once share their syncs and all are there', async () => {
    const store = await openStore();
    await Promise.all(
      Array.from({ length: 100 }, (_, at) => store.call('saveSetting', { key: `k${at}`, value: at })),
    );
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, at) => store.call('loadSetting', { key: `k${at}` })),
    );
    expect(answers).toEqual(Array.from({ length: 100 }, (_, at) => at));
    await store.close();
  });

  test('calls given before close are answered', async () => {
    const store = await openStore();
    const saved = store.call('saveSetting', { key: 'last', value: 1 });
    await store.close();
    await expect(saved).resolves.toBeNull();
  });

  test('a bug in an operation comes back as an error with its words and leaves nothing', async () => {
    const store = await openStore();
    await expect(store.call('saveSetting', { key: null as never, value: 1 })).rejects.toThrow(/null value/);
    expect(await store.call('loadSetting', { key: 'still here' })).toBeNull();
    await store.close();
  });
});

/** Says that it is ready and ends at the first call, as a crash would. */
const CRASHER = `
import { parentPort } from 'node:worker_threads';
parentPort.postMessage({ type: 'ready' });
parentPort.once('message', () => process.exit(7));
`;

test('a worker that ends rejects what is pending, says that it is lost, and refuses what follows', async () => {
  const workerFile = path.join(dataDir, 'crasher.mjs');
  await writeFile(workerFile, CRASHER);
  const store = await openWorkerStore<typeof settingOperations>({
    workerFile,
    dataDir,
    preparedDir,
    log: silentLog,
  });
  await expect(store.call('loadSetting', { key: 'a' })).rejects.toMatchObject({ code: 'closed' });
  expect(await store.lost).toMatchObject({ name: 'DatabaseFault', code: 'closed' });
  await expect(store.call('loadSetting', { key: 'a' })).rejects.toMatchObject({ code: 'closed' });
  await store.close();
});

test('enough log brings a checkpoint, and what came before and after it is there', async () => {
  const database = await open();
  const loadRedo = async () =>
    (
      await database.db.query<{ redo: string }>(
        'select redo_lsn::text as redo from pg_control_checkpoint()',
      )
    ).rows[0];
  const before = await loadRedo();
  const random = () => randomBytes(300_000).toString('hex');
  for (let at = 0; at < 100; at++) await database.run('saveSetting', { key: `big${at}`, value: random() });
  await vi.waitFor(async () => expect(await loadRedo()).not.toEqual(before), { timeout: 20_000 });
  await database.run('saveSetting', { key: 'after', value: 1 });
  await database.close();
  const again = await open();
  expect(await again.run('loadSetting', { key: 'big99' })).toHaveLength(600_000);
  expect(await again.run('loadSetting', { key: 'after' })).toBe(1);
  await again.close();
});

test('an engine that dies beside the operations is not only logged', async () => {
  const onDamaged = vi.fn<() => void>();
  const database = await openDatabase({ dataDir, preparedDir, log: silentLog, onDamaged }, sets);
  const { query } = database.db;
  vi.spyOn(database.db, 'query').mockImplementation(((sql: string, ...rest: []) =>
    sql.includes('pg_wal_lsn_diff')
      ? Promise.reject(Object.assign(new Error('unreachable'), { name: 'RuntimeError' }))
      : query.call(database.db, sql, ...rest)) as typeof query);
  // The length of the log is looked at every so many writes.
  for (let at = 0; at < 50; at++) await database.run('saveSetting', { key: 'k', value: at });
  await vi.waitFor(() => expect(onDamaged).toHaveBeenCalledOnce());
  await database.close();
});

/** A process that saves settings w0, w1, … and prints each number once its save was acknowledged. */
const WRITER = `
import { openWorkerStore } from './client.mjs';
const [dataDir, preparedDir] = process.argv.slice(2);
const log = { debug() {}, info() {}, warn() {}, error() {} };
const store = await openWorkerStore({ workerFile: new URL('./db-worker.mjs', import.meta.url), dataDir, preparedDir, log });
const first = Number((await store.call('loadSetting', { key: 'count' })) ?? 0);
for (let n = first; ; n += 4) {
  await Promise.all([0, 1, 2, 3].map(async (i) => {
    await store.call('saveSetting', { key: 'w' + (n + i), value: 'x'.repeat(2000) });
    process.stdout.write(n + i + '\\n');
  }));
  await store.call('saveSetting', { key: 'count', value: n + 4 });
}
`;

describe('kill -9 in the middle of writes', () => {
  test('loses no acknowledged durable operation, and the lock goes with the process', async () => {
    const script = path.join(build.directory, 'writer.mjs');
    await writeFile(script, WRITER);
    const acknowledged = new Set<number>();
    for (let round = 0; round < 4; round++) {
      const child = spawn(process.execPath, [script, dataDir, preparedDir], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await readUntil(child, acknowledged, acknowledged.size + 30 + 17 * round);
      child.kill('SIGKILL');
      await once(child, 'close');
    }
    const database = await open();
    const missing: number[] = [];
    for (const n of acknowledged) {
      if ((await database.run('loadSetting', { key: `w${n}` })) === null) missing.push(n);
    }
    await database.close();
    expect(acknowledged.size).toBeGreaterThan(100);
    expect(missing).toEqual([]);
  });
});

async function readUntil(child: ChildProcess, numbers: Set<number>, size: number): Promise<void> {
  const { stdout } = child;
  if (!stdout) throw new Error('the writer has an output');
  const lines = createInterface({ input: stdout });
  const rest = new Promise<void>((resolve) => {
    lines.on('line', (line) => {
      numbers.add(Number(line));
      if (numbers.size >= size) resolve();
    });
    child.once('close', () => resolve());
  });
  await rest;
}

const canMount = process.platform === 'linux' && process.getuid?.() === 0;

describe.runIf(canMount)('a full disk', () => {
  beforeEach(async () => {
    await promisify(execFile)('mount', ['-t', 'tmpfs', '-o', 'size=160m', 'tmpfs', dataDir]);
  });
  afterEach(async () => {
    await promisify(execFile)('umount', [dataDir]);
  });

  test('refuses writes as disk-full, still reads, and goes on when there is room again', async () => {
    // More than is left at once: the engine itself meets the end of the disk.
    const fill = operation('lazy', async (tx, { rows }: { rows: number }) => {
      await tx.query(
        `insert into settings select 'fill' || i, to_jsonb((select string_agg(md5(random()::text || i || j), '')
           from generate_series(1, 20000) j)) from generate_series(1, $1::int) i`,
        [rows],
      );
      return null;
    });
    const database = await openDatabase({ dataDir, preparedDir, log: silentLog }, [
      ...sets,
      { role: 'owner', operations: { fill } },
    ]);
    await database.run('saveSetting', { key: 'kept', value: 1 });
    await expect(database.run('fill', { rows: 300 })).rejects.toMatchObject({ code: 'disk-full' });
    expect(await database.run('loadSetting', { key: 'kept' })).toBe(1);
    expect(await database.run('loadSetting', { key: 'fill1' })).toBeNull();
    await expect(database.run('saveSetting', { key: 'refused', value: 1 })).rejects.toMatchObject({
      code: 'disk-full',
    });
    await promisify(execFile)('mount', ['-o', 'remount,size=400m', dataDir]);
    await database.run('saveSetting', { key: 'refused', value: 2 });
    expect(await database.run('loadSetting', { key: 'refused' })).toBe(2);
    await database.close();
    const again = await open();
    expect(await again.run('loadSetting', { key: 'refused' })).toBe(2);
    await again.close();
  });
});
