import { randomUUID } from 'node:crypto';
import { asId, type ChatId, type RunnerId } from '@shared/model/ids.ts';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { postgresMissing, startPostgres, type TestPostgres } from '../../../scripts/lib/postgres.ts';
import { operation } from '../../db/store.ts';
import { openSharedStore } from '../../db/test-shared.ts';
import { ModelError, type ModelEvent } from '../../models/port.ts';
import type { ChatFacts } from '../machine/types.ts';
import { FINISH, type Script, says, type Watching } from '../test-chatd.ts';
import { openTestReplicas, type TestReplica, type TestReplicas } from './test-replicas.ts';

const here = postgresMissing === null ? '' : ` [not here: ${postgresMissing}]`;

/** Says the words, then waits to be let go on; an abort ends it as a cancelled call. */
function holding(...words: readonly string[]) {
  let goOn: () => void = () => {};
  const held = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  let asked = 0;
  const script: Script = async function* (_request, signal): AsyncGenerator<ModelEvent> {
    asked += 1;
    for (const delta of words) yield { type: 'text', block: 0, delta };
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
    aborted.catch(() => undefined);
    await Promise.race([held, aborted]);
    yield { type: 'text', block: 0, delta: ' end' };
    yield FINISH;
  };
  return { script, goOn: () => goOn(), asked: () => asked };
}

function saying(...words: readonly string[]): Script {
  return async function* () {
    yield* says(...words);
  };
}

/** What a person reads of the running step. */
function live(watching: Watching): string {
  return watching.events
    .map((event) =>
      event.type === 'message_part' && event.frame.part.type === 'text' ? event.frame.part.text : '',
    )
    .join('');
}

const answers = (watching: Watching) =>
  watching
    .view()
    .messages.filter((m) => m.role === 'assistant')
    .map((m) => m.content.map((part) => (part.type === 'text' ? part.text : '')).join(''));

