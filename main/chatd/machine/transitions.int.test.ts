import { randomUUID } from 'node:crypto';
import {
  asId,
  type ChatId,
  type ModelConfigId,
  type OwnerId,
  type QueuedId,
  type RunnerId,
  type ToolKey,
  type WorkerId,
} from '@shared/model/ids.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Hint } from '../../db/store.ts';
import {
  addCall,
  addMessage,
  arrange,
  brokenInvariants,
  loadAll,
  loadChat,
  loadHistory,
  loadState,
  type Machine,
  openMachine,
} from './test-machine.ts';
import type { CreateChatArgs, SendMessageArgs } from './types.ts';

let m: Machine;
beforeAll(async () => {
  m = await openMachine();
});
afterAll(() => m.store.close());

const words = (text: string) => [{ type: 'text' as const, text }];

function newChat(more: Partial<CreateChatArgs> = {}): CreateChatArgs {
  return {
    chatId: asId<ChatId>(randomUUID()),
    ownerId: asId<OwnerId>(randomUUID()),
    workspaceId: null,
    title: 'New',
    modelConfigId: null,
    effort: null,
    spawnKey: randomUUID(),
    messages: [{ role: 'user', content: words('hello') }],
    ...more,
  };
}

function newSend(
  chat: { chatId: ChatId; ownerId: OwnerId },
  more: Partial<SendMessageArgs> = {},
): SendMessageArgs {
  const { chatId, ownerId } = chat;
  const base = { content: words('more'), modelConfigId: null, effort: undefined, busy: 'queue' as const };
  return { chatId, ownerId, ...base, sendKey: randomUUID(), ...more };
}

describe('create', () => {
  test('#154 N → R0: row, messages, versions, hints', async () => {
    const heard: Hint[] = [];
    const stop = m.store.onHint((hint) => heard.push(hint));
    const args = newChat();
    expect(await m.store.call('createChat', args)).toEqual({
      ok: true,
      value: { chatId: args.chatId, created: true },
    });
    stop();
    expect(await loadChat(m, args.chatId)).toMatchObject({
      status: 'running',
      snapshot_version: 1,
      history_version: 1,
      queue_version: 0,
      message_count: 1,
      title_source: 'fallback',
      last_model_config_id: m.modelId,
      worker_id: null,
    });
    expect((await loadHistory(m, args.chatId)).map((row) => [row.role, row.revision])).toEqual([
      ['user', 1],
    ]);
    expect(heard).toContainEqual({ channel: 'chat_ownership', payload: { chatId: args.chatId } });
    expect(heard).toContainEqual({
      channel: 'chat_watch',
      payload: { chatId: args.chatId, parentChatId: null, kind: 'created' },
    });
    expect(heard.find((hint) => hint.channel === 'chat_update')?.payload).toEqual(
      await m.store.call('loadFacts', { chatId: args.chatId }),
    );
  });

  test('#155 no message: refused', async () => {
    const args = newChat({ messages: [] });
    expect(await m.store.call('createChat', args)).toMatchObject({ ok: false, error: { kind: 'invalid' } });
    expect(await m.store.call('loadFacts', { chatId: args.chatId })).toBeNull();
  });

  test('#156 #157 the messages need not be a user’s, nor end with one', async () => {
    const system = { role: 'system' as const, content: words('be kind') };
    const user = { role: 'user' as const, content: words('hello') };
    for (const messages of [[system], [user, system]]) {
      expect(await m.store.call('createChat', newChat({ messages }))).toMatchObject({ ok: true });
    }
  });

  test('#158 a chat may begin idle, and in no other state but running', async () => {
    const idle = newChat({ status: 'waiting' });
    await m.store.call('createChat', idle);
    expect(await loadState(m, idle.chatId)).toBe('W');
    const odd = newChat({ status: 'error' as never });
    expect(await m.store.call('createChat', odd)).toMatchObject({ ok: false, error: { kind: 'invalid' } });
    expect(await loadState(m, idle.chatId)).toBe('W');
    expect(await m.store.call('loadFacts', { chatId: odd.chatId })).toBeNull();
  });

  test('the same spawn key answers with the chat that exists', async () => {
    const args = newChat();
    await m.store.call('createChat', args);
    const again = { ...args, chatId: asId<ChatId>(randomUUID()) };
    expect(await m.store.call('createChat', again)).toEqual({
      ok: true,
      value: { chatId: args.chatId, created: false },
    });
  });

  test('a child joins its family, but not an archived one', async () => {
    const root = await arrange(m, 'W');
    const child = newChat({ ownerId: root.ownerId, parentChatId: root.chatId });
    await m.store.call('createChat', child);
    expect(await loadChat(m, child.chatId)).toMatchObject({
      parent_chat_id: root.chatId,
      root_chat_id: root.chatId,
    });
    const archived = await arrange(m, 'XW');
    const late = newChat({ ownerId: archived.ownerId, parentChatId: archived.chatId });
    expect(await m.store.call('createChat', late)).toMatchObject({ ok: false, error: { kind: 'invalid' } });
  });
});

