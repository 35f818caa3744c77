import { randomUUID } from 'node:crypto';
import { asId, type ChatId, type OwnerId } from '@shared/model/ids.ts';
import { readQuery } from '@shared/search/query.ts';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { postgresMissing, startPostgres } from '../../scripts/lib/postgres.ts';
import { systemClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import { chatOperations } from '../chatd/machine/operations.ts';
import type { ChatOperationMap } from '../chatd/machine/store.ts';
import { addMessage, type Machine, machineOn, one, type TestDb } from '../chatd/machine/test-machine.ts';
import { type SearchOperations, type SearchStore, searchOperations } from '../db/search/operations.ts';
import { clientConfig } from '../db/shared-sessions.ts';
import type { Store } from '../db/store.ts';
import { openSharedStore } from '../db/test-shared.ts';
import { openTestStore } from '../db/test-store.ts';
import type { ToolContext } from '../tools/define.ts';
import { type Indexer, startIndexer } from './indexer.ts';
import { createSearch, type Search } from './search.ts';
import { searchHistory } from './search-history.ts';
import { startSearching } from './searching.ts';

type Ops = ChatOperationMap & SearchOperations;
const sets = [
  { role: 'daemon' as const, operations: chatOperations },
  { role: 'daemon' as const, operations: searchOperations },
];

interface Opened {
  readonly db: TestDb;
  readonly store: Store<Ops>;
  close(): Promise<unknown>;
}

async function onPglite(): Promise<Opened> {
  const { db, store } = await openTestStore<Ops>(sets);
  return { db, store, close: () => store.close() };
}

async function onPostgres(): Promise<Opened> {
  const server = await startPostgres();
  const url = await server.createDatabase();
  const store = await openSharedStore<Ops>(url, sets);
  const pool = new pg.Pool(clientConfig(url));
  pool.on('error', () => undefined);
  const db: TestDb = {
    query: async <T>(sql: string, params?: unknown[]) => ({
      rows: (await pool.query(sql, params)).rows as T[],
    }),
  };
  const close = async () => {
    await pool.end();
    await store.close();
    await server.stop();
  };
  return { db, store, close };
}

const here = postgresMissing === null ? '' : ` [not here: ${postgresMissing}]`;
const never = new AbortController().signal;
const waits = { timeout: 60_000, interval: 20 };

describe.each([
  { name: 'on PGlite', open: onPglite, skip: false },
  { name: `on a shared PostgreSQL${here}`, open: onPostgres, skip: postgresMissing !== null },
])('search $name', ({ open, skip }) => {
  let opened: Opened;
  let m: Machine<TestDb>;
  beforeAll(async () => {
    if (skip) return;
    opened = await open();
    m = await machineOn(opened.db, opened.store);
  }, 120_000);
  afterAll(() => opened?.close());

  async function newChat(
    ownerId: OwnerId,
    row: { title?: string; status?: string; archived?: boolean } = {},
  ) {
    const chatId = asId<ChatId>(randomUUID());
    await m.db.query(
      `insert into chats (id, owner_id, title, status, archived, last_model_config_id) values ($1, $2, $3, $4, $5, $6)`,
      [chatId, ownerId, row.title ?? 'A chat', row.status ?? 'waiting', row.archived ?? false, m.modelId],
    );
    return chatId;
  }
  const say = (chatId: ChatId, text: string, role = 'user') =>
    addMessage(m, chatId, role, [{ type: 'text', text }]);

  /** As each transition does first: what it writes has a revision of its own. */
  const bump = (chatId: ChatId) =>
    m.db.query('update chats set snapshot_version = snapshot_version + 1 where id = $1', [chatId]);

  async function indexAll(chatId: ChatId): Promise<number> {
    for (let batches = 1; ; batches += 1) {
      if ((await opened.store.call('indexBatch', { chatId })).done) return batches;
    }
  }

  const asked = (text: string, chatId: ChatId | null = null) => ({
    ...readQuery(text, new Date()),
    chatId,
  });

  function searchOf(ownerId: OwnerId): Search & { texts(text: string): Promise<readonly string[]> } {
    const search = createSearch({ store: opened.store, ownerId });
    return {
      ...search,
      async texts(text) {
        const page = await search.page(asked(text), { after: null, limit: 20 }, never);
        return (page?.hits ?? []).map((hit) => hit.snippet.text);
      },
    };
  }

  test.skipIf(skip)('words, phrases, names of programs, what is denied, and what tools said', async () => {
    const ownerId = asId<OwnerId>(randomUUID());
    const chatId = await newChat(ownerId);
    await say(chatId, 'The hold was released outside the transaction');
    await say(
      chatId,
      'await this.inTx((tx) => tx.query(RELEASE, [id])) in src/checkout/hold.ts',
      'assistant',
    );
    await addMessage(m, chatId, 'tool', [
      {
        type: 'tool-result',
        tool_call_id: 'c',
        tool_name: 'execute',
        result: { output: 'checkout › releases the hold once', exit_code: 1 },
      },
    ]);
    await say(chatId, '検索エンジンを直す');
    await indexAll(chatId);
    const search = searchOf(ownerId);
    expect((await search.texts('hold release')).length).toBe(3);
    expect(await search.texts('hold release -outside -checkout')).toEqual([]);
    expect((await search.texts('"hold was released"')).length).toBe(1);
    expect((await search.texts('"hold was release"')).length).toBe(0);
    expect((await search.texts('exit code 1')).length).toBe(1);
    expect((await search.texts('src/checkout/hold.ts')).length).toBe(1);
    expect((await search.texts('InTx')).length).toBe(1);
    expect((await search.texts('検索')).length).toBe(1);
    const page = await search.page(asked('released'), { after: null, limit: 20 }, never);
    expect(page).toMatchObject({
      hits: [{ chatId, title: 'A chat', kind: 'you', archived: false, workspace: null, part: 0 }],
      next: null,
    });
    const hit = page?.hits[0]?.snippet;
    expect(hit?.marks.map(({ from, to }) => hit.text.slice(from, to))).toEqual(['released']);
  });

  test.skipIf(skip)('newest first, page by page, and an honest count', async () => {
    const ownerId = asId<OwnerId>(randomUUID());
    const chatId = await newChat(ownerId);
    await m.db.query(
      `insert into chat_messages (chat_id, role, content)
       select $1, 'user', jsonb_build_array(jsonb_build_object('type', 'text', 'text', 'pebble number ' || n))
       from generate_series(1, 1100) n`,
      [chatId],
    );
    expect(await indexAll(chatId)).toBeGreaterThan(3);
    const search = searchOf(ownerId);
    expect(await search.count(asked('pebble'), 1_000, never)).toEqual({ count: 1_000, isMore: true });
    expect(await search.count(asked('"pebble number 7"'), 1_000, never)).toEqual({
      count: 1,
      isMore: false,
    });
    const first = await search.page(asked('pebble'), { after: null, limit: 20 }, never);
    expect(first?.hits[0]?.snippet.text).toBe('pebble number 1100');
    expect(first?.hits.length).toBe(20);
    const second = await search.page(asked('pebble'), { after: first?.next ?? null, limit: 20 }, never);
    expect(second?.hits[0]?.snippet.text).toBe('pebble number 1080');
    expect(await search.places(asked('pebble', chatId), 120, never)).toHaveLength(120);
  });

  test.skipIf(skip)('in a chat it is counted how often the words stand in each part', async () => {
    const ownerId = asId<OwnerId>(randomUUID());
    const chatId = await newChat(ownerId);
    const many = await say(chatId, 'leek, **leeks** and a Leek-pie; no onion');
    await say(chatId, 'an onion');
    const single = await say(chatId, 'a leek with onion');
    await indexAll(chatId);
    const { places } = searchOf(ownerId);
    expect(await places(asked('leek', chatId), 10, never)).toEqual([
      { messageId: single, part: 0, marks: 1 },
      { messageId: many, part: 0, marks: 3 },
    ]);
    expect(await places(asked('leek onion', chatId), 10, never)).toMatchObject([
      { marks: 2 },
      { marks: 4 },
    ]);
    await m.db.query('update chat_messages set deleted = true where id = $1', [many]);
    expect(await places(asked('leek', chatId), 10, never)).toHaveLength(1);
  });

  test.skipIf(skip)('what changed, what was cut away and what only the model sees', async () => {
    const ownerId = asId<OwnerId>(randomUUID());
    const chatId = await newChat(ownerId);
    const kept = await say(chatId, 'a gherkin stays');
    const cut = await say(chatId, 'a gherkin goes');
    await m.db.query(
      `insert into chat_messages (chat_id, role, visibility, content) values ($1, 'system', 'model', $2)`,
      [chatId, JSON.stringify([{ type: 'text', text: 'a gherkin nobody sees' }])],
    );
    await indexAll(chatId);
    const search = searchOf(ownerId);
    expect(await search.texts('gherkin')).toEqual(['a gherkin goes', 'a gherkin stays']);
    await bump(chatId);
    await m.db.query('update chat_messages set deleted = true where id = $1', [cut]);
    // Not found from the moment on, though its words are still there.
    expect(await search.texts('gherkin')).toEqual(['a gherkin stays']);
    await indexAll(chatId);
    await bump(chatId);
    await m.db.query('update chat_messages set content = $2 where id = $1', [
      kept,
      JSON.stringify([{ type: 'text', text: 'a cucumber stays' }]),
    ]);
    await indexAll(chatId);
    expect(await search.texts('gherkin')).toEqual([]);
    expect(await search.texts('cucumber')).toEqual(['a cucumber stays']);
    expect(
      (
        await one<{ n: number }>(m.db, 'select count(*)::int as n from search_docs where chat_id = $1', [
          chatId,
        ])
      ).n,
    ).toBe(1);
  });

  test.skipIf(skip)(
    'filters by what a chat is at, where it works, its model, its time; never another owner’s',
    async () => {
      const ownerId = asId<OwnerId>(randomUUID());
      const other = asId<OwnerId>(randomUUID());
      const failed = await newChat(ownerId, { title: 'Failed', status: 'error' });
      const old = await newChat(ownerId, { title: 'Old', archived: true });
      const foreign = await newChat(other);
      const { id: workspaceId } = await one<{ id: string }>(
        m.db,
        `insert into workspaces (owner_id, kind, name, directory) values ($1, 'local', 'api-server', $2) returning id`,
        [ownerId, `/${randomUUID()}`],
      );
      await m.db.query('update chats set workspace_id = $2 where id = $1', [failed, workspaceId]);
      for (const chatId of [failed, old, foreign]) await say(chatId, 'turnip');
      await m.db.query(`update chat_messages set created_at = '2020-02-03' where chat_id = $1`, [old]);
      for (const chatId of [failed, old, foreign]) await indexAll(chatId);
      const search = createSearch({ store: opened.store, ownerId });
      const titles = async (text: string) =>
        (await search.page(asked(text), { after: null, limit: 20 }, never))?.hits.map((hit) => hit.title);
      expect(await titles('turnip')).toEqual(['Old', 'Failed']);
      expect(await titles('turnip status:error')).toEqual(['Failed']);
      expect(await titles('turnip -status:error')).toEqual(['Old']);
      expect(await titles('turnip is:archived')).toEqual(['Old']);
      expect(await titles('turnip -is:archived')).toEqual(['Failed']);
      expect(await titles('turnip workspace:API')).toEqual(['Failed']);
      expect(await titles('turnip model:nothing')).toEqual([]);
      expect(await titles('turnip before:2021')).toEqual(['Old']);
      expect(await titles('turnip after:2020-02-04')).toEqual(['Failed']);
    },
  );

  test.skipIf(skip)('a chat is found by its title at once, the one that changed last first', async () => {
    const ownerId = asId<OwnerId>(randomUUID());
    const early = await newChat(ownerId, { title: 'Parsnip soup', archived: true });
    const late = await newChat(ownerId, { title: 'Crème of “parsnips”' });
    await newChat(ownerId, { title: 'Turnip soup' });
    await newChat(asId<OwnerId>(randomUUID()), { title: 'Parsnip soup of somebody else' });
    await m.db.query(
      `update chats set created_at = '2020-01-01', updated_at = '2020-01-03' where id = $1`,
      [early],
    );
    const { chats } = searchOf(ownerId);
    const found = async (text: string, chatId: ChatId | null = null) =>
      (await chats(asked(text, chatId), 20, never))?.chats.map((chat) => chat.chatId);
    expect(await found('parsnip')).toEqual([late, early]);
    expect(await found('creme parsnip')).toEqual([late]);
    expect(await found('"parsnip"')).toEqual([early]);
    expect(await found('parsnip -soup')).toEqual([late]);
    expect(await found('parsnip is:archived')).toEqual([early]);
    expect(await found('parsnip before:2020-01-02')).toEqual([early]);
    expect(await found('parsnip after:2020-01-02 before:2021')).toEqual([early]);
    expect(await found('parsnip after:2020-01-04')).toEqual([late]);
    expect(await found('parsnip status:error')).toEqual([]);
    expect(await found('parsnip', early), 'a chat is not looked for in itself').toEqual([]);
    expect(await chats(asked('parsnip'), 1, never)).toMatchObject({
      chats: [{ title: { text: 'Crème of “parsnips”', marks: [{ from: 10, to: 18 }] }, archived: false }],
      isMore: true,
    });
  });

  test.skipIf(skip)('titles are read step by step, and none of them twice or never', async () => {
    const ownerId = asId<OwnerId>(randomUUID());
    await m.db.query(
      `insert into chats (id, owner_id, title, status, last_model_config_id)
       select gen_random_uuid(), $1, 'Grüße, number ' || n, 'waiting', $2 from generate_series(1, 1200) n`,
      [ownerId, m.modelId],
    );
    const all = await searchOf(ownerId).chats(asked('grüße'), 2_000, never);
    expect(new Set(all?.chats.map((chat) => chat.chatId)).size).toBe(1_200);
    expect(all).toMatchObject({ isMore: false });
  });

  test.skipIf(skip)('the model is told the same, within bounds, and nothing of another owner', async () => {
    const ownerId = asId<OwnerId>(randomUUID());
    const other = asId<OwnerId>(randomUUID());
    const foreign = await newChat(other, { title: 'Celery' });
    const mine = await newChat(ownerId, { title: 'Celery '.repeat(28), archived: true });
    for (const chatId of [foreign, mine])
      for (let n = 0; n < 25; n += 1) await say(chatId, `celery ${n} ${'x'.repeat(5_000)}`);
    for (const chatId of [foreign, mine]) await indexAll(chatId);
    const tool = searchHistory({
      search: createSearch({ store: opened.store, ownerId }),
      indexer: { left: 0 } as Indexer,
    });
    const ask = async (args: Readonly<Record<string, unknown>>) => {
      const prepared = tool.prepare(args);
      if (!prepared.ok) throw new Error('these are no arguments');
      return prepared.value.run({ clock: systemClock, signal: never } as ToolContext);
    };
    const { result } = await ask({ query: 'celery', limit: 100 });
    expect(result).toMatchObject({ total: 25, chats: [{ chat_id: mine, archived: true }] });
    expect(JSON.stringify(result)).not.toContain(foreign);
    expect(JSON.stringify(result).length).toBeLessThan(16_000);
    const { next, results } = result as { next: unknown; results: readonly unknown[] };
    expect(results).toHaveLength(20);
    expect((await ask({ query: 'celery', before_message: next })).result).toMatchObject({
      results: { length: 5 },
    });
    expect((await ask({ query: 'celery is:archived status:finished' })).result).toMatchObject({
      total: 25,
    });
    expect((await ask({ query: 'celery -is:archived' })).result).toEqual({ results: [], total: 0 });
    expect(await ask({ query: 'celery status:broken' })).toMatchObject({ isError: true });
  });

  test.skipIf(skip)('what was left in the middle of rows of one revision is taken up again', async () => {
    const chatId = await newChat(asId<OwnerId>(randomUUID()));
    await m.db.query(
      `insert into chat_messages (chat_id, role, content)
       select $1, 'user', '[{"type": "text", "text": "chard"}]' from generate_series(1, 450)`,
      [chatId],
    );
    const isBehind = async () => (await opened.store.call('listUnindexed', {})).chatIds.includes(chatId);
    const behind: boolean[] = [];
    for (let done = false; !done; ) {
      behind.push(await isBehind());
      ({ done } = await opened.store.call('indexBatch', { chatId }));
    }
    expect(behind.length).toBeGreaterThan(2);
    expect(behind).not.toContain(false);
    expect(await isBehind()).toBe(false);
  });

  test.skipIf(skip)('a chat of before says that it is behind until it is wholly in the index', async () => {
    const chatId = await newChat(asId<OwnerId>(randomUUID()));
    await say(chatId, 'endive');
    const [begun, open] = [new AbortController(), new AbortController()];
    const store: SearchStore = {
      ...opened.store,
      onHint: (listener) => opened.store.onHint(listener),
      async call(name, args) {
        if (name === 'indexBatch') {
          begun.abort();
          await aborted(open.signal);
        }
        return opened.store.call(name, args as never) as never;
      },
    };
    const indexer = startIndexer({ store, clock: systemClock, log: silentLog });
    try {
      await aborted(begun.signal);
      expect(indexer.isBehind(chatId)).toBe(true);
      open.abort();
      await vi.waitFor(() => expect(indexer.isBehind(chatId)).toBe(false), waits);
    } finally {
      open.abort();
      await indexer.close();
    }
  });

  test.skipIf(skip)('the index follows by itself, also what many rows of one commit brought', async () => {
    const ownerId = asId<OwnerId>(randomUUID());
    const before = await newChat(ownerId);
    await say(before, 'radish from before');
    const indexer: Indexer = startIndexer({ store: opened.store, clock: systemClock, log: silentLog });
    try {
      const search = searchOf(ownerId);
      await vi.waitFor(async () => expect(await search.texts('radish')).toHaveLength(1), waits);
      const created = await opened.store.call('createChat', {
        chatId: asId<ChatId>(randomUUID()),
        ownerId,
        workspaceId: null,
        title: 'New',
        modelConfigId: null,
        effort: null,
        spawnKey: randomUUID(),
        messages: [{ role: 'user', content: [{ type: 'text', text: 'radish from now on' }] }],
      });
      expect(created).toMatchObject({ ok: true });
      await vi.waitFor(async () => expect(await search.texts('radish')).toHaveLength(2), waits);
    } finally {
      await indexer.close();
    }
  });

  test.skipIf(skip)(
    'what was said just now is found by who asks at once, however much is gathered',
    async () => {
      const ownerId = asId<OwnerId>(randomUUID());
      // Only pauses between batches are as short as ever.
      const slow = {
        ...systemClock,
        sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(ms < 300 ? ms : ms * 200, signal),
      };
      const searching = startSearching({ store: opened.store, ownerId, clock: slow, log: silentLog });
      try {
        for (const word of ['kohlrabi', 'salsify', 'scorzonera']) {
          const chatId = asId<ChatId>(randomUUID());
          const heard = new Promise<void>((resolve) => {
            const stop = opened.store.onHint((hint) => {
              if (hint.payload['chatId'] !== chatId) return;
              stop();
              resolve();
            });
          });
          await opened.store.call('createChat', {
            chatId,
            ownerId,
            workspaceId: null,
            title: 'New',
            modelConfigId: null,
            effort: null,
            spawnKey: randomUUID(),
            messages: [{ role: 'user', content: [{ type: 'text', text: word }] }],
          });
          await heard;
          const page = await searching.search.page(asked(word), { after: null, limit: 20 }, never);
          expect(page?.hits).toHaveLength(1);
        }
      } finally {
        await searching.close();
      }
    },
  );
});

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
