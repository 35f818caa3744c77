import { randomUUID } from 'node:crypto';
import { asId, type ChatId, type RunnerId, type ToolKey } from '@shared/model/ids.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Arranged,
  addCall,
  addMessage,
  arrange,
  brokenInvariants,
  loadAll,
  loadChat,
  loadHistory,
  loadState,
  type Machine,
  one,
  openMachine,
} from './test-machine.ts';
import type { ChatOperations, ExecState } from './types.ts';

let m: Machine;
beforeAll(async () => {
  m = await openMachine();
});
afterAll(() => m.store.close());

type SpawnArgs = Parameters<ChatOperations['spawnAgent']>[0];

function spawnArgs(parent: Arranged, more: Partial<SpawnArgs> = {}): SpawnArgs {
  return {
    parentId: parent.chatId,
    runnerId: parent.runnerId,
    key: asId<ToolKey>(parent.key),
    childId: asId<ChatId>(randomUUID()),
    title: 'Fix the parser',
    titleSource: 'model',
    modelConfigId: null,
    effort: null,
    messages: [
      { role: 'system', content: [{ type: 'text', text: 'You are a sub-agent' }], visibility: 'model' },
      { role: 'user', content: [{ type: 'text', text: 'fix it' }] },
    ],
    ...more,
  };
}

/** A running chat with a call that may run, and a child that an earlier call of it made, in the given state. */
async function arrangeFamily(childState: ExecState = 'W'): Promise<{ parent: Arranged; child: Arranged }> {
  const parent = await arrange(m, 'R0', { call: 'dispatched' });
  const child = await arrange(m, childState);
  await m.db.query('update chats set parent_chat_id = $2, root_chat_id = $2, owner_id = $3 where id = $1', [
    child.chatId,
    parent.chatId,
    parent.ownerId,
  ]);
  return { parent, child: { ...child, ownerId: parent.ownerId } };
}

const callOf = (parent: Arranged) =>
  one<{ state: string; result: { result: unknown; isError: boolean } }>(
    m.db,
    'select state, result from chat_tool_calls where key = $1',
    [parent.key],
  );

function message(family: { parent: Arranged; child: { chatId: ChatId } }, interrupt = false) {
  return m.store.call('messageAgent', {
    callerId: family.parent.chatId,
    runnerId: family.parent.runnerId,
    key: asId<ToolKey>(family.parent.key),
    chatId: family.child.chatId,
    message: 'also this',
    interrupt,
  });
}