describe('sending', () => {
  test('a repeat with the same key answers as the first did and adds nothing', async () => {
    const idle = await arrange(m, 'W');
    const now = newSend(idle);
    const first = await m.store.call('sendMessage', now);
    expect(await m.store.call('sendMessage', now)).toEqual(first);
    const later = newSend(idle);
    const queued = await m.store.call('sendMessage', later);
    expect(queued).toMatchObject({ ok: true, value: { queued: true } });
    expect(await m.store.call('sendMessage', later)).toEqual(queued);
    const { history_version } = await loadChat(m, idle.chatId);
    await m.store.call('finishTurn', { ...idle.fence, status: 'running', historyVersion: history_version });
    // Promoted in between: the same answer still, and no second message.
    expect(await m.store.call('sendMessage', later)).toEqual(queued);
    expect((await loadHistory(m, idle.chatId)).filter((row) => row.role === 'user')).toHaveLength(3);
  });

  test('#4 to a busy chat it is queued, and says so: nothing enters the history', async () => {
    const chat = await arrange(m, 'R0');
    const before = await loadHistory(m, chat.chatId);
    const sent = await m.store.call('sendMessage', newSend(chat));
    expect(sent).toMatchObject({
      ok: true,
      value: { queued: true, messageId: null, queuedId: expect.any(Number) },
    });
    expect(await loadHistory(m, chat.chatId)).toEqual(before);
    expect(await loadChat(m, chat.chatId)).toMatchObject({ queued: 1, status: 'running' });
  });

  test('#162 another busy behaviour is refused', async () => {
    const chat = await arrange(m, 'R0');
    const odd = newSend(chat, { busy: 'now' as never });
    expect(await m.store.call('sendMessage', odd)).toMatchObject({ ok: false, error: { kind: 'invalid' } });
  });

  test('blank text is refused', async () => {
    const chat = await arrange(m, 'W');
    const blank = newSend(chat, { content: words(' \n') });
    expect(await m.store.call('sendMessage', blank)).toMatchObject({
      ok: false,
      error: { kind: 'invalid' },
    });
  });

  test('#165 the 21st queued message is too many', async () => {
    const chat = await arrange(m, 'R1', { queued: 20 });
    expect(await m.store.call('sendMessage', newSend(chat))).toEqual({
      ok: false,
      error: { kind: 'queue-full', max: 20 },
    });
  });

  test('#166 an interrupting send in A writes the cancellations, and its message comes next', async () => {
    const chat = await arrange(m, 'A0', { call: 'gated' });
    const send = newSend(chat, { busy: 'interrupt', content: words('do this instead') });
    const sent = await m.store.call('sendMessage', send);
    expect((await loadHistory(m, chat.chatId)).slice(-2)).toMatchObject([
      { role: 'tool', content: [{ type: 'tool-result', tool_call_id: 'call_0', is_error: true }] },
      { role: 'user', content: words('do this instead') },
    ]);
    expect(await loadState(m, chat.chatId)).toBe('R0');
    expect(await m.store.call('loadSummary', chat)).toMatchObject({ asks: 0 });
    expect(await m.store.call('sendMessage', send)).toEqual(sent);
  });

  test('an interrupting send in A does not overtake the queue', async () => {
    const chat = await arrange(m, 'A1', { call: 'gated' });
    await m.store.call('sendMessage', newSend(chat, { busy: 'interrupt' }));
    expect((await loadHistory(m, chat.chatId)).at(-1)).toMatchObject({ content: words('queued 0') });
    expect(await loadState(m, chat.chatId)).toBe('R1');
  });

  test('after an error the queue keeps its order: the head goes first', async () => {
    const chat = await arrange(m, 'E1');
    await m.store.call('sendMessage', newSend(chat, { content: words('newest') }));
    const history = await loadHistory(m, chat.chatId);
    expect(history.at(-1)).toMatchObject({
      content: words('queued 0'),
      queued_message_id: chat.queuedIds[0],
    });
  });

  test('another owner’s chat is not found', async () => {
    const chat = await arrange(m, 'W');
    const foreign = newSend({ chatId: chat.chatId, ownerId: asId<OwnerId>(randomUUID()) });
    expect(await m.store.call('sendMessage', foreign)).toMatchObject({
      ok: false,
      error: { kind: 'not-found' },
    });
  });
});

