import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import { chatOperations } from '../chatd/machine/operations.ts';
import { machineOn } from '../chatd/machine/test-machine.ts';
import { ENGINE_MAJOR } from '../db/engine.ts';
import { type FileDatabase, openDatabase } from '../db/open.ts';
import { type SearchStore, searchOperations } from '../db/search/operations.ts';
import { startIndexer } from './indexer.ts';

const root = path.resolve(import.meta.dirname, '../..');
const program = path.join(root, 'out/main/daemon.js');
const here = existsSync(program) ? '' : ' [not here: the app is not built]';
const CHATS = 24;
const MESSAGES = 400;
const WORDS = 'the hold was released outside the transaction that marks the seat as sold '.repeat(5);

let home: string;
let running: ChildProcess | null = null;
beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'gaffer-killed-index-'));
});
afterEach(async () => {
  running?.kill('SIGKILL');
  await rm(home, { recursive: true, force: true });
});

async function onDatabase<T>(work: (database: FileDatabase) => Promise<T>): Promise<T> {
  const options = { dataDir: home, preparedDir: path.join(root, 'out/resources'), log: silentLog };
  const database = await openDatabase(options, [
    { role: 'daemon', operations: chatOperations },
    { role: 'daemon', operations: searchOperations },
  ]);
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

/** Nothing of it can be found yet. All rows of a chat have one revision, as those of an imported one. */
async function fill({ db }: FileDatabase): Promise<void> {
  const { modelId } = await machineOn(db, null as never);
  await db.query(
    `insert into chats (id, owner_id, title, status, last_model_config_id)
     select gen_random_uuid(), gen_random_uuid(), 'A chat', 'waiting', $1 from generate_series(1, ${CHATS})`,
    [modelId],
  );
  await db.query(
    `insert into chat_messages (chat_id, role, content)
     select c.id, 'user', jsonb_build_array(jsonb_build_object('type', 'text', 'text', $1::text || n))
     from chats c, generate_series(1, ${MESSAGES}) n`,
    [WORDS],
  );
}

interface Indexed {
  readonly docs: number;
  /** Messages that are said to have been read and cannot be found, or the other way round. */
  readonly wrong: number;
}

async function indexed({ db }: FileDatabase): Promise<Indexed> {
  const { rows } = await db.query<Indexed>(
    `select (select count(*)::int from search_docs) as docs, count(*)::int as wrong
     from chat_messages m left join search_cursors s on s.chat_id = m.chat_id
       left join search_docs d on d.message_id = m.id and d.part = 0
         and d.tsv @@ 'released & transaction'::tsquery
     where (d.message_id is not null)
       <> (coalesce((s.revision, s.message_id) >= (m.revision, m.id) or s.revision > m.revision, false))`,
  );
  return rows[0] ?? { docs: 0, wrong: -1 };
}

/** The whole daemon, killed once its index job has written so often. */
async function killWhileIndexing(writes: number): Promise<void> {
  const child = spawn(process.execPath, [program, `--user-data-dir=${home}`], {
    env: { PATH: process.env['PATH'], HOME: home },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  running = child;
  const closed = once(child, 'close');
  await once(createInterface({ input: child.stdout }), 'line');
  const seen = new Set<string>();
  await vi.waitFor(
    async () => {
      seen.add(await logStamp());
      expect(seen.size).toBeGreaterThan(writes);
    },
    { timeout: 60_000, interval: 5 },
  );
  child.kill('SIGKILL');
  await closed;
}

/** Another one after each write to the database's log. */
async function logStamp(): Promise<string> {
  const directory = path.join(home, 'db', ENGINE_MAJOR, 'pg_wal');
  const files = (await readdir(directory)).filter((name) => /^[0-9A-F]{24}$/.test(name));
  const stats = await Promise.all(files.map((name) => stat(path.join(directory, name))));
  return String(Math.max(...stats.map((one) => one.mtimeMs)));
}

test.skipIf(here !== '')(
  `the app may be killed while it writes the index: what it says was read can be found, and it goes on from there${here}`,
  async () => {
    await onDatabase(fill);
    const after: Indexed[] = [];
    for (const writes of [3, 7, 12, 5]) {
      await killWhileIndexing(writes);
      after.push(await onDatabase(indexed));
    }
    expect(after.map(({ wrong }) => wrong)).toEqual([0, 0, 0, 0]);
    const counts = after.map(({ docs }) => docs);
    expect(counts.at(-1), 'it was in the middle of it').toBeLessThan(CHATS * MESSAGES);
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    await onDatabase(async (database) => {
      const store = {
        call: (name: string, args: unknown) => database.run(name, args),
        onHint: () => () => undefined,
      } as unknown as SearchStore;
      const indexer = startIndexer({ store, clock: systemClock, log: silentLog });
      await vi.waitFor(
        async () => expect(await indexed(database)).toEqual({ docs: CHATS * MESSAGES, wrong: 0 }),
        { timeout: 60_000, interval: 200 },
      );
      await indexer.close();
    });
  },
  300_000,
);
