import type { BackupCopy } from '@shared/contract/backups.ts';
import type { Log } from '../base/log.ts';
import { describeFailure } from './failure-text.ts';
import { type Failure, showFailure } from './failure-window.ts';

export interface Asked {
  readonly choice: 'retry' | 'quit';
  /** Stays until the next window is there. */
  readonly failure: Failure;
}

interface Surroundings {
  readonly dataDir: string;
  readonly workerFile: string;
  readonly log: Log;
  /** The window that says it is there: the others may go, and the app does not end with them. */
  onShown(): void;
}

/**
 * Says why the daemon is not there and waits for what the person wants. Where the files of the database do not open or
 * are not there, and a verified copy is, that can be restored first.
 */
export async function askAfterFailure(error: unknown, of: Surroundings): Promise<Asked> {
  const text = describeFailure(error, of.dataDir);
  process.stderr.write(`${text.title}. ${text.cause}\n`);
  const code = codeOf(error);
  const copy = code && (await findCopy(of.dataDir));
  const help = copy ? HELP[code](timeOf(copy)) : text.help;
  let failure = showFailure({ ...text, help }, copy !== null);
  of.onShown();
  for (;;) {
    const choice = await failure.choice;
    if (choice !== 'restore' || !copy) return { choice: choice === 'quit' ? 'quit' : 'retry', failure };
    failure.say({ title: 'The copy is being restored', cause: 'This takes a moment.', help: '' });
    const { restoreClosed } = await import('../backups/restore-closed.ts');
    const restored = await restoreClosed(of, copy.name);
    if (restored.ok) return { choice: 'retry', failure };
    const next = showFailure({ title: 'The copy cannot be restored', cause: restored.error, help }, true);
    failure.close();
    failure = next;
  }
}

/** Where a copy helps. */
const HELP = {
  damaged: (at: string) =>
    `Try again once. If it stays so, restore the last verified copy, of ${at}: what is there now is moved aside, and nothing is deleted.`,
  missing: (at: string) =>
    `Restore the last verified copy, of ${at}, or put the folder db back and try again. To begin anew, move the folder backups away first.`,
};

function codeOf(error: unknown): keyof typeof HELP | null {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return code === 'damaged' || code === 'missing' ? code : null;
}

function timeOf({ madeAt }: BackupCopy): string {
  return new Date(madeAt).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}

async function findCopy(dataDir: string): Promise<BackupCopy | null> {
  const { findSoundCopy } = await import('../backups/restore-closed.ts');
  return findSoundCopy(dataDir).catch(() => null);
}