describe('#159 the model of a promoted message', () => {
  async function promoted(stored: string | null): Promise<unknown> {
    const chat = await arrange(m, 'E1');
    await m.db.query('update chat_queued_messages set model_config_id = $2 where chat_id = $1', [
      chat.chatId,
      stored,
    ]);
    const queuedId = asId<QueuedId>(chat.queuedIds[0] ?? 0);
    const outcome = await m.store.call('promoteQueued', { ...chat, queuedId });
    return outcome.ok ? (await loadChat(m, chat.chatId)).last_model_config_id : outcome.error.kind;
  }
  const alter = (sql: string) => m.db.query(`update chat_model_configs set ${sql}`);

  test('enabled: kept; missing, disabled or deleted: the default; no default: refused', async () => {
    expect(await promoted(m.otherModelId)).toBe(m.otherModelId);
    expect(await promoted(null)).toBe(m.modelId);
    await alter(`enabled = false where id = '${m.otherModelId}'`);
    expect(await promoted(m.otherModelId)).toBe(m.modelId);
    await alter(`enabled = true, deleted = true where id = '${m.otherModelId}'`);
    expect(await promoted(m.otherModelId)).toBe(m.modelId);
    await alter(`is_default = false where id = '${m.modelId}'`);
    expect(await promoted(m.otherModelId)).toBe('no-model');
    await alter(`is_default = true where id = '${m.modelId}'`);
    await alter(`deleted = false where id = '${m.otherModelId}'`);
  });
});

describe('a turn that ends with a queue when no model is left', () => {
  beforeAll(() => m.db.query('update chat_model_configs set is_default = false, enabled = false'));
  afterAll(async () => {
    await m.db.query('update chat_model_configs set enabled = true');
    await m.db.query('update chat_model_configs set is_default = true where id = $1', [m.modelId]);
  });
  const failed = {
    status: 'error',
    queued: 1,
    last_error: {
      kind: 'config',
      message: 'No model is set up. Add an account in Settings.',
      retryable: false,
    },
  };

  test('ends in E1 and keeps the queue', async () => {
    const chat = await arrange(m, 'R1', { attempt: 1 });
    const ended = await m.store.call('finishTurn', chat.fence);
    expect(ended).toEqual({ ok: true, value: { promoted: false } });
    expect(await loadChat(m, chat.chatId)).toMatchObject({ ...failed, generation_attempt: 0 });
    expect(await brokenInvariants(m, chat.chatId)).toEqual([]);
  });

  test('an interruption still saves what was said', async () => {
    const chat = await arrange(m, 'I1', { call: 'dispatched' });
    const messages = [{ role: 'assistant' as const, content: words('half'), interrupted: true }];
    const ended = await m.store.call('finishInterruption', { ...chat.fence, messages });
    expect(ended).toEqual({ ok: true, value: { promoted: false } });
    expect((await loadHistory(m, chat.chatId)).slice(-2)).toMatchObject([
      { role: 'tool', content: [{ tool_call_id: 'call_0' }] },
      { role: 'assistant', content: words('half'), interrupted: true },
    ]);
    expect(await loadChat(m, chat.chatId)).toMatchObject(failed);
    expect(await brokenInvariants(m, chat.chatId)).toEqual([]);
  });

  test('Stop is not refused where the chat waits for the person', async () => {
    const chat = await arrange(m, 'A1', { call: 'gated' });
    expect(await m.store.call('interrupt', chat)).toEqual({ ok: true, value: null });
    expect(await loadChat(m, chat.chatId)).toMatchObject(failed);
    expect(await brokenInvariants(m, chat.chatId)).toEqual([]);
  });
});

