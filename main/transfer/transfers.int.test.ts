import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TransferState } from '@shared/contract/transfer.ts';
import { asId, type ChatId, type FileId, type OwnerId } from '@shared/model/ids.ts';
import type { Part } from '@shared/model/part.ts';
import { invariant } from '@shared/util/invariant.ts';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { postgresMissing, startPostgres, type TestPostgres } from '../../scripts/lib/postgres.ts';
import { systemClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import { createMask } from '../base/mask.ts';
import { systemRandom } from '../base/random.ts';
import { chatOperations } from '../chatd/machine/operations.ts';
import type { ChatOperationMap } from '../chatd/machine/store.ts';
import { brokenInvariants, type Machine, machineOn, type TestDb } from '../chatd/machine/test-machine.ts';
import type { Store } from '../db/store.ts';
import { openSharedStore } from '../db/test-shared.ts';
import { openTestStore } from '../db/test-store.ts';
import { type TransferOperations, transferOperations } from './operations.ts';
import { createTransfers, type Transfers } from './transfers.ts';
import { createSum } from './write-json.ts';

type Ops = ChatOperationMap & TransferOperations;
const sets = [
  { role: 'daemon' as const, operations: chatOperations },
  { role: 'daemon' as const, operations: transferOperations },
];
const SECRET = 'sk-live-0123456789"abcdef';
const here = postgresMissing === null ? '' : ` [not here: ${postgresMissing}]`;

interface Bench {
  readonly machine: Machine<TestDb>;
  readonly store: Store<Ops>;
  close(): Promise<void>;
}

async function onEngine(): Promise<Bench> {
  const { db, store } = await openTestStore<Ops>(sets);
  return { machine: await machineOn<TestDb>(db, store), store, close: () => store.close() };
}

let server: TestPostgres | null = null;
async function onServer(): Promise<Bench> {
  invariant(server, 'the server runs');
  const url = await server.createDatabase();
  const store = await openSharedStore<Ops>(url, sets);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const db: TestDb = {
    query: async <T>(sql: string, params?: unknown[]) => ({
      rows: (await client.query(sql, params)).rows as T[],
    }),
  };
  return {
    machine: await machineOn(db, store),
    store,
    async close() {
      await client.end();
      await store.close();
    },
  };
}

beforeAll(async () => {
  if (postgresMissing === null) server = await startPostgres();
});
afterAll(() => server?.stop());

describe.each([
  ['PGlite', onEngine, true],
  [`PostgreSQL${here}`, onServer, postgresMissing === null],
] as const)('chats that leave and come in, on %s', (_name, open, can) => {
  let bench: Bench;
  let dir: string;
  const ownerId = asId<OwnerId>(randomUUID());
  beforeAll(async () => {
    if (!can) return;
    bench = await open();
    dir = await mkdtemp(path.join(tmpdir(), 'gaffer-transfer-'));
  });
  afterAll(async () => {
    if (!can) return;
    await bench.close();
    await rm(dir, { recursive: true });
  });

  const transfers = (file: string, asOwner = ownerId): Transfers =>
    createTransfers({
      store: bench.store,
      ownerId: asOwner,
      mask: createMask(() => [SECRET]),
      clock: systemClock,
      random: systemRandom,
      log: silentLog,
      version: '1.2.3',
      pickSaveFile: async () => path.join(dir, file),
      pickImportFile: async () => path.join(dir, file),
    });

  /** A chat with an agent; a key was printed by a tool. */
  async function family(title: string): Promise<ChatId> {
    const chatId = asId<ChatId>(randomUUID());
    const text = (words: string) => [{ type: 'text' as const, text: words }];
    const base = {
      ownerId,
      workspaceId: null,
      modelConfigId: null,
      effort: null,
      status: 'waiting' as const,
    };
    const call = { tool_call_id: 'c1', tool_name: 'execute' };
    const made = await bench.store.call('createChat', {
      ...base,
      chatId,
      title,
      spawnKey: randomUUID(),
      messages: [
        { role: 'system', content: text('What Gaffer says'), visibility: 'model' },
        { role: 'user', content: text('Print the key') },
        {
          role: 'assistant',
          content: [...text('I print it.'), { type: 'tool-call', ...call, args: { command: 'env' } }],
          usage: {
            input_tokens: 10,
            output_tokens: 5,
            total_tokens: 15,
            reasoning_tokens: null,
            cache_creation_tokens: null,
            cache_read_tokens: null,
          },
          costMicros: 42,
          runtimeMs: 1200,
          contextLimit: 8000,
        },
        {
          role: 'tool',
          content: [
            {
              type: 'tool-result',
              ...call,
              result: { output: `KEY=${SECRET}\n`, exit_code: 0 },
              duration_ms: 12,
            },
          ],
        },
        { role: 'assistant', content: text(`It is ${SECRET}. <img src=x onerror=alert(1)>`) },
      ],
    });
    expect(made.ok).toBe(true);
    await bench.store.call('createChat', {
      ...base,
      chatId: asId<ChatId>(randomUUID()),
      parentChatId: chatId,
      title: `Agent of ${title}`,
      spawnKey: randomUUID(),
      messages: [
        { role: 'user', content: text('Go') },
        { role: 'assistant', content: text('Gone') },
      ],
    });
    return chatId;
  }

  const history = async (chatId: string) =>
    (
      await bench.machine.db.query<Record<string, unknown>>(
        `select role, content, visibility, created_at, input_tokens, output_tokens, total_cost_micros, runtime_ms,
           context_limit, interrupted, compressed, model_config_id from chat_messages where chat_id = $1
           and (not compressed or role = 'system') order by id`,
        [chatId],
      )
    ).rows;

  test.skipIf(!can)(
    'what was written comes in as new chats that are the same, without the secrets, and goes on',
    async () => {
      const chatId = await family('Round trip');
      const job = transfers('round.json');
      const exported = await job.export(chatId, 'json');
      expect(exported).toMatchObject({ ok: true, value: { chats: 2, messages: 7 } });
      const text = await readFile(path.join(dir, 'round.json'), 'utf8');
      expect(text).not.toContain('0123456789');
      expect(JSON.parse(text)).toMatchObject({ format: 'gaffer-export', version: 2, end: { messages: 7 } });

      // The same database: it is here already.
      const same = await job.chooseImport();
      expect(same).toMatchObject({ ok: true, value: { importedAt: null, messages: 7 } });
      invariant(same.ok && same.value, 'there is a preview');
      expect(same.value.chats.map(({ isHere }) => isHere)).toEqual([true, true]);
      expect(await job.import(false)).toEqual({ ok: true, value: { chats: 0, first: null } });

      const brought = await job.import(true);
      invariant(brought.ok && brought.value.first, 'it came in');
      const { first } = brought.value;
      const before = (await history(chatId)).slice(1);
      const after = (await history(first)).slice(1);
      expect(JSON.stringify(after)).toBe(
        JSON.stringify(before).replaceAll(JSON.stringify(SECRET).slice(1, -1), '‹secret›'),
      );
      expect(await brokenInvariants(bench.machine, first)).toEqual([]);
      const again = await transfers('round.json').chooseImport();
      expect(again).toMatchObject({ ok: true, value: { importedAt: expect.any(String) } });

      const sent = await bench.store.call('sendMessage', {
        chatId: first,
        ownerId,
        content: [{ type: 'text', text: 'And now?' }],
        modelConfigId: null,
        effort: null,
        busy: 'queue',
        sendKey: randomUUID(),
      });
      expect(sent).toMatchObject({ ok: true });
      const prompt = await bench.store.call('loadPrompt', { chatId: first });
      expect(prompt?.prompt.map(({ role }) => role)).toEqual([
        'system',
        'user',
        'assistant',
        'tool',
        'assistant',
        'user',
      ]);
      expect(JSON.stringify(prompt?.prompt[0])).toContain('You are a coding agent');
    },
  );

  const PNG = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
    'base64',
  );

  /** A message with a picture, a text and one that has expired. */
  async function withFiles(chatId: ChatId): Promise<readonly FileId[]> {
    const files = [
      { name: 'dot.png', mediaType: 'image/png', data: PNG },
      { name: 'notes.txt', mediaType: 'text/plain', data: Buffer.from('What the notes say') },
      { name: 'gone.txt', mediaType: 'text/plain', data: Buffer.from('Gone') },
    ].map((file) => ({ ...file, ownerId, fileId: asId<FileId>(randomUUID()) }));
    for (const file of files) await bench.store.call('addFile', file);
    const sent = await bench.store.call('sendMessage', {
      chatId,
      ownerId,
      content: files.map(({ fileId, name, mediaType }) => ({
        type: 'file' as const,
        media_type: mediaType,
        file_id: fileId,
        name,
      })),
      modelConfigId: null,
      effort: null,
      busy: 'queue',
      sendKey: randomUUID(),
    });
    expect(sent).toMatchObject({ ok: true });
    await bench.machine.db.query('delete from chat_files where id = $1', [files[2]?.fileId]);
    return files.map(({ fileId }) => fileId);
  }

  test.skipIf(!can)('attachments go with their chat, and pictures are seen in the document', async () => {
    const chatId = await family('With files');
    const [picture, notes, gone] = await withFiles(chatId);
    await transfers('files.json').export(chatId, 'json');
    const job = transfers('files.json');
    await job.chooseImport();
    const brought = await job.import(true);
    invariant(brought.ok && brought.value.first, 'it came in');
    const rows = await history(brought.value.first);
    const parts = rows.flatMap(({ content }) => content as Part[]).filter((part) => part.type === 'file');
    expect(parts.map(({ name }) => name)).toEqual(['dot.png', 'notes.txt', 'gone.txt']);
    const ids = parts.map((part) => part.file_id ?? asId<FileId>(''));
    expect(ids).not.toEqual(expect.arrayContaining([picture]));
    expect(ids).not.toEqual(expect.arrayContaining([notes]));
    expect(ids).not.toEqual(expect.arrayContaining([gone]));
    const kept = [];
    for (const fileId of ids) kept.push(await bench.store.call('loadFile', { ownerId, fileId }));
    expect(kept.map((file) => file && [file.name, file.mediaType, Buffer.from(file.data)])).toEqual([
      ['dot.png', 'image/png', PNG],
      ['notes.txt', 'text/plain', Buffer.from('What the notes say')],
      null,
    ]);

    await transfers('files.html').export(chatId, 'html');
    const html = await readFile(path.join(dir, 'files.html'), 'utf8');
    expect(html).toContain(`<img alt="dot.png" src="data:image/png;base64,${PNG.toString('base64')}">`);
    expect(html).toContain('File: notes.txt');
  });

  test.skipIf(!can)(
    'a file of another kind than can be attached, or that nobody names, stays out',
    async () => {
      const chatId = await family('Strange files');
      await withFiles(chatId);
      await transfers('strange.json').export(chatId, 'json');
      const whole = JSON.parse(await readFile(path.join(dir, 'strange.json'), 'utf8'));
      whole.files[0].data = Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2]).toString('base64');
      whole.files.push({ ...whole.files[1], id: randomUUID() });
      const sum = createSum();
      for (const one of [...whole.chats, ...whole.messages, ...whole.files]) sum.add(one);
      whole.end = { ...whole.end, files: 3, sha256: sum.hex() };
      await writeFile(path.join(dir, 'strange.json'), JSON.stringify(whole));
      const count = async () =>
        Number(
          (await bench.machine.db.query<{ n: string }>('select count(*)::text as n from chat_files'))
            .rows[0]?.n,
        );
      const before = await count();
      const job = transfers('strange.json');
      await job.chooseImport();
      expect(await job.import(true)).toMatchObject({ ok: true, value: { chats: 2 } });
      expect(await count()).toBe(before + 1);
      // As large as a file may be, and then some.
      whole.files[0].data = 'A'.repeat(14 * 1024 * 1024);
      await writeFile(path.join(dir, 'strange.json'), JSON.stringify(whole));
      expect(await job.chooseImport()).toMatchObject({ error: { code: 'damaged' } });
    },
  );

  test.skipIf(!can)('documents hold what was said, and nothing of it acts', async () => {
    const chatId = await family('Hostile <b>title</b>');
    await transfers('page.html').export(chatId, 'html');
    const html = await readFile(path.join(dir, 'page.html'), 'utf8');
    expect(html).toContain('Hostile &#60;b&#62;title&#60;/b&#62;');
    expect(html).toContain('&#60;img src=x onerror=alert(1)&#62;');
    expect(html).not.toMatch(/<(script|img|iframe|object|link|base)\b/i);
    await transfers('page.md').export(chatId, 'markdown');
    const markdown = await readFile(path.join(dir, 'page.md'), 'utf8');
    expect(markdown).toContain('**Ran** `env` · exit 0');
    for (const text of [html, markdown]) expect(text).not.toContain('0123456789');
  });

  test.skipIf(!can)(
    'a file that was cut, changed or is something else is refused, and nothing has changed',
    async () => {
      const chatId = await family('Damaged');
      await transfers('whole.json').export(chatId, 'json');
      const whole = await readFile(path.join(dir, 'whole.json'), 'utf8');
      const count = async () =>
        (await bench.machine.db.query<{ n: string }>('select count(*)::text as n from chats')).rows[0]?.n;
      const before = await count();
      const spoilt = {
        cut: whole.slice(0, whole.length / 2),
        'without its end': whole.replace(/,"end":.*\n$/, '}'),
        changed: whole.replace('I print it.', 'I print it!'),
        'with more behind it': `${whole}{}`,
        'another thing': '{"hello": [1, 2]}',
        'no JSON': 'PK\u0003\u0004',
        empty: '',
      };
      for (const [name, text] of Object.entries(spoilt)) {
        await writeFile(path.join(dir, 'spoilt.json'), text);
        const looked = await transfers('spoilt.json').chooseImport();
        expect({ name, looked }).toMatchObject({ looked: { ok: false, error: { code: 'damaged' } } });
      }
      await writeFile(path.join(dir, 'spoilt.json'), whole.replace('"version":2', '"version":3'));
      expect(await transfers('spoilt.json').chooseImport()).toMatchObject({ error: { code: 'newer' } });
      // As it was before there were files.
      const old = whole
        .replace('"version":2', '"version":1')
        .replace('"files":[\n],', '')
        .replace(',"files":0', '');
      expect(old).not.toContain('files');
      await writeFile(path.join(dir, 'old.json'), old);
      expect(await transfers('old.json').chooseImport()).toMatchObject({ ok: true });
      // Only laid out anew, it is still the same.
      await writeFile(path.join(dir, 'spoilt.json'), JSON.stringify(JSON.parse(whole), null, 2));
      const job = transfers('spoilt.json');
      expect(await job.chooseImport()).toMatchObject({ ok: true });
      // Changed behind our back: what had begun to come in is gone again.
      await writeFile(path.join(dir, 'spoilt.json'), spoilt.changed);
      expect(await job.import(true)).toMatchObject({ ok: false, error: { code: 'damaged' } });
      expect(await count()).toBe(before);
    },
  );

  test.skipIf(!can)('a long chat leaves and comes in, and what is cancelled leaves nothing', async () => {
    const chatId = await family('Long');
    await bench.machine.db.query(
      `insert into chat_messages (chat_id, role, content)
       select $1, case when n % 2 = 0 then 'user' else 'assistant' end::chat_role,
         json_build_array(json_build_object('type', 'text', 'text', repeat('word ', 40) || n)) from generate_series(1, 3000) n`,
      [chatId],
    );
    const job = transfers('long.json');
    const states: TransferState[] = [];
    const done = new AbortController();
    const watching = (async () => {
      for await (const state of job.watch(done.signal)) states.push(state);
    })();
    expect(await job.export(chatId, 'json')).toMatchObject({ ok: true, value: { messages: 3007 } });
    done.abort();
    await watching.catch(() => undefined);
    expect(states.some((state) => state.state === 'running' && state.total === 3007)).toBe(true);

    const cancelled = job.export(chatId, 'html');
    await expect.poll(async () => (await readdir(dir)).some((name) => name.endsWith('.part'))).toBe(true);
    job.cancel();
    expect(await cancelled).toMatchObject({ ok: false, error: { code: 'cancelled' } });
    expect((await readdir(dir)).filter((name) => name.endsWith('.part'))).toEqual([]);
    expect(JSON.parse(await readFile(path.join(dir, 'long.json'), 'utf8'))).toMatchObject({
      end: { messages: 3007 },
    });

    await job.chooseImport();
    const importing = job.import(true);
    const staged = async () =>
      (await bench.machine.db.query(`select id from chats where labels ? 'importing'`)).rows.length;
    await expect.poll(staged).toBeGreaterThan(0);
    job.cancel();
    expect(await importing).toMatchObject({ ok: false, error: { code: 'cancelled' } });
    expect(await staged()).toBe(0);
    const brought = await job.import(true);
    expect(brought).toMatchObject({ ok: true, value: { chats: 2 } });
    invariant(brought.ok && brought.value.first, 'it came in');
    expect((await history(brought.value.first)).length).toBe((await history(chatId)).length);
  });
});
