import { ok } from '@shared/util/result.ts';
import type { Git } from '../git/git.ts';
import type { CallHandlers, FeedHandlers } from './handlers.ts';

export type GitHandlerDeps = Pick<Git, 'accounts' | 'questions' | 'statuses'>;

type GitCalls = Pick<CallHandlers, Extract<keyof CallHandlers, `git.${string}`>>;
type GitFeeds = Pick<FeedHandlers, Extract<keyof FeedHandlers, `git.${string}`>>;

export function gitFeeds({ accounts, questions }: GitHandlerDeps): GitFeeds {
  return {
    'git.accounts': (_input, signal) => accounts.watch(signal),
    'git.questions': (_input, signal) => questions.watch(signal),
  };
}

export function gitCalls({ accounts, questions, statuses }: GitHandlerDeps): GitCalls {
  return {
    'git.addAccount': (input) => accounts.add(input),
    'git.setToken': ({ accountId, token }) => accounts.setToken(accountId, token),
    'git.testAccount': ({ accountId }) => accounts.test(accountId),
    'git.removeAccount': ({ accountId }) => accounts.remove(accountId),
    'git.askAgain': ({ accountId }) => accounts.askAgain(accountId),
    'git.answer': async ({ questionId, answer }) => questions.answer(questionId, answer),
    'git.status': async ({ chatId }) => ok({ status: await statuses.load(chatId) }),
    'git.statuses': async () => ok({ statuses: await statuses.loadAll() }),
  };
}
