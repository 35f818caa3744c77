import { randomUUID } from 'node:crypto';
import type { PGlite } from '@electric-sql/pglite';
import { asId, type ChatId, type OwnerId, type ToolKey, type WorkspaceId } from '@shared/model/ids.ts';
import type { ApprovalRule, RuleExpiry, RuleScope } from '@shared/model/rule.ts';
import { invariant } from '@shared/util/invariant.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AgentClient } from '../agent-client/client.ts';
import { silentLog } from '../base/log.ts';
import { chatOperations } from '../chatd/machine/operations.ts';
import type { ChatOperationMap } from '../chatd/machine/store.ts';
import { insertModel } from '../chatd/test-chatd.ts';
import { type RuleOperations, ruleOperations } from '../db/rules.ts';
import type { Store } from '../db/store.ts';
import { openTestStore } from '../db/test-store.ts';
import { type WorkspaceOperations, workspaceOperations } from '../db/workspaces.ts';
import { gateCall } from '../tools/gate-call.ts';
import { workspaceTools } from '../tools/registry.ts';
import { connectionTo, fakeAgent } from '../tools/testing/fake-agent.ts';
import { createRuleBook, type RuleBook } from './rule-book.ts';

let store: Store<ChatOperationMap & RuleOperations & WorkspaceOperations>;
let db: PGlite;
let rules: RuleBook;
const ownerId = asId<OwnerId>(randomUUID());

beforeAll(async () => {
  ({ store, db } = await openTestStore<ChatOperationMap & RuleOperations & WorkspaceOperations>([
    { role: 'daemon', operations: chatOperations },
    { role: 'owner', operations: ruleOperations },
    { role: 'owner', operations: workspaceOperations },
  ]));
  await insertModel(db);
  rules = createRuleBook(store, ownerId, silentLog);
});
afterAll(async () => {
  await rules.close();
  await store.close();
});

interface TestChat {
  readonly id: ChatId;
  readonly parentChatId: ChatId | null;
  readonly rootChatId: ChatId | null;
  readonly workspaceId: WorkspaceId;
}

async function newChat(more: Partial<TestChat> = {}): Promise<TestChat> {
  const directory = `/work/${randomUUID()}`;
  const place = { ownerId, directory, name: 'place', mode: 'ask' as const };
  const workspaceId = more.workspaceId ?? (await store.call('upsertLocalWorkspace', place));
  const id = asId<ChatId>(randomUUID());
  const created = await store.call('createChat', {
    chatId: id,
    ownerId,
    workspaceId,
    parentChatId: more.parentChatId ?? null,
    title: 'Rules',
    modelConfigId: null,
    effort: null,
    spawnKey: id,
    messages: [{ role: 'user', content: [{ type: 'text', text: 'go' }] }],
  });
  invariant(created.ok, 'the chat is made');
  return {
    id,
    parentChatId: more.parentChatId ?? null,
    rootChatId: more.parentChatId ?? null,
    workspaceId,
  };
}

const stat: AgentClient['stat'] = (path) =>
  Promise.resolve({ kind: 'file', realPath: path, size: 1, writable: true, readable: true });

/** The gate as a step of the chat meets it. */
async function gate(chat: TestChat, command: string) {
  const gated = await gateCall(
    workspaceTools,
    { name: 'execute', args: { command } },
    {
      mode: 'ask',
      connect: () => Promise.resolve(connectionTo(fakeAgent({ stat }))),
      loadRules: () => rules.loadFor(chat),
      chatId: chat.id,
      signal: new AbortController().signal,
    },
  );
  if (gated.state === 'cleared') rules.used(gated.rules);
  return gated;
}

/** A call that asks, in the ledger. */
async function asks(chat: TestChat, command: string) {
  const gated = await gate(chat, command);
  invariant(gated.state === 'gated', `${command} asks`);
  const key = asId<ToolKey>(randomUUID());
  await db.query(
    `with m as (insert into chat_messages (chat_id, role, content) values ($1, 'assistant', '[]') returning id)
     insert into chat_tool_calls (chat_id, message_id, index, key, provider_call_id, tool, args_hash, effect, state, approval)
     select $1, m.id, 0, $2, 'call', 'execute', 'hash', 'effect', 'gated', $3 from m`,
    [chat.id, key, JSON.stringify(gated.approval)],
  );
  return { chatId: chat.id, key, hash: gated.approval.hash };
}

function rule(what: 'exact' | 'programs', scope: RuleScope, expiry: RuleExpiry) {
  return { what, scope, expiry };
}

/** The list, once it is as it should be. */
async function listed(
  isSo: (list: readonly ApprovalRule[]) => boolean = () => true,
): Promise<readonly ApprovalRule[]> {
  const until = new AbortController();
  for await (const list of rules.watch(until.signal)) {
    if (!isSo(list)) continue;
    until.abort();
    return list;
  }
  return [];
}

test('a rule from a card lets the next same command through; revoked, it asks again', async () => {
  const chat = await newChat();
  const asked = await asks(chat, 'npm test');
  expect(await rules.add({ ...asked, ...rule('exact', 'workspace', 'day') })).toBe(true);
  expect((await gate(chat, 'npm test')).state).toBe('cleared');
  expect((await gate(chat, 'npm test && rm a')).state).toBe('gated');
  const [made] = await listed();
  invariant(made, 'the rule is listed');
  expect(made).toMatchObject({ kind: 'exact', text: 'npm test', scope: 'workspace', where: 'place' });
  expect(Date.parse(made.expiresAt ?? '')).toBeGreaterThan(Date.now() + 23 * 3_600_000);
  expect(await rules.revoke(made.id)).toBe(true);
  expect(await rules.revoke(made.id)).toBe(false);
  expect((await gate(chat, 'npm test')).state).toBe('gated');
  expect(await listed()).toEqual([]);
});

