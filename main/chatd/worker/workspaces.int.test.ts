import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ChatId, WorkspaceId } from '@shared/model/ids.ts';
import type { ChatView } from '@shared/model/reducer.ts';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { startTestAgent, type TestAgent } from '../../agent-client/test-agent.ts';
import { silentLog } from '../../base/log.ts';
import { openTestStore } from '../../db/test-store.ts';
import { type WorkspaceOperations, workspaceOperations } from '../../db/workspaces.ts';
import type { ModelRequest } from '../../models/port.ts';
import { createWorkspaceTools } from '../../tools/workspaces/workspace-tools.ts';
import { openWorkshop, testOwner, until, type Workshop } from '../../workspaces/provision/test-workshop.ts';
import { inTurn, resultsIn } from '../agents/test-crew.ts';
import { chatPlaces } from '../generation/chat-places.ts';
import { chatOperations } from '../machine/operations.ts';
import type { ChatOperationMap } from '../machine/store.ts';
import { PartBuffer } from '../stream/part-buffer.ts';
import { localParts } from '../stream/parts-source.ts';
import { calls, chatdOn, insertModel, says, type TestChatd } from '../test-chatd.ts';

// Each starts scripts, some a server: on a loaded machine that takes its time.
vi.setConfig({ testTimeout: 180_000 });

let agent: TestAgent;
beforeAll(async () => {
  agent = await startTestAgent();
}, 180_000);
afterAll(() => agent.close());

const ID = '6a7b1c1e-0000-4000-8000-000000000001';

interface World extends Omit<TestChatd, 'db'> {
  readonly workshop: Workshop;
  chatWorkspace(chatId: ChatId): Promise<WorkspaceId | null>;
}

/** A chat daemon whose chats make workspaces on a real agent, from one template of the person's. */
async function open({ creator = true } = {}): Promise<World> {
  const { store, db } = await openTestStore<ChatOperationMap & WorkspaceOperations>([
    { role: 'daemon', operations: chatOperations },
    { role: 'owner', operations: workspaceOperations },
  ]);
  onTestFinished(async () => {
    if (!db.closed) await db.close();
  });
  const workshop = await openWorkshop({ agent, store });
  const { places, dir } = workshop;
  const saved = await places.shelf.save(
    null,
    `
id: ${ID}
name: own
kind: local
parameters:
  - name: directory
  - name: dir
    default: ${JSON.stringify(dir)}
provision: |
  echo ran >>"$GAFFER_PARAM_DIR/ran"
  echo "installing things"
  [ ! -e "$GAFFER_PARAM_DIR/hold" ] || while [ ! -e "$GAFFER_PARAM_DIR/go" ]; do sleep 0.05; done
start: echo started
stop: echo stopped
`,
  );
  if (!saved.ok) throw new Error(saved.error.detail);
  const buffer = new PartBuffer(silentLog);
  const base = {
    store,
    ownerId: testOwner,
    modelConfigId: await insertModel(db),
    buffer,
    parts: localParts(buffer),
  };
  const chats = chatPlaces(store, testOwner);
  const tools = createWorkspaceTools({
    ...places,
    maker: creator ? places.maker : null,
    chats,
    log: silentLog,
  });
  const chatd = chatdOn(base, { tools });
  onTestFinished(() => chatd.close());
  return { ...chatd, workshop, chatWorkspace: (chatId) => chats.load(chatId) };
}

function create(world: World, name: string) {
  const { dir } = world.workshop;
  return [
    'create_workspace',
    { template_id: ID, name, parameters: { directory: path.join(dir, '{name}') } },
  ] as const;
}

function liveText(view: ChatView): string {
  return JSON.stringify(view.live);
}

