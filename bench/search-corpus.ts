import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { createDice, type Dice } from './dice.ts';
import { openStoreWorker, type StoreWorker, schemaName } from './store-worker.ts';

/** Raised when what is written here changes. */
const VERSION = 1;
const CHATS = 1_000;
const PARTS_A_MESSAGE = 2;
const BATCH = 2_000;
const VOCABULARY = 60_000;
/** Of the letters of a part: half of them are shorter than 400. */
const MEDIAN_WORDS = 58;
const SPREAD = 2.4;

export interface Corpus {
  readonly dataDir: string;
  readonly ownerId: string;
  /** What the index took when it was built; it is kept with the corpus. */
  readonly build: {
    /** Null: it went on where another run was ended. */
    readonly ms: number | null;
    readonly parts: number;
    readonly docBytes: number;
    readonly indexBytes: number;
  };
}

/** Words that stand in one part of so many, beside those of the vocabulary. */
export const RARE: Readonly<Record<string, number>> = {
  hundredth: 100,
  thousandth: 1_000,
  tenthousandth: 10_000,
};

/** Every part is a function of its number; the index is the product's, made by its job's own transactions. */
export async function searchCorpus(parts: number): Promise<Corpus> {
  const dataDir = path.join(os.tmpdir(), 'gaffer-bench', `${schemaName()}-search${VERSION}-${parts}`);
  const facts = path.join(dataDir, 'corpus.json');
  const filled = path.join(dataDir, 'filled.json');
  const isNew = !fs.existsSync(filled);
  if (isNew) {
    fs.rmSync(dataDir, { recursive: true, force: true });
    fs.mkdirSync(dataDir, { recursive: true });
    fs.writeFileSync(filled, JSON.stringify({ ownerId: await fillNew(dataDir, parts) }));
  }
  if (!fs.existsSync(facts)) {
    const { ownerId } = JSON.parse(fs.readFileSync(filled, 'utf8')) as { ownerId: string };
    const { ms, ...sizes } = await index(dataDir);
    fs.writeFileSync(facts, JSON.stringify({ ownerId, build: { ms: isNew ? ms : null, parts, ...sizes } }));
  }
  return { dataDir, ...(JSON.parse(fs.readFileSync(facts, 'utf8')) as Omit<Corpus, 'dataDir'>) };
}

async function fillNew(dataDir: string, parts: number): Promise<string> {
  const { ownerId } = await withWorker(dataDir, async (store) => {
    const installation = await store.call<{ ownerId: string }>('loadInstallation', {});
    await store.call('syncEnvAccounts', {
      accounts: [
        {
          kind: 'demo',
          name: 'Demo',
          baseUrl: '',
          source: 'local',
          models: [{ model: 'demo', displayName: 'Demo model', contextLimit: 128_000 }],
        },
      ],
      wanted: null,
    });
    return installation;
  });
  await withDatabase(dataDir, (db) => fill(db, ownerId, parts));
  return ownerId;
}

async function index(
  dataDir: string,
): Promise<Omit<Corpus['build'], 'parts' | 'ms'> & { readonly ms: number }> {
  const ms = await withWorker(dataDir, buildIndex);
  const sizes = await withDatabase(dataDir, async (db) => {
    const { rows } = await db.query<{ docs: string; words: string }>(
      `select pg_table_size('search_docs') as docs, pg_indexes_size('search_docs') as words`,
    );
    return { docBytes: Number(rows[0]?.docs), indexBytes: Number(rows[0]?.words) };
  });
  return { ms, ...sizes };
}

/** What the daemon's job does, without its pauses. Answers how many milliseconds it took. */
export async function buildIndex(store: StoreWorker): Promise<number> {
  const from = performance.now();
  for (;;) {
    const { chatIds } = await store.call<{ chatIds: readonly string[] }>('listUnindexed', {});
    if (chatIds.length === 0) return performance.now() - from;
    for (const [at, chatId] of chatIds.entries()) {
      while (!(await store.call<{ done: boolean }>('indexBatch', { chatId })).done);
      if (at % 100 === 0)
        process.stderr.write(`bench search: ${at} of ${chatIds.length} chats in the index\n`);
    }
  }
}

async function withWorker<T>(dataDir: string, use: (store: StoreWorker) => Promise<T>): Promise<T> {
  const store = await openStoreWorker(dataDir);
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

async function withDatabase<T>(dataDir: string, use: (db: PGlite) => Promise<T>): Promise<T> {
  const db = await PGlite.create({ dataDir: path.join(dataDir, 'db/pg18') });
  try {
    return await use(db);
  } finally {
    await db.close();
  }
}

async function fill(db: PGlite, ownerId: string, parts: number): Promise<void> {
  const messages = Math.ceil(parts / PARTS_A_MESSAGE);
  const each = Math.ceil(messages / CHATS);
  await db.exec('alter table chat_messages disable trigger chat_message_version');
  await db.query(
    `insert into chats (id, owner_id, title, title_source, status, last_model_config_id, snapshot_version,
       history_version, message_count)
     select ('00000000-0000-4000-a000-' || lpad(n::text, 12, '0'))::uuid, $1, 'Chat ' || n, 'model', 'waiting',
       (select id from chat_model_configs limit 1), 1, 1, $2 from generate_series(0, ${CHATS - 1}) n`,
    [ownerId, each],
  );
  for (let from = 0; from < messages; from += BATCH) {
    const contents = Array.from({ length: Math.min(BATCH, messages - from) }, (_, i) =>
      contentOf(from + i),
    );
    // One chat after the other, as they were talked in: each holds a stretch of the ids.
    await db.query(
      `insert into chat_messages (chat_id, role, content, revision, created_at)
       select ('00000000-0000-4000-a000-' || lpad(((at - 1 + $2::int) / $3::int)::text, 12, '0'))::uuid, 'assistant',
         content, 1, now() - ($4::int - at - $2::int) * interval '40 seconds'
       from jsonb_array_elements($1) with ordinality as made(content, at)`,
      [JSON.stringify(contents), from, each, messages],
    );
  }
  await db.exec('alter table chat_messages enable trigger chat_message_version');
  await db.exec('checkpoint');
}

function contentOf(message: number) {
  return Array.from({ length: PARTS_A_MESSAGE }, (_, at) => ({
    type: 'text' as const,
    text: textOf(message * PARTS_A_MESSAGE + at),
  }));
}

function textOf(part: number): string {
  const dice = createDice(part * 7_919 + 1);
  const count = Math.max(3, Math.round(MEDIAN_WORDS * Math.exp((dice.next() - 0.5) * SPREAD)));
  const words = Array.from({ length: count }, () => wordOf(dice));
  for (const [word, every] of Object.entries(RARE))
    if (part % every === word.length % every) words.push(word);
  return words.join(' ');
}

/** The k-th word stands about 1/k as often as the first. */
function wordOf(dice: Dice): string {
  return `w${Math.floor(VOCABULARY ** dice.next()).toString(36)}x`;
}
