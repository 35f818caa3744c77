import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import type { ChatId } from '../shared/model/ids.ts';
import { type ContentRow, conversation, titleOf } from './content.ts';
import { createDice } from './dice.ts';
import { buildIndex } from './search-corpus.ts';
import { openStoreWorker, schemaName } from './store-worker.ts';

/** Raised when what `seed` writes changes: the cache is then another directory. */
const SEED_VERSION = 6;
const WORKSPACES = 20;
const ROWS_PER_CHAT = 16;
/** The summary itself is one of them. */
const ROWS_AFTER_SUMMARY = 8;
/** As many rows as one statement takes at a time. */
const BATCH = 1_000;
const MS_PER_ROW = 40_000;

export interface Seed {
  readonly chats: number;
  /** Messages of each of them; without: 16. */
  readonly rowsPerChat?: number;
  /** Messages of one more chat, with a fixed id, and then there is a short one to compare it with; 0: there is none. */
  readonly longChat: number;
  /** Another number makes up other chats. */
  readonly seed?: number;
}

export const LONG_CHAT = '00000000-0000-4000-8000-0000000000ff';
export const SHORT_CHAT = '00000000-0000-4000-8000-0000000000fe';
const SHORT_ROWS = 10;

/**
 * A data directory of its own with the wanted rows, copied from a cache below the system's temporary directory.
 * The cache is made once: the product's worker lays and migrates the database, then SQL in batches fills it
 * while nothing else has it open. Every row is a function of the seed and its number: see content.ts.
 */
export async function seededDataDir(target: string, seed: Seed): Promise<void> {
  const cache = path.join(
    os.tmpdir(),
    'gaffer-bench',
    `${schemaName()}-v${SEED_VERSION}-${Object.values(complete(seed)).join('-')}`,
  );
  if (!fs.existsSync(cache)) {
    const making = `${cache}.making-${process.pid}`;
    fs.rmSync(making, { recursive: true, force: true });
    await make(making, complete(seed));
    fs.renameSync(making, cache);
  }
  fs.cpSync(cache, target, { recursive: true });
  syncFiles(target);
}

function complete({ chats, rowsPerChat = ROWS_PER_CHAT, longChat, seed = 1 }: Seed): Required<Seed> {
  return { chats, rowsPerChat, longChat, seed };
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

async function make(dataDir: string, seed: Required<Seed>): Promise<void> {
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
    const owner = { ownerId, defaultId };
    if (seed.chats > 0) await fillTree(db, owner, seed);
    if (seed.longChat > 0) {
      await fillChat(db, owner, { id: LONG_CHAT, rows: seed.longChat, seed: seed.seed });
      await fillChat(db, owner, { id: SHORT_CHAT, rows: SHORT_ROWS, seed: seed.seed });
    }
    await db.exec(`update chats c set last_read_message_id =
      (select max(id) from chat_messages m where m.chat_id = c.id)`);
    await db.exec('alter table chat_messages enable trigger chat_message_version');
    await db.exec('checkpoint');
  } finally {
    await db.close();
  }
  // As after a night: what is measured is not measured beside the index that is being made.
  const worker = await openStoreWorker(dataDir);
  try {
    await buildIndex(worker);
  } finally {
    await worker.close();
  }
}

interface Owner {
  readonly ownerId: string;
  readonly defaultId: string;
}

/** Finished chats of the last ten days, spread over the workspaces; all read, none running. */
async function fillTree(
  db: PGlite,
  { ownerId, defaultId }: Owner,
  { chats, rowsPerChat, seed }: Required<Seed>,
): Promise<void> {
  const titles = Array.from({ length: chats }, (_, n) => `${titleOf(createDice(seed + n))} ${n + 1}`);
  await db.query(
    `insert into chats (id, owner_id, workspace_id, title, title_source, status, last_model_config_id,
       snapshot_version, history_version, message_count, created_at, updated_at)
     select ('00000000-0000-4000-9000-' || lpad(n::text, 12, '0'))::uuid, $1,
       (select id from workspaces order by name limit 1 offset n % ${WORKSPACES}), title,
       'model', 'waiting', $2, $4, $4, $4,
       now() - n * interval '14 minutes', now() - n * interval '14 minutes'
     from jsonb_array_elements_text($3) with ordinality as made(title, n)`,
    [ownerId, defaultId, JSON.stringify(titles), rowsPerChat],
  );
  const batch = new Batch(db);
  for (let n = 1; n <= chats; n += 1) {
    const id = `00000000-0000-4000-9000-${String(n).padStart(12, '0')}` as ChatId;
    for (const row of conversation(createDice(seed * 7_919 + n), rowsPerChat)) await batch.add(id, row);
  }
  await batch.write();
}

/** No chat becomes so long without having been summarised: the model reads from eight rows before the end on. */
async function fillChat(
  db: PGlite,
  { ownerId, defaultId }: Owner,
  { id, rows, seed }: { readonly id: string; readonly rows: number; readonly seed: number },
): Promise<void> {
  await db.query(
    `insert into chats (id, owner_id, title, title_source, status, last_model_config_id, snapshot_version,
       history_version, message_count)
     values ($1, $2, 'One of ${rows} messages', 'model', 'waiting', $3, $4, $4, $4)`,
    [id, ownerId, defaultId, rows],
  );
  const batch = new Batch(db);
  const chatId = id as ChatId;
  const before = conversation(createDice(seed), rows - ROWS_AFTER_SUMMARY);
  for (const row of before) await batch.add(chatId, row);
  const summary = [{ type: 'text' as const, text: 'The agent has read much and changed little.' }];
  await batch.add(chatId, { role: 'system', content: summary });
  // The same in a long chat and in a short one: what the model reads is alike.
  for (const row of conversation(createDice(99), ROWS_AFTER_SUMMARY - 1)) await batch.add(chatId, row);
  await batch.write();
}

type SeedRow = ContentRow | { readonly role: 'system'; readonly content: ContentRow['content'] };

/** Rows numbered by chat as the trigger would have done, some hundreds in one statement. */
class Batch {
  readonly #db: PGlite;
  readonly #revisions = new Map<ChatId, number>();
  #rows: object[] = [];

  constructor(db: PGlite) {
    this.#db = db;
  }

  async add(chatId: ChatId, { role, content }: SeedRow): Promise<void> {
    const revision = (this.#revisions.get(chatId) ?? 0) + 1;
    this.#revisions.set(chatId, revision);
    this.#rows.push({ chat_id: chatId, role, content, revision });
    if (this.#rows.length >= BATCH) await this.write();
  }

  async write(): Promise<void> {
    const rows = JSON.stringify(this.#rows);
    this.#rows = [];
    await this.#db.query(
      `insert into chat_messages (chat_id, role, content, revision, compressed, visibility, created_at)
       select r.chat_id, r.role, r.content, r.revision, r.role = 'system',
         case when r.role = 'system' then 'model' else 'both' end::chat_visibility,
         c.updated_at - (c.message_count - r.revision) * interval '${MS_PER_ROW} milliseconds'
       from rows from (jsonb_to_recordset($1) as (chat_id uuid, role chat_role, content jsonb, revision bigint))
         with ordinality as r(chat_id, role, content, revision, at)
       join chats c on c.id = r.chat_id order by r.at`,
      [rows],
    );
  }
}