test('#29 #30 a chat makes its workspace: the log streams, the chat works there, and the window is told', async () => {
  const world = await open();
  const { dir, places } = world.workshop;
  await writeFile(path.join(dir, 'hold'), '');
  const asked: ModelRequest[] = [];
  const script = inTurn(calls(create(world, 'mine')), says('done'));
  const chatId = await world.create('go');
  const watching = world.watch(chatId);
  world.startWorker(async function* (request, signal) {
    asked.push(request);
    yield* script(request, signal);
  });
  // While it is made: its output, and where the chat works.
  const making = await watching.until(
    (view) => view.chat.workspace_id !== null && liveText(view).includes('installing things'),
  );
  const id = making.chat.workspace_id;
  expect(places.workspaces.list()).toMatchObject([{ id, state: 'provisioning', name: 'mine' }]);
  await writeFile(path.join(dir, 'go'), '');
  const view = await watching.until((v) => v.status === 'waiting' && v.messages.length === 4);
  expect(view.chat.workspace_id).toBe(id);
  expect(await world.chatWorkspace(chatId)).toBe(id);
  const [, answered] = asked;
  if (!answered) throw new Error('The model was asked once.');
  expect(resultsIn(answered)).toEqual([
    { created: true, workspace_name: 'mine', workspace_id: id, status: 'running' },
  ]);
  expect(existsSync(path.join(dir, 'mine'))).toBe(true);
  await watching.stop();
});

test('two calls in one answer make one workspace; a later one finds it, stopped or running', async () => {
  const world = await open();
  const asked: ModelRequest[] = [];
  const script = inTurn(
    calls(create(world, 'one'), create(world, 'two')),
    calls(['stop_workspace', {}]),
    calls(create(world, 'three')),
    calls(['start_workspace', {}]),
    calls(['start_workspace', {}]),
    says('done'),
  );
  const chatId = await world.create('go');
  const watching = world.watch(chatId);
  world.startWorker(async function* (request, signal) {
    asked.push(request);
    yield* script(request, signal);
  });
  await watching.until((v) => v.status === 'waiting' && asked.length === 6);
  const id = await world.chatWorkspace(chatId);
  const name = { workspace_name: 'one', workspace_id: id };
  expect(asked.slice(1).map(resultsIn)).toEqual([
    [
      { created: true, ...name, status: 'running' },
      { created: false, ...name, status: 'already_exists', message: expect.any(String) },
    ],
    [{ stopped: true, workspace_name: 'one' }],
    [{ created: false, ...name, status: 'stopped', message: expect.stringContaining('start_workspace') }],
    [{ started: true, workspace_name: 'one' }],
    [{ started: true, workspace_name: 'one' }],
  ]);
  expect(world.workshop.places.workspaces.list()).toHaveLength(1);
  await watching.stop();
});

test('#27 a deleted workspace is reported, and can be replaced', async () => {
  const world = await open();
  const { places, dir } = world.workshop;
  const asked: ModelRequest[] = [];
  const script = inTurn(
    calls(create(world, 'first')),
    says('made'),
    calls(['start_workspace', {}]),
    calls(create(world, 'second')),
    says('done'),
  );
  const chatId = await world.create('go');
  const watching = world.watch(chatId);
  world.startWorker(async function* (request, signal) {
    asked.push(request);
    yield* script(request, signal);
  });
  await watching.until((v) => v.status === 'waiting' && asked.length === 2);
  const first = await world.chatWorkspace(chatId);
  if (!first) throw new Error('The chat works nowhere.');
  expect(await places.maker.remover.remove(first, true)).toMatchObject({ ok: true });
  await world.send(chatId, 'again');
  await watching.until((v) => v.status === 'waiting' && asked.length === 5);
  const last = await world.chatWorkspace(chatId);
  expect(last).not.toBe(first);
  expect(asked.slice(3).map(resultsIn)).toEqual([
    [{ error: expect.stringContaining('was removed; use create_workspace') }],
    [{ created: true, workspace_name: 'second', workspace_id: last, status: 'running' }],
  ]);
  expect(existsSync(path.join(dir, 'first'))).toBe(false);
  await watching.stop();
});

test('#28 without anything that makes workspaces the call is an error for the model, and the turn goes on', async () => {
  const world = await open({ creator: false });
  const asked: ModelRequest[] = [];
  const script = inTurn(calls(create(world, 'mine'), ['start_workspace', {}]), says('sorry'));
  const chatId = await world.create('go');
  const watching = world.watch(chatId);
  world.startWorker(async function* (request, signal) {
    asked.push(request);
    yield* script(request, signal);
  });
  await watching.until((v) => v.status === 'waiting' && asked.length === 2);
  expect(asked.slice(1).map(resultsIn)).toEqual([
    [{ error: expect.stringContaining('cannot be made') }, { error: expect.stringContaining('cannot be') }],
  ]);
  await watching.stop();
});

