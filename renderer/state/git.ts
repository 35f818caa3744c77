import type { ChatDiffStatus, GitAccount, GitAnswer, GitQuestion } from '@shared/model/git.ts';
import type { ChatId } from '@shared/model/ids.ts';
import { createStore } from 'zustand/vanilla';
import { call, watchFeed } from '../lib/bridge.ts';
import { toast } from './toasts.ts';

export interface GitState {
  /** What git, run by chats, waits for; the oldest first. */
  readonly questions: readonly GitQuestion[];
  /** Branch, pull request and counts, of the chats that have to do with a repository. */
  readonly statuses: ReadonlyMap<ChatId, ChatDiffStatus>;
  /** Counts up whenever the diff of a chat may be another one. */
  readonly diffs: ReadonlyMap<ChatId, number>;
}

export const gitStore = createStore<GitState>(() => ({
  questions: [],
  statuses: new Map(),
  diffs: new Map(),
}));

/** Null until the first list arrived. */
export const gitAccountsStore = createStore<{ readonly accounts: readonly GitAccount[] | null }>(() => ({
  accounts: null,
}));

export function startGit(): void {
  watchFeed(
    'git.questions',
    {},
    {
      onEvents: (events) => {
        const questions = events.at(-1);
        if (questions) gitStore.setState({ questions });
      },
    },
  );
}

/** While they are looked at. Answers what ends it. */
export function watchGitAccounts(): () => void {
  const feed = watchFeed(
    'git.accounts',
    {},
    {
      onEvents: (events) => {
        const accounts = events.at(-1);
        if (accounts) gitAccountsStore.setState({ accounts });
      },
    },
  );
  return () => feed.close();
}

/** All that is known: at the start, and whenever the tree had to be read anew. */
export async function loadStatuses(ask: typeof call = call): Promise<void> {
  const answer = await ask('git.statuses', {});
  if (!answer.ok) return;
  gitStore.setState({ statuses: new Map(answer.value.statuses.map((one) => [one.chat_id, one])) });
}

/** The event says only that something changed: what is known of the chat's branch and of its diff is asked for again. */
export async function refreshStatus(chatId: ChatId, ask: typeof call = call): Promise<void> {
  gitStore.setState(({ diffs }) => ({ diffs: new Map(diffs).set(chatId, (diffs.get(chatId) ?? 0) + 1) }));
  await lookAtStatus(chatId, ask);
}

/** What is older than two minutes is looked up anew. */
export async function lookAtStatus(chatId: ChatId, ask: typeof call = call): Promise<void> {
  const answer = await ask('git.status', { chatId });
  if (!answer.ok) return;
  const { status } = answer.value;
  gitStore.setState((s) => {
    const statuses = new Map(s.statuses);
    if (status) statuses.set(chatId, status);
    else statuses.delete(chatId);
    return { statuses };
  });
}

export async function answerGit(questionId: string, answer: GitAnswer): Promise<void> {
  const result = await call('git.answer', { questionId, answer });
  // Somebody answered in another window, or git has gone: the question is gone from here, too.
  if (!result.ok && result.error.code !== 'gone') toast(result.error.message);
}
