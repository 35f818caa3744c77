import type { ChatDiffStatus } from '@shared/model/git.ts';
import { asId, type ChatId } from '@shared/model/ids.ts';
import { ok } from '@shared/util/result.ts';
import { beforeEach, expect, test } from 'vitest';
import type { call } from '../lib/bridge.ts';
import { gitStore, loadStatuses, refreshStatus } from './git.ts';

const one = asId<ChatId>('a');
const other = asId<ChatId>('b');
let asked: string[];
let branch: string | null;

const status = (chatId: ChatId): ChatDiffStatus => ({
  chat_id: chatId,
  url: null,
  pull_request_number: null,
  pull_request_state: null,
  changes_requested: false,
  checks: 'none',
  additions: 0,
  deletions: 0,
  changed_files: 0,
  git_branch: branch ?? '',
  git_remote_origin: '',
  refreshed_at: null,
  stale_at: '2026-01-01T00:00:00Z',
});

const ask = (async (name: string, input: { chatId?: ChatId }) => {
  asked.push(`${name} ${input.chatId ?? ''}`);
  if (name === 'git.statuses') return ok({ statuses: [status(one), status(other)] });
  return ok({ status: branch === null ? null : status(input.chatId ?? one) });
}) as unknown as typeof call;

beforeEach(async () => {
  asked = [];
  branch = 'main';
  gitStore.setState({ statuses: new Map(), diffs: new Map() });
  await loadStatuses(ask);
});

test('#351 a change of one chat’s branch makes its status and its diff be asked for again, and nobody else’s', async () => {
  branch = 'topic';
  await refreshStatus(one, ask);
  expect(asked).toEqual(['git.statuses ', 'git.status a']);
  const { statuses, diffs } = gitStore.getState();
  expect(statuses.get(one)?.git_branch).toBe('topic');
  expect(statuses.get(other)?.git_branch).toBe('main');
  expect([diffs.get(one), diffs.get(other)]).toEqual([1, undefined]);
});

test('a chat that has to do with no repository any more has no status', async () => {
  branch = null;
  await refreshStatus(one, ask);
  expect([...gitStore.getState().statuses.keys()]).toEqual([other]);
});