test('a worker that dies in the middle leaves one workspace, and the next one answers with it', async () => {
  const world = await open();
  const { dir, places } = world.workshop;
  await writeFile(path.join(dir, 'hold'), '');
  const asked: ModelRequest[] = [];
  const script = inTurn(calls(create(world, 'mine')), says('done'));
  const follow = async function* (request: ModelRequest, signal: AbortSignal) {
    asked.push(request);
    yield* script(request, signal);
  };
  const chatId = await world.create('go');
  const watching = world.watch(chatId);
  let died = false;
  world.before('settleCall', async () => {
    died = true;
  });
  world.killAt('settleCall', 'before');
  world.startWorker(follow);
  await until(() => existsSync(path.join(dir, 'ran')));
  await writeFile(path.join(dir, 'go'), '');
  // The next one must not come before it is dead: it would die in its place.
  await until(() => died);
  world.startWorker(follow, { deps: { acquirePollMs: 200 } });
  await watching.until((v) => v.status === 'waiting' && asked.length === 2);
  const [, answered] = asked;
  if (!answered) throw new Error('The model was asked once.');
  expect(resultsIn(answered)).toMatchObject([{ created: true, workspace_name: 'mine', status: 'running' }]);
  expect(await readFile(path.join(dir, 'ran'), 'utf8')).toBe('ran\n');
  expect(places.workspaces.list()).toHaveLength(1);
  await watching.stop();
});

test('what is wrong is told to the model: ids, parameters, a failed script', async () => {
  const world = await open();
  const { dir } = world.workshop;
  const asked: ModelRequest[] = [];
  const wrong = (change: object) => ['create_workspace', { template_id: ID, ...change }] as const;
  const script = inTurn(
    calls(
      wrong({ template_id: 'own' }),
      wrong({ template_id: '6a7b1c1e-0000-4000-8000-0000000000ff' }),
      wrong({ parameters: { colour: 'red' } }),
      wrong({ parameters: { directory: '/tmp/../etc' } }),
      wrong({ parameters: { directory: path.join(dir, 'there'), dir: path.join(dir, 'nowhere') } }),
    ),
    calls(['read_template', { template_id: ID }], ['read_template', { template_id: 'x' }]),
    says('done'),
  );
  const chatId = await world.create('go');
  const watching = world.watch(chatId);
  world.startWorker(async function* (request, signal) {
    asked.push(request);
    yield* script(request, signal);
  });
  await watching.until((v) => v.status === 'waiting' && asked.length === 3);
  const [first, second] = asked.slice(1).map(resultsIn);
  expect(first?.map(({ error }) => error)).toEqual([
    expect.stringContaining('must be a valid UUID'),
    expect.stringContaining('no such template'),
    expect.stringContaining('"colour"'),
    expect.stringContaining('"directory"'),
    expect.stringContaining('failed'),
  ]);
  expect(second?.[0]).toMatchObject({
    template: { id: ID, name: 'own', active_version_id: expect.any(String) },
    parameters: [
      { name: 'directory', type: 'string', required: false },
      { name: 'dir', default: dir },
    ],
  });
  expect(second?.[1]).toMatchObject({ error: expect.stringContaining('must be a valid UUID') });
  await rm(path.join(dir, 'there'), { recursive: true, force: true });
  await watching.stop();
});

test('#227 chats that an agent started have none of these tools', async () => {
  const world = await open();
  const asked: ModelRequest[] = [];
  const script = inTurn(calls(['spawn_agent', { prompt: 'child' }]), says('done'), says('done'));
  const chatId = await world.create('go');
  const watching = world.watch(chatId);
  world.startWorker(async function* (request, signal) {
    asked.push(request);
    yield* script(request, signal);
  });
  await until(() => asked.length === 3);
  const own = ['create_workspace', 'list_templates', 'read_template', 'start_workspace', 'stop_workspace'];
  const offered = asked.map(({ tools }) => own.filter((name) => tools.some((tool) => tool.name === name)));
  expect(offered.filter((names) => names.length === 0)).toHaveLength(1);
  expect(offered.filter((names) => names.length === own.length)).toHaveLength(2);
  await watching.stop();
});
