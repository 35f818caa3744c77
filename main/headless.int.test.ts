import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { asId, type ChatId } from '@shared/model/ids.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type ModelServer, startModelServer } from '../e2e/fixtures/model-server.ts';
import { postgresMissing, startPostgres, type TestPostgres } from '../scripts/lib/postgres.ts';
import { chatOperations } from './chatd/machine/operations.ts';
import type { ChatOperationMap } from './chatd/machine/store.ts';
import { settingOperations } from './db/settings.ts';
import type { Store } from './db/store.ts';
import { openSharedStore } from './db/test-shared.ts';

const program = path.resolve(import.meta.dirname, '../out/main/daemon.js');
const missing = existsSync(program) ? postgresMissing : 'the app is not built';
const here = missing === null ? '' : ` [not here: ${missing}]`;

interface Ready {
  readonly state: string;
  readonly pid: number;
  readonly database: 'local' | 'shared';
  readonly replica: { readonly id: string; readonly url: string } | null;
}

interface Started {
  readonly child: ChildProcess;
  readonly ready: Promise<Ready>;
  /** Exit code, and what was said on standard error. */
  readonly ended: Promise<{ code: number | null; said: string }>;
}

let home: string;
const running: Started[] = [];
beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'gaffer-headless-'));
});
afterEach(async () => {
  for (const { child } of running) child.kill('SIGKILL');
  await Promise.all(running.splice(0).map(({ ended }) => ended));
  await rm(home, { recursive: true, force: true });
});

function start(dir: string, env: Readonly<Record<string, string>> = {}): Started {
  const child = spawn(process.execPath, [program, `--user-data-dir=${path.join(home, dir)}`], {
    env: { PATH: process.env['PATH'], HOME: home, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += String(chunk);
  });
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, said }));
  const lines = createInterface({ input: child.stdout });
  const ready = Promise.race([
    once(lines, 'line').then(([line]) => JSON.parse(String(line)) as Ready),
    ended.then((end) => Promise.reject(new Error(`it ended: ${JSON.stringify(end)}`))),
  ]);
  ready.catch(() => undefined);
  const started = { child, ready, ended };
  running.push(started);
  return started;
}

describe.skipIf(!existsSync(program))(`the daemon without a window${here}`, () => {
  test('uses the local database, alone, and leaves it in order', async () => {
    const first = start('one');
    expect(await first.ready).toMatchObject({ state: 'ready', database: 'local', replica: null });
    const second = await start('one').ended;
    expect(second.code).toBe(1);
    expect(second.said).toContain('open in another program');
    first.child.kill('SIGTERM');
    expect(await first.ended).toEqual({ code: 0, said: '' });
    const again = start('one');
    await again.ready;
    again.child.kill('SIGTERM');
    expect((await again.ended).code).toBe(0);
  });

  test('never uses the local database in place of one that cannot be reached', async () => {
    const refused = await start('one', { GAFFER_DATABASE_URL: 'postgresql://me:hidden-word@127.0.0.1:1/x' })
      .ended;
    expect(refused.code).toBe(1);
    expect(refused.said).toContain('cannot be reached');
    expect(refused.said).not.toContain('hidden-word');
    expect(await readdir(path.join(home, 'one'))).toEqual(['logs']);
  });
});

describe.skipIf(missing !== null)(`two daemons on one PostgreSQL${here}`, () => {
  let server: TestPostgres;
  let models: ModelServer;
  let store: Store<ChatOperationMap & typeof settingOperations>;
  let url: string;
  beforeAll(async () => {
    [server, models] = await Promise.all([startPostgres(), startModelServer()]);
  });
  afterAll(() => Promise.all([server.stop(), models.stop()]));
  beforeEach(async () => {
    url = await server.createDatabase();
    store = await openSharedStore(url, [
      { role: 'daemon', operations: chatOperations },
      { role: 'owner', operations: settingOperations },
    ]);
  });
  afterEach(() => store.close());

  const env = () => ({
    GAFFER_DATABASE_URL: url,
    GAFFER_LEASE_MS: '1500',
    OPENAI_API_KEY: 'sk-test',
    OPENAI_BASE_URL: models.openaiUrl,
    GAFFER_DEFAULT_MODEL: 'openai/gpt-4.1',
  });

  async function create(text: string): Promise<ChatId> {
    const { ownerId } = await store.call('loadInstallation', {});
    const made = await store.call('createChat', {
      chatId: asId<ChatId>(randomUUID()),
      ownerId,
      workspaceId: null,
      title: 'A title of its own',
      modelConfigId: null,
      effort: null,
      spawnKey: randomUUID(),
      messages: [{ role: 'user', content: [{ type: 'text', text }] }],
    });
    if (!made.ok) throw new Error(JSON.stringify(made.error));
    return made.value.chatId;
  }
  const look = async (chatId: ChatId) => {
    const facts = await store.call('loadFacts', { chatId });
    const { ownerId } = await store.call('loadInstallation', {});
    const page = await store.call('loadPage', { chatId, ownerId, limit: 50 });
    const said = (page ?? [])
      .filter((message) => message.role === 'assistant')
      .map((message) => message.content);
    return { status: facts?.status, workerId: facts?.workerId ?? null, said };
  };

  test.each([
    ['is killed', 'SIGKILL'],
    ['leaves', 'SIGTERM'],
  ] as const)('#10 a chat goes on at the other one when its own %s in mid-turn', async (_, signal) => {
    models.mock.clearFixtures();
    models.mock.on({ userMessage: 'go' }, { content: 'The answer.' });
    // The first answer stops after its first words, for as long as who asked for it lives. Titles have no tools.
    const held = models.faults.hold({
      afterEvents: 1,
      match: ({ body }) => JSON.stringify(body).includes('"tools"'),
    });
    const daemons = [start('one', env()), start('two', env())];
    const ids = await Promise.all(daemons.map(async ({ ready }) => (await ready).replica?.id));
    const chatId = await create('go');
    await held.reached;
    const { workerId } = await look(chatId);
    const owner = ids.findIndex((id) => id === workerId);
    daemons[owner]?.child.kill(signal);
    await vi.waitFor(
      async () =>
        expect(await look(chatId)).toEqual({
          status: 'waiting',
          workerId: null,
          said: [[expect.objectContaining({ type: 'text', text: 'The answer.' })]],
        }),
      { timeout: 30_000, interval: 200 },
    );
    expect((await daemons[owner]?.ended)?.code).toBe(signal === 'SIGTERM' ? 0 : null);
  });
});