describe('editing', () => {
  test('#7 #8 #167 only a user’s message can be edited, and only one that is there', async () => {
    const chat = await arrange(m, 'W');
    const edit = (messageId: typeof chat.userMessageId) =>
      m.store.call('editMessage', {
        chatId: chat.chatId,
        ownerId: chat.ownerId,
        messageId,
        content: words('new'),
      });
    expect(await edit(chat.assistantId)).toEqual({ ok: false, error: { kind: 'not-user-message' } });
    const other = await arrange(m, 'W');
    expect(await edit(other.userMessageId)).toEqual({ ok: false, error: { kind: 'message-not-found' } });
  });

  test('#168 rows that come with an edit follow the replacement', async () => {
    const { chatId, ownerId, userMessageId: messageId } = await arrange(m, 'W');
    const suffix = [
      { role: 'system' as const, content: words('a note'), visibility: 'model' as const },
      { role: 'user' as const, content: words('and this'), visibility: 'model' as const },
    ];
    const edited = await m.store.call('editMessage', {
      chatId,
      ownerId,
      messageId,
      content: words('new'),
      suffix,
    });
    const history = await loadHistory(m, chatId);
    expect(history.map((row) => row.content)).toEqual([words('new'), words('a note'), words('and this')]);
    expect(edited).toMatchObject({ value: { messageId: history[0]?.id } });
    expect(await loadState(m, chatId)).toBe('R0');
  });

  test('#6 cuts the history and the queue, and the replacement is a new row', async () => {
    const chat = await arrange(m, 'A1', { call: 'gated' });
    const { chatId, ownerId, userMessageId } = chat;
    await m.store.call('editMessage', { chatId, ownerId, messageId: userMessageId, content: words('new') });
    const history = await loadHistory(m, chatId);
    expect(history.map((row) => row.content)).toEqual([words('new')]);
    expect(history[0]?.id).toBeGreaterThan(chat.assistantId);
    expect(await loadChat(m, chatId)).toMatchObject({ message_count: 1, queued: 0 });
    expect(await m.store.call('loadSummary', chat)).toMatchObject({ asks: 0 });
  });
});

