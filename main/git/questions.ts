import type { CallFailure } from '@shared/contract/define.ts';
import type { GitAnswer, GitQuestion } from '@shared/model/git.ts';
import type { ChatId } from '@shared/model/ids.ts';
import { err, ok, type Result } from '@shared/util/result.ts';
import { createBroadcast } from '../base/broadcast.ts';
import type { Random } from '../base/random.ts';

type WithoutId<Q> = Q extends unknown ? Omit<Q, 'id'> : never;

/**
 * What git waits for. In memory: git itself waits no longer than its helper lives, and what is still open is asked
 * again by the agent after a restart.
 */
export interface GitQuestions {
  /** Rejects with the signal's reason: git waits no longer. */
  ask(question: WithoutId<GitQuestion>, signal: AbortSignal): Promise<GitAnswer>;
  /** The first answer counts. */
  answer(id: string, answer: GitAnswer): Result<null, CallFailure<'gone' | 'bad-answer'>>;
  /** What is open, the oldest first: now, and after every change. */
  watch(signal: AbortSignal): AsyncIterable<readonly GitQuestion[]>;
  isOpenIn(chatId: ChatId): boolean;
}

interface Open {
  readonly question: GitQuestion;
  settle(answer: GitAnswer): void;
}

export function createGitQuestions(random: Random): GitQuestions {
  const open = new Map<string, Open>();
  const changes = createBroadcast<null>();
  const withdraw = (id: string) => {
    if (open.delete(id)) changes.send(null);
  };
  return {
    async ask(asked, signal) {
      signal.throwIfAborted();
      const question = { ...asked, id: random.uuid() } as GitQuestion;
      let onAbort = () => {};
      try {
        return await new Promise<GitAnswer>((resolve, reject) => {
          onAbort = () => reject(signal.reason as Error);
          signal.addEventListener('abort', onAbort, { once: true });
          const settle = (answer: GitAnswer) => {
            withdraw(question.id);
            resolve(answer);
          };
          open.set(question.id, { question, settle });
          changes.send(null);
        });
      } finally {
        signal.removeEventListener('abort', onAbort);
        withdraw(question.id);
      }
    },
    answer(id, answer) {
      const one = open.get(id);
      if (!one) return err({ code: 'gone', message: 'This was answered already, or is no longer asked.' });
      if (answer.kind !== 'cancel' && answer.kind !== one.question.kind)
        return err({ code: 'bad-answer', message: 'The answer does not fit what was asked.' });
      one.settle(answer);
      return ok(null);
    },
    async *watch(signal) {
      const left = new AbortController();
      const seen = changes.watch(AbortSignal.any([signal, left.signal]))[Symbol.asyncIterator]();
      try {
        // Asked before the first list goes out, so that no change between the two is lost.
        let change = seen.next();
        for (;;) {
          yield [...open.values()].map(({ question }) => question);
          if ((await change).done) return;
          change = seen.next();
        }
      } finally {
        // A generator's return waits behind its pending next, which only the signal ends.
        left.abort();
        await seen.return?.();
      }
    },
    isOpenIn: (chatId) => [...open.values()].some(({ question }) => question.chatId === chatId),
  };
}