describe.skipIf(postgresMissing !== null)(`replicas on one PostgreSQL${here}`, () => {
  let server: TestPostgres;
  let url: string;
  let replicas: TestReplicas;
  let a: TestReplica;
  let b: TestReplica;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    url = await server.createDatabase();
    replicas = await openTestReplicas(url);
    [a, b] = await Promise.all([replicas.open(), replicas.open()]);
  });
  afterEach(() => replicas.close());

  const owner = async (chatId: ChatId) =>
    (
      await replicas.query<{ worker_id: string | null }>('select worker_id from chats where id = $1', [
        chatId,
      ])
    )[0]?.worker_id;
  const age = (chatId: ChatId) =>
    replicas.query(
      `update chat_heartbeats set heartbeat_at = now() - interval '1 hour' where chat_id = $1`,
      [chatId],
    );
  /** A runs a chat and has said the words; B looks on. */
  async function running(model: { script: Script }, said: string) {
    a.startWorker(model.script);
    const chatId = await a.create('Hello');
    const onA = a.watch(chatId);
    const onB = b.watch(chatId);
    await onB.until(() => live(onB) === said);
    return { chatId, onA, onB };
  }

  test('#31 the parts of a chat that runs here are seen there while they are said', async () => {
    const model = holding('Hel', 'lo');
    const { chatId, onB } = await running(model, 'Hello');
    expect(await owner(chatId)).toBe(a.workerId);
    expect(b.relays()).toBe(1);
    model.goOn();
    await onB.until((view) => view.status === 'waiting');
    expect([live(onB), answers(onB)]).toEqual(['Hello end', ['Hello end']]);
    await vi.waitFor(() => expect(b.relays()).toBe(0));
    await onB.stop();
  });

  test('#1 #2 an interrupt through another replica is seen on both, and frees the chat', async () => {
    const { chatId, onA, onB } = await running(holding('Hel', 'lo'), 'Hello');
    expect(await b.store.call('interrupt', { chatId, ownerId: b.ownerId })).toMatchObject({ ok: true });
    await Promise.all([onA, onB].map((on) => on.until((view) => view.status === 'waiting')));
    expect([answers(onA), answers(onB)]).toEqual([['Hello'], ['Hello']]);
    await vi.waitFor(async () => expect(await owner(chatId)).toBeNull());
    await Promise.all([onA.stop(), onB.stop()]);
  });

  test('#13 a chat whose replica leaves in mid-turn goes on at another one, without an error', async () => {
    const { chatId, onB } = await running(holding('from A'), 'from A');
    b.startWorker(saying('from B'));
    await a.close();
    await onB.until((view) => view.status === 'waiting');
    expect(answers(onB)).toEqual(['from B']);
    expect(onB.events.some((event) => event.type === 'error')).toBe(false);
    await vi.waitFor(async () => expect(await owner(chatId)).toBeNull());
    await onB.stop();
  });

  test('#9 a chat whose replica dies is taken over after the lease, by one that was there before', async () => {
    await a.close();
    a = await replicas.open({ leaseMs: 1_000 });
    const c = await replicas.open({ leaseMs: 1_000 });
    const { chatId, onB } = await running(holding('from A'), 'from A');
    c.startWorker(saying('from C'));
    await a.die();
    await onB.until((view) => view.status === 'waiting');
    expect(answers(onB)).toEqual(['from C']);
    await vi.waitFor(async () => expect(await owner(chatId)).toBeNull());
    await onB.stop();
  });

  test('#10 a replica that starts takes over the chats of a dead one, and leaves those of a living one', async () => {
    const model = holding('kept');
    const { chatId, onB } = await running(model, 'kept');
    const orphan = await a.create('Orphan');
    await vi.waitFor(async () => expect(await owner(orphan)).toBe(a.workerId));
    await age(orphan);
    b.startWorker(saying('from B'));
    const onOrphan = b.watch(orphan);
    await onOrphan.until((view) => view.status === 'waiting');
    expect([answers(onOrphan), await owner(chatId)]).toEqual([['from B'], a.workerId]);
    model.goOn();
    await onB.until((view) => view.status === 'waiting');
    expect(answers(onB)).toEqual(['kept end']);
    await Promise.all([onB.stop(), onOrphan.stop()]);
  });

  test('an owner that was given up for dead and lives writes nothing more', async () => {
    const model = holding('from A');
    const { chatId, onB } = await running(model, 'from A');
    await age(chatId);
    b.startWorker(saying('from B'));
    await onB.until((view) => view.status === 'waiting');
    model.goOn();
    await a.close();
    expect(answers(onB)).toEqual(['from B']);
    const { length } = await replicas.query(
      `select from chat_messages where chat_id = $1 and role = 'assistant'`,
      [chatId],
    );
    expect(length).toBe(1);
    await onB.stop();
  });

  test('#37 #39 a dial that hangs delays nothing, and is dropped with the interrupt that ends its chat', async () => {
    a.proxy.mode('stall');
    a.startWorker(holding('never seen there').script);
    const chatId = await a.create('Hello');
    const [onA, onB] = [a.watch(chatId), b.watch(chatId)];
    await onA.until(() => live(onA) === 'never seen there');
    await vi.waitFor(() => expect(a.proxy.open).toBe(1));
    await b.send(chatId, 'queued');
    await onB.until((view) => view.status === 'running' && view.queue.length === 1);
    const promoted = await b.store.call('deleteQueued', {
      chatId,
      ownerId: b.ownerId,
      queuedId: onB.view().queue[0]?.id ?? (0 as never),
    });
    expect(promoted).toMatchObject({ ok: true });
    await b.store.call('interrupt', { chatId, ownerId: b.ownerId });
    await onB.until((view) => view.status === 'waiting');
    await vi.waitFor(() => expect([b.relays(), a.proxy.open]).toEqual([0, 0]));
    a.proxy.mode('pass');
    expect([live(onB), answers(onB)]).toEqual(['', ['never seen there']]);
    await Promise.all([onA.stop(), onB.stop()]);
  });

  test('a restart of the server in mid-turn loses nothing: the turn ends, and both replicas see it', async () => {
    const model = holding('Hel', 'lo');
    const { chatId, onA, onB } = await running(model, 'Hello');
    await server.restart();
    model.goOn();
    await Promise.all([onA, onB].map((on) => on.until((view) => view.status === 'waiting')));
    expect([answers(onA), answers(onB)]).toEqual([['Hello end'], ['Hello end']]);
    await a.send(chatId, 'And now?');
    await onB.until((view) => view.messages.length === 4 && view.status === 'waiting');
    await Promise.all([onA.stop(), onB.stop()]);
  });

  test('#41 parts come from the new worker when a chat moves between two others', async () => {
    const c = await replicas.open();
    const { chatId, onB } = await running(holding('from A'), 'from A');
    const next = holding('from C');
    c.startWorker(next.script);
    await a.close();
    await onB.until(() => live(onB) === 'from Afrom C');
    expect([await owner(chatId), c.proxy.open, b.relays()]).toEqual([c.workerId, 1, 1]);
    next.goOn();
    await onB.until((view) => view.status === 'waiting');
    expect(answers(onB)).toEqual(['from C end']);
    await onB.stop();
  });

  test('#43 parts come from the own buffer when a chat moves here', async () => {
    const { chatId, onB } = await running(holding('from A'), 'from A');
    const next = holding('from B');
    b.startWorker(next.script);
    await a.close();
    await onB.until(() => live(onB) === 'from Afrom B');
    expect([await owner(chatId), b.relays()]).toEqual([b.workerId, 0]);
    next.goOn();
    await onB.until((view) => view.status === 'waiting');
    await onB.stop();
  });

  test('workers that hear of the same chats share them: each is run once', async () => {
    const c = await replicas.open();
    const asked: string[] = [];
    const script: Script = async function* (request) {
      asked.push(JSON.stringify(request.messages.at(-1)));
      yield* says('done');
    };
    for (const replica of [a, b, c]) replica.startWorker(script);
    const ids = await Promise.all(
      Array.from({ length: 30 }, (_, at) => [a, b, c][at % 3]?.create(`chat ${at}`) ?? Promise.reject()),
    );
    await vi.waitFor(
      async () => {
        const left = await replicas.query(
          `select id from chats where status <> 'waiting' or worker_id is not null`,
        );
        expect(left).toEqual([]);
      },
      { timeout: 30_000 },
    );
    expect(new Set(asked).size).toBe(30);
    expect(asked).toHaveLength(30);
    const [row] = await replicas.query<{ count: number }>(
      `select count(*)::int as count from chat_messages where role = 'assistant' and chat_id = any($1)`,
      [ids],
    );
    expect(row?.count).toBe(30);
  });

  test('a chat in another computer’s folder is left to that computer', async () => {
    const [workspace] = await replicas.query<{ id: string }>(
      `insert into workspaces (owner_id, kind, name, directory, machine_id)
       values ($1, 'local', 'x', '/x', 'there') returning id`,
      [a.ownerId],
    );
    const idle = await a.create('Hello');
    await replicas.query('update chats set workspace_id = $2 where id = $1', [idle, workspace?.id]);
    const elsewhere = await replicas.open({ machineId: 'here' });
    elsewhere.startWorker(saying('wrong'));
    const free = await a.create('In no folder');
    const onFree = b.watch(free);
    await onFree.until((view) => view.status === 'waiting');
    expect(await owner(idle)).toBeNull();
    const there = await replicas.open({ machineId: 'there' });
    there.startWorker(saying('right'));
    const onIdle = b.watch(idle);
    await onIdle.until((view) => view.status === 'waiting');
    expect(answers(onIdle)).toEqual(['right']);
    await Promise.all([onFree.stop(), onIdle.stop()]);
  });

  test('a chat whose key is not here is left to a replica that has it', async () => {
    const chatId = await a.create('Hello');
    // No moment comes at which nobody else wanted it.
    await replicas.query(`update chats set updated_at = now() + interval '1 hour' where id = $1`, [chatId]);
    const other = await a.create('Hello');
    await replicas.query(
      `with added as (insert into chat_model_configs (provider_id, model)
         select provider_id, 'other' from chat_model_configs returning id)
       update chats set last_model_config_id = added.id from added where chats.id = $1`,
      [other],
    );
    a.startWorker(saying('from A'), { deps: { lacking: async () => [a.modelConfigId] } });
    const [onChat, onOther] = [b.watch(chatId), b.watch(other)];
    await onOther.until((view) => view.status === 'waiting');
    expect([answers(onOther), await owner(chatId)]).toEqual([['from A'], null]);
    b.startWorker(saying('from B'));
    await onChat.until((view) => view.status === 'waiting');
    expect(answers(onChat)).toEqual(['from B']);
    await Promise.all([onChat.stop(), onOther.stop()]);
  });

  test('a chat whose key is nowhere ends in an error that says so', async () => {
    const missing = new ModelError('No key.', { kind: 'missing_key', retryable: false, provider: 'Test' });
    const chatId = await a.create('Hello');
    await replicas.query(`update chats set updated_at = now() - interval '6 seconds' where id = $1`, [
      chatId,
    ]);
    const deps = { lacking: async () => [a.modelConfigId], resolveModel: () => Promise.reject(missing) };
    for (const replica of [a, b]) replica.startWorker(saying('never'), { deps });
    const onB = b.watch(chatId);
    await onB.until((view) => view.status === 'error');
    const [row] = await replicas.query<{ last_error: unknown }>(
      'select last_error from chats where id = $1',
      [chatId],
    );
    expect(row?.last_error).toMatchObject({ kind: 'missing_key' });
    await onB.stop();
  });

  test('#188 a second writer of a chat waits for the first, and a worker that would acquire it does not', async () => {
    const chatId = await a.create('Hello');
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();
    await client.query('begin');
    await client.query('select from chats where id = $1 for update', [chatId]);
    let isSent = false;
    const sent = a.send(chatId, 'second').then(() => {
      isSent = true;
    });
    await vi.waitFor(async () => {
      const waiting = await replicas.query(`select from pg_stat_activity where wait_event_type = 'Lock'`);
      expect(waiting).toHaveLength(1);
    });
    const lease = { workerId: b.workerId, leaseMs: 60_000, exclusive: false };
    const acquired = await b.store.call('acquire', {
      ...lease,
      chatId,
      runnerId: asId<RunnerId>(randomUUID()),
    });
    expect([acquired, isSent]).toEqual([{ ok: false, error: { kind: 'changed' } }, false]);
    await client.query('commit');
    await sent;
    await client.end();
  });

  test('#189 a transition that fails leaves nothing', async () => {
    const chatId = await a.create('Hello');
    const breaks = operation('durable', async (tx, args: { chatId: ChatId }) => {
      await tx.query('update chats set snapshot_version = snapshot_version + 1 where id = $1', [
        args.chatId,
      ]);
      throw new Error('in the middle');
    });
    const store = await openSharedStore<{ breaks: typeof breaks }>(url, [
      { role: 'daemon', operations: { breaks } },
    ]);
    const before = await a.store.call('loadFacts', { chatId });
    await expect(store.call('breaks', { chatId })).rejects.toThrow('in the middle');
    expect(await a.store.call('loadFacts', { chatId })).toEqual(before);
    await store.close();
  });

  test('#190 writers of one chat at once each get a version of their own, and none overtakes the queue', async () => {
    const chatId = await a.create('Hello');
    const versions: number[] = [];
    const stop = b.store.onHint(({ channel, payload }) => {
      const facts = payload as unknown as ChatFacts;
      // The creation's own hint may still be on its way.
      if (channel === 'chat_update' && facts.chatId === chatId && facts.snapshotVersion > 1)
        versions.push(facts.snapshotVersion);
    });
    await Promise.all(
      Array.from({ length: 15 }, (_, at) => (at % 2 ? a : b).send(chatId, `message ${at}`)),
    );
    await vi.waitFor(() => expect(versions).toHaveLength(15));
    expect(versions).toEqual(versions.toSorted((x, y) => x - y));
    expect(new Set(versions).size).toBe(15);
    const queued = await replicas.query('select from chat_queued_messages where chat_id = $1', [chatId]);
    expect(queued).toHaveLength(15);
    stop();
  });

  test('a turn that ends while a message is being queued goes on with it', async () => {
    const chatId = await a.create('Hello');
    const lease = { workerId: a.workerId, leaseMs: 60_000, exclusive: false };
    const acquired = await a.store.call('acquire', {
      ...lease,
      chatId,
      runnerId: asId<RunnerId>(randomUUID()),
    });
    if (!acquired.ok || !acquired.value.runnerId) throw new Error('not acquired');
    const { runnerId, historyVersion } = acquired.value;
    // The end waits behind the sender's transaction, and must see what that one has queued.
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();
    await client.query('begin');
    await client.query('update chats set snapshot_version = snapshot_version + 1 where id = $1', [chatId]);
    await client.query(
      `insert into chat_queued_messages (chat_id, content, created_by) values ($1, '[{"type":"text","text":"next"}]', $2)`,
      [chatId, a.ownerId],
    );
    const ended = a.store.call('finishTurn', { chatId, runnerId, historyVersion, status: 'running' });
    await vi.waitFor(async () => {
      const waiting = await replicas.query(`select from pg_stat_activity where wait_event_type = 'Lock'`);
      expect(waiting).toHaveLength(1);
    });
    await client.query('commit');
    expect(await ended).toEqual({ ok: true, value: { promoted: true } });
    await client.end();
  });
});