describe('ownership', () => {
  const lease = { leaseMs: 60_000, exclusive: false };
  const worker = asId<WorkerId>(randomUUID());
  const runner = () => asId<RunnerId>(randomUUID());

  test('#169 an unowned chat cannot be abandoned, nor another runner’s', async () => {
    const free = await arrange(m, 'R0', { owned: false });
    expect(await m.store.call('abandon', free)).toMatchObject({
      ok: false,
      error: { kind: 'not-allowed' },
    });
    const held = await arrange(m, 'R0');
    const other = { chatId: held.chatId, runnerId: runner() };
    expect(await m.store.call('abandon', other)).toMatchObject({
      ok: false,
      error: { kind: 'fence-lost' },
    });
  });

  test('#170 abandoning clears the owner, keeps the status and offers the chat', async () => {
    const chat = await arrange(m, 'R0');
    const heard: Hint[] = [];
    const stop = m.store.onHint((hint) => heard.push(hint));
    await m.store.call('abandon', chat);
    stop();
    expect(await loadChat(m, chat.chatId)).toMatchObject({
      worker_id: null,
      runner_id: null,
      status: 'running',
    });
    expect(heard).toContainEqual({ channel: 'chat_ownership', payload: { chatId: chat.chatId } });
  });

  test('#2 who runs it, since when and its heartbeat are gone when it is abandoned after an interrupt', async () => {
    const chat = await arrange(m, 'R0', { owned: false });
    const runnerId = runner();
    const mine = { ...lease, chatId: chat.chatId, workerId: worker, runnerId };
    expect(await m.store.call('acquire', mine)).toMatchObject({ ok: true });
    const traces = async () => {
      const { rows } = await m.db.query(
        `select worker_id, runner_id, started_at,
           (select count(*)::int from chat_heartbeats h where h.chat_id = c.id) as heartbeats
         from chats c where id = $1`,
        [chat.chatId],
      );
      return rows[0];
    };
    expect(await traces()).toMatchObject({
      runner_id: runnerId,
      heartbeats: 1,
      started_at: expect.anything(),
    });
    await m.store.call('interrupt', chat);
    const fence = { ...chat.fence, runnerId, status: 'interrupting' as const };
    expect(await m.store.call('finishInterruption', { ...fence, messages: [] })).toMatchObject({
      ok: true,
    });
    expect(await m.store.call('abandon', mine)).toMatchObject({ ok: true });
    expect(await traces()).toEqual({ worker_id: null, runner_id: null, started_at: null, heartbeats: 0 });
    // What was on its way then brings nothing back.
    expect(await m.store.call('heartbeat', { runners: [mine], leaseMs: 1_000 })).toEqual([runnerId]);
    expect(await traces()).toMatchObject({ heartbeats: 0 });
  });

  test('#171 a live owner keeps its chat, a dead one loses it: the lock decides, not the list', async () => {
    const chat = await arrange(m, 'R0', { owned: false });
    const first = { ...lease, chatId: chat.chatId, workerId: worker, runnerId: runner() };
    await m.store.call('acquire', first);
    const second = { ...first, workerId: asId<WorkerId>(randomUUID()), runnerId: runner() };
    expect(await m.store.call('acquire', second)).toMatchObject({
      ok: false,
      error: { kind: 'not-allowed' },
    });
    await m.db.query(
      `update chat_heartbeats set heartbeat_at = now() - interval '2 minutes' where chat_id = $1`,
      [chat.chatId],
    );
    expect(await m.store.call('acquire', second)).toMatchObject({
      ok: true,
      value: { runnerId: second.runnerId },
    });
  });

  test('under our lock another worker’s owner is dead whatever its heartbeat says', async () => {
    const chat = await arrange(m, 'I0', { owned: false });
    await m.store.call('acquire', { ...lease, chatId: chat.chatId, workerId: worker, runnerId: runner() });
    const next = { workerId: asId<WorkerId>(randomUUID()), leaseMs: 60_000, exclusive: true };
    expect(await m.store.call('listCandidates', { ...next, limit: 1_000 })).toContain(chat.chatId);
    const mine = { workerId: worker, leaseMs: 60_000, exclusive: true, limit: 1_000 };
    expect(await m.store.call('listCandidates', mine)).not.toContain(chat.chatId);
    expect(
      await m.store.call('acquire', { ...next, chatId: chat.chatId, runnerId: runner() }),
    ).toMatchObject({ ok: true });
  });

  describe('whose model the worker cannot ask', () => {
    const fresh = () => arrange(m, 'R0', { owned: false });
    const rests = (chatId: ChatId, seconds: number) =>
      m.db.query(`update chats set updated_at = now() - $2 * interval '1 second' where id = $1`, [
        chatId,
        seconds,
      ]);
    /** Whether it is offered, and whether it is given. */
    async function taken(chatId: ChatId, lacking: readonly ModelConfigId[]): Promise<boolean[]> {
      const asked = { ...lease, workerId: asId<WorkerId>(randomUUID()), lacking };
      const listed = await m.store.call('listCandidates', { ...asked, limit: 1_000 });
      const acquired = await m.store.call('acquire', { ...asked, chatId, runnerId: runner() });
      return [listed.includes(chatId), acquired.ok];
    }

    test('it is left to others for 5 s, and then taken', async () => {
      const { chatId } = await fresh();
      expect(await taken(chatId, [m.otherModelId, m.modelId])).toEqual([false, false]);
      await rests(chatId, 3);
      expect(await taken(chatId, [m.modelId])).toEqual([false, false]);
      await rests(chatId, 6);
      expect(await taken(chatId, [m.modelId])).toEqual([true, true]);
    });

    test('one that can ask it takes it at once', async () => {
      expect(await taken((await fresh()).chatId, [m.otherModelId])).toEqual([true, true]);
      expect(await taken((await fresh()).chatId, [])).toEqual([true, true]);
    });

    test('an interrupt needs no model', async () => {
      const { chatId } = await arrange(m, 'I0', { owned: false });
      expect(await taken(chatId, [m.modelId])).toEqual([true, true]);
    });

    test('the 5 s begin when its owner is given up', async () => {
      const { chatId } = await fresh();
      expect(await taken(chatId, [])).toEqual([true, true]);
      await rests(chatId, 3_600);
      const silent = (ms: number) =>
        m.db.query(
          `update chat_heartbeats set heartbeat_at = now() - $2 * interval '1 millisecond' where chat_id = $1`,
          [chatId, lease.leaseMs + ms],
        );
      await silent(2_000);
      expect(await taken(chatId, [m.modelId])).toEqual([false, false]);
      await silent(6_000);
      expect(await taken(chatId, [m.modelId])).toEqual([true, true]);
    });
  });

  test('what waits for a person is no candidate', async () => {
    const chat = await arrange(m, 'A0', { owned: false, call: 'gated' });
    const all = await m.store.call('listCandidates', { workerId: worker, ...lease, limit: 1_000 });
    expect(all).not.toContain(chat.chatId);
  });

  test('a heartbeat names the runners that lost their chat', async () => {
    const chat = await arrange(m, 'R0');
    const lost = runner();
    const runners = [chat, { chatId: chat.chatId, runnerId: lost }].map(({ chatId, runnerId }) => ({
      chatId,
      runnerId,
    }));
    expect(await m.store.call('heartbeat', { runners, leaseMs: 60_000 })).toEqual([lost]);
    expect(await m.store.call('heartbeat', { runners: [], leaseMs: 60_000 })).toEqual([]);
  });
});

