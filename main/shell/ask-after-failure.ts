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
 * Says why the daemon is not there and waits for what the person wants. Where the files of the database do not open and
 * a verified copy is there, that can be restored first.
 */
export async function askAfterFailure(error: unknown, of: Surroundings): Promise<Asked> {
  const text = describeFailure(error, of.dataDir);
  process.stderr.write(`${text.title}. ${text.cause}\n`);
  const copy = isDamaged(error) ? await findCopy(of.dataDir) : null;
  const help = copy ? helpWith(copy) : text.help;
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

function helpWith({ madeAt }: BackupCopy): string {
  const at = new Date(madeAt).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  return `Try again once. If it stays so, restore the last verified copy, of ${at}: what is there now is moved aside, and nothing is deleted.`;
}

function isDamaged(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'damaged';
}

async function findCopy(dataDir: string): Promise<BackupCopy | null> {
  const { findSoundCopy } = await import('../backups/restore-closed.ts');
  return findSoundCopy(dataDir).catch(() => null);
}