describe('spawnAgent', () => {
  it('#215 creates the child and answers the call with its id, title and status', async () => {
    const parent = await arrange(m, 'R0', { call: 'dispatched' });
    const workspaceId = randomUUID();
    await m.db.query(
      `update chats set workspace_id = $2, last_model_config_id = $3, last_reasoning_effort = 'high' where id = $1`,
      [parent.chatId, workspaceId, m.otherModelId],
    );
    const args = spawnArgs(parent);
    const spawned = await m.store.call('spawnAgent', args);
    expect(spawned).toMatchObject({
      ok: true,
      value: { chatId: args.childId, title: 'Fix the parser', status: 'running', report: null },
    });
    expect(await loadChat(m, args.childId)).toMatchObject({
      owner_id: parent.ownerId,
      parent_chat_id: parent.chatId,
      root_chat_id: parent.chatId,
      workspace_id: workspaceId,
      last_model_config_id: m.otherModelId,
      last_reasoning_effort: 'high',
      title_source: 'model',
      status: 'running',
      worker_id: null,
    });
    expect((await loadHistory(m, args.childId)).map((row) => row.role)).toEqual(['system', 'user']);
    expect(await callOf(parent)).toEqual({
      state: 'done',
      result: {
        result: { chat_id: args.childId, title: 'Fix the parser', status: 'running' },
        isError: false,
        durationMs: null,
      },
    });
    for (const id of [parent.chatId, args.childId]) expect(await brokenInvariants(m, id)).toEqual([]);
  });

  it('answers a repeat with the child that exists, whatever it brings', async () => {
    const parent = await arrange(m, 'R0', { call: 'dispatched' });
    const first = spawnArgs(parent);
    await m.store.call('spawnAgent', first);
    const again = await m.store.call('spawnAgent', spawnArgs(parent));
    expect(again).toMatchObject({ ok: true, value: { chatId: first.childId } });
    const children = await m.store.call('listChildren', {
      chatId: parent.chatId,
      ownerId: parent.ownerId,
    });
    expect(children.map((chat) => chat.id)).toEqual([first.childId]);
  });

  it.each([
    ['I0', {}],
    ['W', {}],
    ['E0', {}],
    ['A0', {}],
    ['R0', { runnerId: asId<RunnerId>(randomUUID()) }],
  ] as const)('is refused and leaves nothing where the parent is in %s and %j', async (state, more) => {
    const parent = await arrange(m, state, { call: 'dispatched' });
    const before = await loadAll(m, parent.chatId);
    const args = spawnArgs(parent, more);
    expect(await m.store.call('spawnAgent', args)).toEqual({ ok: false, error: { kind: 'fence-lost' } });
    expect(await loadAll(m, parent.chatId)).toEqual(before);
    expect(await m.store.call('loadFacts', { chatId: args.childId })).toBeNull();
  });

  it('is refused for a delegated chat, for a model that is off and for a call that is answered', async () => {
    const { child } = await arrangeFamily('R0');
    const messageId = await addMessage(m, child.chatId, 'assistant', [
      { type: 'tool-call', tool_call_id: 'call_0', tool_name: 'spawn_agent', args: {} },
    ]);
    const key = `test:${child.chatId}:${messageId}:0`;
    await addCall(m, child.chatId, messageId, { key, state: 'dispatched', index: 0 });
    const nested = await m.store.call('spawnAgent', spawnArgs({ ...child, key }));
    expect(nested).toMatchObject({ ok: false, error: { kind: 'invalid' } });

    const parent = await arrange(m, 'R0', { call: 'dispatched' });
    const off = await one<{ id: typeof m.modelId }>(
      m.db,
      `insert into chat_model_configs (provider_id, model, enabled) select id, 'off', false from chat_providers limit 1
       returning id`,
    );
    const withModel = await m.store.call('spawnAgent', spawnArgs(parent, { modelConfigId: off.id }));
    expect(withModel).toEqual({ ok: false, error: { kind: 'unknown-model' } });

    const answered = await arrange(m, 'R0', { call: 'done' });
    const late = await m.store.call('spawnAgent', spawnArgs(answered));
    expect(late).toEqual({ ok: false, error: { kind: 'already-answered' } });
  });
});

