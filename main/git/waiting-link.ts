import type { ChatId } from '@shared/model/ids.ts';
import type { LinkWatch } from '../workspaces/connection.ts';
import type { GitQuestions } from './questions.ts';

/** A link that counts as down while git, in this chat, waits for the person: the time of a command stands still. */
export function waitingLink(
  questions: Pick<GitQuestions, 'isOpenIn' | 'watch'>,
  chatId: ChatId,
  link: LinkWatch | null,
): LinkWatch {
  const up = () => (link?.up() ?? true) && !questions.isOpenIn(chatId);
  return {
    up,
    async changed(signal) {
      const before = up();
      const left = new AbortController();
      const until = AbortSignal.any([signal, left.signal]);
      const asked = async () => {
        for await (const _ of questions.watch(until)) if (up() !== before) return;
      };
      const moved = async () => {
        while (link && !until.aborted) {
          await link.changed(until);
          if (up() !== before) return;
        }
      };
      const waits = [asked(), ...(link ? [moved()] : [])];
      try {
        await Promise.race(waits);
      } finally {
        left.abort();
        await Promise.allSettled(waits);
      }
    },
  };
}