describe('the ledger', () => {
  const outcome = { result: 'late output', isError: false, durationMs: 4 };
  const answer = (chat: { chatId: ChatId; ownerId: OwnerId; key: string }, hash = 'H') => ({
    chatId: chat.chatId,
    ownerId: chat.ownerId,
    key: asId<ToolKey>(chat.key),
    hash,
    decision: 'deny' as const,
    note: 'use npm ci',
  });

  test('an answer is bound to what was shown, and given once', async () => {
    const chat = await arrange(m, 'A0', { call: 'gated' });
    expect(await m.store.call('answerCall', answer(chat, 'other'))).toMatchObject({
      ok: false,
      error: { kind: 'changed' },
    });
    expect(await m.store.call('answerCall', answer(chat))).toMatchObject({ ok: true });
    expect(await m.store.call('answerCall', answer(chat))).toMatchObject({
      ok: false,
      error: { kind: 'already-answered' },
    });
    const step = await m.store.call('loadStep', { chatId: chat.chatId });
    expect(step?.calls[0]).toMatchObject({
      state: 'denied',
      note: 'use npm ci',
      result: { isError: true },
    });
    expect(step?.facts.historyVersion).toBe(chat.fence.historyVersion);
  });

  test('the last answer of several makes the chat run', async () => {
    const chat = await arrange(m, 'A0', { call: 'gated', owned: false });
    const key = `${chat.key}-second`;
    await addCall(m, chat.chatId, chat.assistantId, { key, state: 'gated', index: 1 });
    await m.store.call('answerCall', answer(chat));
    expect(await loadState(m, chat.chatId)).toBe('A0');
    await m.store.call('answerCall', answer({ ...chat, key }));
    expect(await loadState(m, chat.chatId)).toBe('R0');
  });

  test('a gated call cannot be dispatched; a dispatched one can again, after a crash', async () => {
    const gated = await arrange(m, 'R0', { call: 'gated' });
    const dispatch = (chat: typeof gated) =>
      m.store.call('dispatchCalls', { ...chat.fence, keys: [asId<ToolKey>(chat.key)] });
    expect(await dispatch(gated)).toMatchObject({ ok: false, error: { kind: 'invalid' } });
    const cleared = await arrange(m, 'R0', { call: 'cleared' });
    expect(await dispatch(cleared)).toMatchObject({ ok: true });
    expect(await dispatch(cleared)).toMatchObject({ ok: true });
  });

  test('an interrupt does not lose a result that came in time', async () => {
    const chat = await arrange(m, 'R0', { call: 'dispatched' });
    await m.store.call('interrupt', chat);
    const settle = {
      chatId: chat.chatId,
      runnerId: chat.runnerId,
      key: asId<ToolKey>(chat.key),
      state: 'done' as const,
    };
    expect(await m.store.call('settleCall', { ...settle, outcome })).toMatchObject({ ok: true });
    await m.store.call('finishInterruption', { ...chat.fence, status: 'interrupting', messages: [] });
    expect((await loadHistory(m, chat.chatId)).at(-1)?.content).toMatchObject([
      { type: 'tool-result', result: 'late output' },
    ]);
  });

  test('a dispatched effect without an answer ends as unknown, not as cancelled', async () => {
    const chat = await arrange(m, 'I0', { call: 'dispatched' });
    await m.store.call('finishInterruption', { ...chat.fence, messages: [] });
    expect((await loadHistory(m, chat.chatId)).at(-1)?.content).toMatchObject([
      { type: 'tool-result', is_error: true, result: { outcome: 'unknown' } },
    ]);
  });

  test('results are committed together, in call order, one row each', async () => {
    const chat = await arrange(m, 'R0', { call: 'done' });
    const { rows } = await m.db.query<{ content: object[] }>(
      'select content from chat_messages where id = $1',
      [chat.assistantId],
    );
    const second = { type: 'tool-call', tool_call_id: 'call_1', tool_name: 'execute', args: {} };
    await m.db.query('update chat_messages set content = $2 where id = $1', [
      chat.assistantId,
      JSON.stringify([...(rows[0]?.content ?? []), second]),
    ]);
    await addCall(m, chat.chatId, chat.assistantId, {
      key: `${chat.key}-1`,
      state: 'dispatched',
      index: 1,
    });
    expect(await m.store.call('commitResults', chat.fence)).toMatchObject({
      ok: false,
      error: { kind: 'invalid' },
    });
    const key = asId<ToolKey>(`${chat.key}-1`);
    await m.store.call('settleCall', {
      chatId: chat.chatId,
      runnerId: chat.runnerId,
      key,
      state: 'done',
      outcome,
    });
    expect(await m.store.call('commitResults', chat.fence)).toMatchObject({ ok: true });
    const tools = (await loadHistory(m, chat.chatId)).filter((row) => row.role === 'tool');
    expect(
      tools.map((row) => row.content?.map((part) => part.type === 'tool-result' && part.tool_call_id)),
    ).toEqual([['call_0'], ['call_1']]);
  });

  test('#175 what the provider ran and what was answered is not cancelled', async () => {
    const chat = await arrange(m, 'W');
    await addMessage(m, chat.chatId, 'assistant', [
      { type: 'tool-call', tool_call_id: 'search', tool_name: 'web', args: {}, provider_executed: true },
      { type: 'tool-call', tool_call_id: 'a', tool_name: 'execute', args: {} },
      { type: 'tool-call', tool_call_id: 'b', tool_name: 'execute', args: {} },
    ]);
    await addMessage(m, chat.chatId, 'tool', [
      { type: 'tool-result', tool_call_id: 'a', tool_name: 'execute', result: 1 },
    ]);
    await m.store.call('sendMessage', newSend(chat));
    const tools = (await loadHistory(m, chat.chatId)).filter((row) => row.role === 'tool');
    expect(
      tools
        .flatMap((row) => row.content ?? [])
        .map((part) => part.type === 'tool-result' && part.tool_call_id),
    ).toEqual(['a', 'b']);
    expect(await brokenInvariants(m, chat.chatId)).toEqual([]);
  });
});