describe('messageAgent', () => {
  it('#217 #223 lets a finished child run again and answers with its id, title and status', async () => {
    const family = await arrangeFamily('W');
    expect(await message(family)).toMatchObject({
      ok: true,
      value: { status: 'running', interrupted: false },
    });
    const history = await loadHistory(m, family.child.chatId);
    expect(history.at(-1)).toMatchObject({
      role: 'user',
      content: [{ type: 'text', text: 'also this' }],
      send_key: family.parent.key,
    });
    expect(await callOf(family.parent)).toMatchObject({
      state: 'done',
      result: {
        result: {
          chat_id: family.child.chatId,
          title: 'Title',
          status: 'running',
          interrupted: false,
        },
      },
    });
    expect(await brokenInvariants(m, family.child.chatId)).toEqual([]);
  });

  it.each([
    ['R0', false, 'R1', false],
    ['R0', true, 'I1', true],
    ['W', true, 'R0', false],
    ['A0', true, 'R0', true],
    ['E0', false, 'R0', false],
  ] as const)('takes a child in %s with interrupt %s to %s', async (from, interrupt, to, interrupted) => {
    const family = await arrangeFamily(from);
    expect(await message(family, interrupt)).toMatchObject({ ok: true, value: { interrupted } });
    expect(await loadState(m, family.child.chatId)).toBe(to);
  });

  it('is sent once: a second try of the same call changes nothing', async () => {
    const family = await arrangeFamily('W');
    await message(family);
    const before = await loadAll(m, family.child.chatId);
    expect(await message(family)).toEqual({ ok: false, error: { kind: 'already-answered' } });
    expect(await loadAll(m, family.child.chatId)).toEqual(before);
  });

  it('#222 is refused for a chat that is not below the caller', async () => {
    const { parent } = await arrangeFamily();
    const stranger = (await arrangeFamily()).child;
    const before = await loadAll(m, stranger.chatId);
    const refused = { ok: false, error: { kind: 'not-descendant' } };
    expect(await message({ parent, child: stranger })).toEqual(refused);
    expect(await message({ parent, child: parent })).toEqual(refused);
    expect(await message({ parent, child: { chatId: asId<ChatId>(randomUUID()) } })).toEqual(refused);
    expect(await loadAll(m, stranger.chatId)).toEqual(before);
  });

  it('is refused once the caller is being stopped, for an archived child and for a full queue', async () => {
    const stopped = await arrangeFamily('W');
    await m.db.query(`update chats set status = 'interrupting' where id = $1`, [stopped.parent.chatId]);
    expect(await message(stopped)).toEqual({ ok: false, error: { kind: 'fence-lost' } });
    expect(await loadState(m, stopped.child.chatId)).toBe('W');

    const archived = await arrangeFamily('XW');
    expect(await message(archived)).toMatchObject({ ok: false, error: { kind: 'not-allowed' } });

    const full = await arrangeFamily('R0');
    await m.db.query(
      `insert into chat_queued_messages (chat_id, content, created_by, position)
       select $1, '[{"type":"text","text":"x"}]', $2, n from generate_series(1, 20) n`,
      [full.child.chatId, full.parent.ownerId],
    );
    expect(await message(full)).toMatchObject({ ok: false, error: { kind: 'queue-full' } });
  });
});

describe('closeAgent', () => {
  const close = ({ parent, child }: { parent: Arranged; child: Arranged }) =>
    m.store.call('closeAgent', { callerId: parent.chatId, chatId: child.chatId });

  it.each([
    ['R0', 'I0'],
    ['R1', 'I1'],
    ['A0', 'W'],
    ['A1', 'E1'],
    ['W', 'W'],
    ['E1', 'E1'],
  ] as const)('takes a child in %s to %s, and a repeat leaves it there', async (from, to) => {
    const family = await arrangeFamily(from);
    for (let times = 0; times < 2; times++) {
      expect(await close(family)).toMatchObject({ ok: true });
      expect(await loadState(m, family.child.chatId)).toBe(to);
    }
    expect(await brokenInvariants(m, family.child.chatId)).toEqual([]);
  });

  it('does not begin what waits in the queue of the child', async () => {
    const family = await arrangeFamily('R1');
    await close(family);
    const fence = { ...family.child.fence, status: 'interrupting' as const };
    const ended = await m.store.call('finishInterruption', { ...fence, messages: [] });
    expect(ended).toMatchObject({ ok: true, value: { promoted: false } });
    expect(await loadChat(m, family.child.chatId)).toMatchObject({
      status: 'error',
      queued: 1,
      last_error: { kind: 'stopped' },
    });
  });

  it('is refused for a chat that is not below the caller', async () => {
    const { parent } = await arrangeFamily();
    const stranger = await arrange(m, 'R0');
    expect(await close({ parent, child: stranger })).toEqual({
      ok: false,
      error: { kind: 'not-descendant' },
    });
    expect(await loadState(m, stranger.chatId)).toBe('R0');
  });
});

