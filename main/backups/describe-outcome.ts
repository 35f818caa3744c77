import type { RestoreOutcome } from '../db/take-restored.ts';

/** What became of a restore, for whoever opens Gaffer after it: in a line, and what else the page says. */
export function describeOutcome({ kind, madeAt }: RestoreOutcome): { line: string; more: string } {
  const copy = madeAt === null ? 'The copy' : `The copy of ${dateOf(madeAt)}`;
  switch (kind) {
    case 'restored':
      return { line: `${copy} was restored.`, more: 'What was there before becomes a copy of its own.' };
    case 'put-back':
      return {
        line: 'The restored copy does not open: what was there before is back.',
        more: `${copy} can be checked here; nothing of what was there before is lost.`,
      };
    case 'unfinished':
      return {
        line: 'A restore was not finished: all is as it was.',
        more: 'Chats that it had stopped can go on.',
      };
  }
}

function dateOf(at: string): string {
  return new Date(at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}