test('what a rule let through is counted, with when it was last', async () => {
  const chat = await newChat();
  const asked = await asks(chat, 'git status && ls | head -3');
  expect(await rules.add({ ...asked, ...rule('programs', 'workspace', 'hour') })).toBe(true);
  const before = await listed();
  expect(new Set(before.map(({ text, uses, lastUsedAt }) => `${text} ${uses} ${lastUsedAt}`))).toEqual(
    new Set(['git status 0 null', 'head 0 null', 'ls 0 null']),
  );
  expect((await gate(chat, 'git status --short')).state).toBe('cleared');
  expect((await gate(chat, 'ls -la | head -1')).state).toBe('cleared');
  const after = await listed((list) => list.every(({ uses }) => uses === 1));
  expect(after.map(({ lastUsedAt }) => lastUsedAt)).not.toContain(null);
  for (const { id } of await listed()) await rules.revoke(id);
});

test('an expired rule asks again, and is listed no more', async () => {
  const chat = await newChat();
  expect(await rules.add({ ...(await asks(chat, 'make')), ...rule('exact', 'chat', 'hour') })).toBe(true);
  expect((await gate(chat, 'make')).state).toBe('cleared');
  await db.query(`update approval_rules set expires_at = now() - interval '1 second' where text = 'make'`);
  expect((await gate(chat, 'make')).state).toBe('gated');
  expect(await listed()).toEqual([]);
});

test('scopes: a chat with its agents, a workspace, everywhere', async () => {
  const chat = await newChat();
  const child = await newChat({ parentChatId: chat.id, workspaceId: chat.workspaceId });
  const neighbour = await newChat({ workspaceId: chat.workspaceId });
  const elsewhere = await newChat();
  const states = async (command: string) =>
    Promise.all([chat, child, neighbour, elsewhere].map(async (one) => (await gate(one, command)).state));
  await rules.add({ ...(await asks(chat, 'make a')), ...rule('exact', 'chat', 'chat') });
  await rules.add({ ...(await asks(chat, 'make b')), ...rule('exact', 'workspace', 'month') });
  await rules.add({ ...(await asks(chat, 'make c')), ...rule('exact', 'everywhere', 'never') });
  await rules.add({ ...(await asks(child, 'make d')), ...rule('exact', 'chat', 'chat') });
  expect(await states('make a')).toEqual(['cleared', 'cleared', 'gated', 'gated']);
  expect(await states('make b')).toEqual(['cleared', 'cleared', 'cleared', 'gated']);
  expect(await states('make c')).toEqual(['cleared', 'cleared', 'cleared', 'cleared']);
  expect(await states('make d')).toEqual(['gated', 'cleared', 'gated', 'gated']);
  for (const { id } of await listed()) await rules.revoke(id);
});

test('what ends with a chat ends when it is archived, for good', async () => {
  const chat = await newChat();
  const neighbour = await newChat({ workspaceId: chat.workspaceId });
  await rules.add({ ...(await asks(chat, 'make')), ...rule('exact', 'workspace', 'chat') });
  expect((await gate(neighbour, 'make')).state).toBe('cleared');
  await db.query(`update chats set status = 'waiting' where id = $1`, [chat.id]);
  const archive = (archived: boolean) => store.call('setArchived', { chatId: chat.id, ownerId, archived });
  expect((await archive(true)).ok).toBe(true);
  expect((await gate(neighbour, 'make')).state).toBe('gated');
  expect((await archive(false)).ok).toBe(true);
  expect((await gate(neighbour, 'make')).state).toBe('gated');
});

test('a rule is bound to what was shown: another hash, an answered call, a command without one make none', async () => {
  const chat = await newChat();
  const asked = await asks(chat, 'make');
  const exact = rule('exact', 'chat', 'chat');
  expect(await rules.add({ ...asked, hash: 'other', ...exact })).toBe(false);
  expect(await rules.add({ ...asked, chatId: (await newChat()).id, ...exact })).toBe(false);
  // No set of programs would have been enough.
  expect(await rules.add({ ...asked, ...rule('programs', 'chat', 'hour') })).toBe(false);
  expect(await rules.add({ ...(await asks(chat, 'echo a > b')), ...exact })).toBe(false);
  await db.query(`update chat_tool_calls set state = 'denied' where key = $1`, [asked.key]);
  expect(await rules.add({ ...asked, ...exact })).toBe(false);
  expect(await listed()).toEqual([]);
});

test('the same rule in the same place is one, with the newer end; programs must end', async () => {
  const chat = await newChat();
  const asked = await asks(chat, 'ls');
  await rules.add({ ...asked, ...rule('programs', 'workspace', 'hour') });
  await rules.add({ ...asked, ...rule('programs', 'workspace', 'month') });
  const list = await listed();
  expect(list).toHaveLength(1);
  expect(Date.parse(list[0]?.expiresAt ?? '')).toBeGreaterThan(Date.now() + 29 * 86_400_000);
  await expect(rules.add({ ...asked, ...rule('programs', 'everywhere', 'never') })).rejects.toThrow(
    /check/,
  );
  for (const { id } of list) await rules.revoke(id);
});