describe('loadAgent', () => {
  const load = ({ parent, child }: { parent: Arranged; child: Arranged }) =>
    m.store.call('loadAgent', { callerId: parent.chatId, chatId: child.chatId });

  it('#224 reports the newest answer with words since the child was last asked', async () => {
    const family = await arrangeFamily('W');
    expect(await load(family)).toMatchObject({ report: 'answer', finished: true });
    const { chatId } = family.child;
    await addMessage(m, chatId, 'assistant', [
      { type: 'reasoning', text: 'hm' },
      { type: 'text', text: 'all ' },
      { type: 'text', text: 'done\n' },
    ]);
    await addMessage(m, chatId, 'assistant', [{ type: 'text', text: '  \n' }]);
    expect(await load(family)).toMatchObject({ report: 'all done' });
    await addMessage(m, chatId, 'user', [{ type: 'text', text: 'and now?' }]);
    expect(await load(family)).toMatchObject({ report: null, finished: false });
  });

  it('tells one that was stopped from one that finished', async () => {
    const family = await arrangeFamily('W');
    const id = await addMessage(m, family.child.chatId, 'assistant', [{ type: 'text', text: 'I was' }]);
    await m.db.query('update chat_messages set interrupted = true where id = $1', [id]);
    expect(await load(family)).toMatchObject({ report: 'I was', finished: false });
  });

  it('#218 knows no sibling, no parent and no stranger', async () => {
    const { parent, child } = await arrangeFamily();
    const sibling = await arrange(m, 'W');
    await m.db.query('update chats set parent_chat_id = $2, root_chat_id = $2 where id = $1', [
      sibling.chatId,
      parent.chatId,
    ]);
    expect(await load({ parent: child, child: sibling })).toBeNull();
    expect(await load({ parent: child, child: parent })).toBeNull();
    expect(await load({ parent, child: parent })).toBeNull();
    expect(await load({ parent, child: (await arrangeFamily()).child })).toBeNull();
    expect(await load({ parent, child: sibling })).not.toBeNull();
  });
});

it('#221 lists the children of a chat, the oldest first, with those that still run', async () => {
  const { parent, child } = await arrangeFamily('R0');
  const others: ChatId[] = [];
  for (let n = 0; n < 4; n++) {
    const messageId = await addMessage(m, parent.chatId, 'assistant', [{ type: 'text', text: 'next' }]);
    const key = `test:${parent.chatId}:${messageId}:0`;
    await addCall(m, parent.chatId, messageId, { key, state: 'cleared', index: 0 });
    const args = spawnArgs({ ...parent, key }, { title: `Agent ${n}` });
    expect(await m.store.call('spawnAgent', args)).toMatchObject({ ok: true });
    others.push(args.childId);
  }
  await m.db.query(`update chats set status = 'waiting' where id = any($1::uuid[])`, [others.slice(0, 2)]);
  const caller = { callerId: parent.chatId };
  const all = await m.store.call('listAgents', { ...caller, limit: 10, offset: 0 });
  expect(all.total).toBe(5);
  expect(all.agents.map((agent) => agent.chatId)).toEqual([child.chatId, ...others]);
  expect(all.agents.map((agent) => agent.status)).toEqual([
    'running',
    'waiting',
    'waiting',
    'running',
    'running',
  ]);
  const page = await m.store.call('listAgents', { ...caller, limit: 2, offset: 3 });
  expect(page).toMatchObject({ total: 5, agents: [{ title: 'Agent 2' }, { title: 'Agent 3' }] });
  const children = await m.store.call('listChildren', { chatId: parent.chatId, ownerId: parent.ownerId });
  expect(children.map((chat) => chat.id)).toEqual([child.chatId, ...others]);
});

it('stops with the tree a child that is interrupted for its queue, too', async () => {
  const { parent, child } = await arrangeFamily('I1');
  const { chatId, ownerId } = parent;
  const stopped = await m.store.call('interruptTree', { chatId, ownerId });
  expect(stopped).toMatchObject({ ok: true, value: { stopped: [chatId, child.chatId] } });
  const fence = { ...child.fence, status: 'interrupting' as const };
  await m.store.call('finishInterruption', { ...fence, messages: [] });
  expect(await loadState(m, child.chatId)).toBe('E1');
});
