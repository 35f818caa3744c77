import { ok } from '@shared/util/result.ts';
import type { Backups } from '../backups/backups.ts';
import type { CallHandlers, FeedHandlers } from './handlers.ts';

export function backupFeeds(backups: Backups): Pick<FeedHandlers, 'backups.watch'> {
  return { 'backups.watch': (_input, signal) => backups.watch(signal) };
}

type BackupCalls = Pick<CallHandlers, Extract<keyof CallHandlers, `backups.${string}`>>;

export function backupCalls(backups: Backups): BackupCalls {
  return {
    'backups.make': () => backups.make(),
    'backups.integrity': () => backups.integrity(),
    'backups.check': ({ name }) => backups.check(name),
    'backups.restore': ({ name }) => backups.restore(name),
    'backups.show': async ({ name }) => {
      backups.show(name);
      return ok(null);
    },
  };
}