describe('errors and retries', () => {
  test('#164 a retry without a time, or before any attempt, is refused', async () => {
    const chat = await arrange(m, 'R0', { attempt: 1 });
    const bad = m.store.call('recordRetry', { ...chat.fence, retry: { attempt: 1 } as never });
    expect(await bad).toMatchObject({ ok: false, error: { kind: 'invalid' } });
    const early = await arrange(m, 'R0');
    const retry = {
      attempt: 1,
      delay_ms: 1,
      error: 'x',
      retrying_at: '2026-01-01T00:00:00Z',
      kind: 'timeout' as const,
    };
    expect(await m.store.call('recordRetry', { ...early.fence, retry })).toMatchObject({ ok: false });
    expect(await m.store.call('recordRetry', { ...chat.fence, retry })).toMatchObject({ ok: true });
    expect(await m.store.call('skipRetryWait', chat)).toMatchObject({ ok: true });
    const skipped = (await loadChat(m, chat.chatId)).retry_state;
    expect(Date.parse(skipped?.retrying_at ?? '')).toBeLessThan(Date.parse(retry.retrying_at));
  });

  test('"Retry now" is past by the clock of the process that waits, whatever ours says', async () => {
    const chat = await arrange(m, 'R0', { attempt: 1 });
    const retry = {
      attempt: 1,
      delay_ms: 60_000,
      error: 'x',
      retrying_at: '2020-01-01T00:01:00.000Z',
      kind: 'timeout' as const,
    };
    expect(await m.store.call('recordRetry', { ...chat.fence, retry })).toMatchObject({ ok: true });
    expect(await m.store.call('skipRetryWait', chat)).toMatchObject({ ok: true });
    const skipped = (await loadChat(m, chat.chatId)).retry_state;
    expect(skipped?.retrying_at).toBe('2020-01-01T00:00:00.000Z');
  });

  test('retrying an error moves the history version, so that a new task starts', async () => {
    const chat = await arrange(m, 'E0');
    await m.store.call('retryError', chat);
    const after = await loadChat(m, chat.chatId);
    expect(after.history_version).toBe(after.snapshot_version);
    expect(after.last_error).toBeNull();
  });

  test('an interrupt resets the attempt and takes the retry away', async () => {
    const retry = { attempt: 1, retrying_at: '2026-01-01T00:00:00Z' };
    const chat = await arrange(m, 'R0', { attempt: 2, retry });
    await m.store.call('interrupt', chat);
    expect(await loadChat(m, chat.chatId)).toMatchObject({ generation_attempt: 0, retry_state: null });
  });

  test('a runner whose history moved on is told to leave', async () => {
    const chat = await arrange(m, 'R0');
    const stale = { ...chat.fence, historyVersion: chat.fence.historyVersion - 1 };
    expect(await m.store.call('finishTurn', stale)).toEqual({ ok: false, error: { kind: 'fence-lost' } });
  });
});

