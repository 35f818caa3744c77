import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { openStoreWorker, schemaName } from './store-worker.ts';

/** Raised when what `seed` writes changes: the cache is then another directory. */
const SEED_VERSION = 3;
const WORKSPACES = 20;
/** A chat's history in the tree's data: a question, a call, its result, an answer; four times. */
const ROWS_PER_CHAT = 16;
/** A multiple of four: its summary takes the place of a question. */
const ROWS_AFTER_SUMMARY = 8;

export interface Seed {
  readonly chats: number;
  /** Messages of one more chat, with a fixed id, and then there is a short one to compare it with; 0: there is none. */
  readonly longChat: number;
}

export const LONG_CHAT = '00000000-0000-4000-8000-0000000000ff';
export const SHORT_CHAT = '00000000-0000-4000-8000-0000000000fe';
const SHORT_ROWS = 10;

/**
 * A data directory of its own with the wanted rows, copied from a cache below the system's temporary directory.
 * The cache is made once: the product's worker lays and migrates the database, then SQL in batches fills it
 * while nothing else has it open. Every row is a function of its number.
 */
export async function seededDataDir(target: string, seed: Seed): Promise<void> {
  const cache = path.join(
    os.tmpdir(),
    'gaffer-bench',
    `${schemaName()}-v${SEED_VERSION}-${seed.chats}-${seed.longChat}`,
  );
  if (!fs.existsSync(cache)) {
    const making = `${cache}.making-${process.pid}`;
    fs.rmSync(making, { recursive: true, force: true });
    await make(making, seed);
    fs.renameSync(making, cache);
  }
  fs.cpSync(cache, target, { recursive: true });
  syncFiles(target);
}

/** As after a night: what is measured must not wait for the disk to take the copy. */
function syncFiles(directory: string): void {
  for (const entry of fs.readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = fs.openSync(path.join(entry.parentPath, entry.name), 'r');
    fs.fsyncSync(file);
    fs.closeSync(file);
  }
}

async function make(dataDir: string, seed: Seed): Promise<void> {
  fs.mkdirSync(dataDir, { recursive: true });
  const places = path.join(os.tmpdir(), 'gaffer-bench', 'places');
  const store = await openStoreWorker(dataDir);
  const { ownerId } = await store.call<{ ownerId: string }>('loadInstallation', {});
  const models = [{ model: 'demo', displayName: 'Demo model', contextLimit: 128_000 }];
  const { defaultId } = await store.call<{ defaultId: string }>('syncEnvAccounts', {
    accounts: [{ kind: 'demo', name: 'Demo', baseUrl: '', source: 'local', models }],
    wanted: null,
  });
  for (let i = 0; i < WORKSPACES; i += 1) {
    const name = `project-${String(i).padStart(2, '0')}`;
    const directory = path.join(places, name);
    fs.mkdirSync(directory, { recursive: true });
    await store.call('upsertLocalWorkspace', { ownerId, directory, name, mode: 'ask' });
  }
  await store.close();
  const db = await PGlite.create({ dataDir: path.join(dataDir, 'db/pg18') });
  try {
    // The trigger would update a chat once a row: what it keeps is written below in one statement.
    await db.exec('alter table chat_messages disable trigger chat_message_version');
    if (seed.chats > 0) await fillTree(db, { ownerId, defaultId, chats: seed.chats });
    if (seed.longChat > 0) {
      await fillChat(db, { ownerId, defaultId, id: LONG_CHAT, rows: seed.longChat });
      await fillChat(db, { ownerId, defaultId, id: SHORT_CHAT, rows: SHORT_ROWS });
    }
    await db.exec('alter table chat_messages enable trigger chat_message_version');
    await db.exec('checkpoint');
  } finally {
    await db.close();
  }
}

interface Owner {
  readonly ownerId: string;
  readonly defaultId: string;
}

/** Finished chats of the last ten days, spread over the workspaces; all read, none running. */
async function fillTree(
  db: PGlite,
  { ownerId, defaultId, chats }: Owner & { chats: number },
): Promise<void> {
  await db.query(
    `insert into chats (id, owner_id, workspace_id, title, title_source, status, last_model_config_id,
       snapshot_version, history_version, message_count, created_at, updated_at)
     select ('00000000-0000-4000-9000-' || lpad(n::text, 12, '0'))::uuid, $1,
       (select id from workspaces order by name limit 1 offset n % ${WORKSPACES}),
       'Task ' || n || ': ' || (array['fix the flaky test', 'explain the parser', 'upgrade the client',
         'write the migration', 'look into the slow query'])[1 + n % 5],
       'model', 'waiting', $2, ${ROWS_PER_CHAT}, ${ROWS_PER_CHAT}, ${ROWS_PER_CHAT},
       now() - n * interval '14 minutes', now() - n * interval '14 minutes'
     from generate_series(1, $3::int) n`,
    [ownerId, defaultId, chats],
  );
  await fillMessages(
    db,
    `select id from chats where id::text like '00000000-0000-4000-9000-%'`,
    ROWS_PER_CHAT,
  );
  await db.exec(`update chats c set last_read_message_id =
    (select max(id) from chat_messages m where m.chat_id = c.id)`);
}

async function fillChat(
  db: PGlite,
  { ownerId, defaultId, id, rows }: Owner & { id: string; rows: number },
): Promise<void> {
  await db.query(
    `insert into chats (id, owner_id, title, title_source, status, last_model_config_id, snapshot_version,
       history_version, message_count)
     values ($1, $2, 'One of ${rows} messages', 'model', 'waiting', $3, $4, $4, $4)`,
    [id, ownerId, defaultId, rows],
  );
  await fillMessages(db, `select '${id}'::uuid as id`, rows);
  // No chat becomes so long without having been summarised: the model reads from here on.
  await db.query(
    `update chat_messages set role = 'system', compressed = true, visibility = 'model'
      where chat_id = $1 and revision = $2`,
    [id, rows - ROWS_AFTER_SUMMARY + 1],
  );
}

/** Four kinds of rows in turn, about 400 bytes each, numbered by chat as the trigger would have done. */
async function fillMessages(db: PGlite, chats: string, rows: number): Promise<void> {
  const words = `repeat('The parser reads one token at a time and keeps the last two. ', 1 + (n * 7919) % 9)`;
  const call = `'call_' || n - n % 4`;
  await db.exec(`insert into chat_messages (chat_id, role, content, revision)
    select c.id, (array['user', 'assistant', 'tool', 'assistant'])[1 + n % 4]::chat_role,
      case n % 4
        when 1 then jsonb_build_array(
          jsonb_build_object('type', 'text', 'text', 'I look at file ' || n),
          jsonb_build_object('type', 'tool-call', 'tool_call_id', ${call}, 'tool_name', 'read_file',
            'args', jsonb_build_object('path', 'src/file-' || n || '.ts')))
        when 2 then jsonb_build_array(jsonb_build_object('type', 'tool-result', 'tool_call_id', ${call},
          'tool_name', 'read_file', 'result', jsonb_build_object('text', ${words}), 'duration_ms', 12))
        else jsonb_build_array(jsonb_build_object('type', 'text', 'text', ${words} || n))
      end, n + 1
    from (${chats}) c, generate_series(0, ${rows} - 1) n order by c.id, n`);
}