describe('the chat’s own row', () => {
  test('#161 archiving to the same value is refused', async () => {
    for (const [state, archived] of [
      ['W', false],
      ['E0', false],
      ['E1', false],
      ['XW', true],
      ['XE0', true],
      ['XE1', true],
    ] as const) {
      const chat = await arrange(m, state);
      expect(await m.store.call('setArchived', { ...chat, archived })).toMatchObject({
        ok: false,
        error: { kind: 'not-allowed' },
      });
    }
  });

  test('an archived chat loses nothing: what comes back is what went', async () => {
    const chat = await arrange(m, 'E1', { call: 'done' });
    const rows = async () => {
      const { chat: row, ...rest } = (await loadAll(m, chat.chatId)) as Record<string, object>;
      const {
        archived,
        snapshot_version: _version,
        updated_at: _at,
        ...kept
      } = row as Record<string, unknown>;
      return [archived, { ...kept, ...rest }];
    };
    const [, before] = await rows();
    await m.store.call('setArchived', { ...chat, archived: true });
    expect(await rows()).toEqual([true, before]);
    await m.store.call('setArchived', { ...chat, archived: false });
    expect(await rows()).toEqual([false, before]);
  });

  test('#174 one busy member blocks the whole family', async () => {
    const root = await arrange(m, 'W');
    const child = newChat({ ownerId: root.ownerId, parentChatId: root.chatId });
    await m.store.call('createChat', child);
    const before = await loadAll(m, root.chatId);
    expect(await m.store.call('setArchived', { ...root, archived: true })).toMatchObject({ ok: false });
    expect(await loadAll(m, root.chatId)).toEqual(before);
    await m.db.query(`update chats set status = 'waiting' where id = $1`, [child.chatId]);
    // Asked of the child, it is the family all the same.
    await m.store.call('setArchived', { chatId: child.chatId, ownerId: root.ownerId, archived: true });
    expect([await loadState(m, root.chatId), await loadState(m, child.chatId)]).toEqual(['XW', 'XW']);
  });

  test('a person’s title stays, a model’s comes once', async () => {
    const chat = await arrange(m, 'R0');
    expect(await m.store.call('setModelTitle', { chatId: chat.chatId, title: 'From the model' })).toBe(
      true,
    );
    await m.store.call('renameChat', { ...chat, title: 'Mine' });
    expect(await m.store.call('setModelTitle', { chatId: chat.chatId, title: 'Again' })).toBe(false);
    expect(await loadChat(m, chat.chatId)).toMatchObject({
      title: 'Mine',
      title_source: 'user',
      history_version: chat.fence.historyVersion,
    });
  });

  test('drafts are kept per key', async () => {
    const ownerId = asId<OwnerId>(randomUUID());
    await m.store.call('setDraft', { ownerId, key: 'new', text: 'half a\u0000 thought', files: [] });
    expect(await m.store.call('getDraft', { ownerId, key: 'new' })).toEqual({
      text: 'half a\ufffd thought',
      files: [],
    });
    await m.store.call('setDraft', { ownerId, key: 'new', text: '', files: [] });
    expect(await m.store.call('getDraft', { ownerId, key: 'new' })).toEqual({ text: '', files: [] });
  });
});

describe('a paused queue', () => {
  test('keeps its head when the turn ends, and goes on with it when it is let go', async () => {
    const chat = await arrange(m, 'R1');
    const { chatId, ownerId, fence } = chat;
    expect(await m.store.call('pauseQueue', { chatId, ownerId, paused: true })).toMatchObject({ ok: true });
    const summary = () => m.store.call('loadSummary', { chatId, ownerId });
    expect(await summary()).toMatchObject({ queue_paused: true, status: 'running' });
    expect(await m.store.call('finishTurn', fence)).toEqual({ ok: true, value: { promoted: false } });
    expect(await loadState(m, chatId)).toBe('E1');
    expect(await summary()).toMatchObject({ last_error: { kind: 'paused' } });
    expect(await brokenInvariants(m, chatId)).toEqual([]);
    await m.store.call('pauseQueue', { chatId, ownerId, paused: false });
    expect(await loadState(m, chatId)).toBe('R0');
    const after = await summary();
    expect(after?.last_error).toBeNull();
    expect(after).not.toHaveProperty('queue_paused');
  });

  test('is let go by a new message to a chat that rests, the head first', async () => {
    const chat = await arrange(m, 'R1');
    const { chatId, ownerId, fence } = chat;
    await m.store.call('pauseQueue', { chatId, ownerId, paused: true });
    await m.store.call('finishTurn', fence);
    await m.store.call('sendMessage', {
      chatId,
      ownerId,
      content: [{ type: 'text', text: 'go on' }],
      modelConfigId: null,
      effort: undefined,
      busy: 'queue',
      sendKey: randomUUID(),
    });
    expect(await loadState(m, chatId)).toBe('R1');
    expect(await m.store.call('loadSummary', { chatId, ownerId })).not.toHaveProperty('queue_paused');
  });
});
