import type { BackupsState } from '@shared/contract/backups.ts';
import { createStore } from 'zustand/vanilla';
import { call, watchFeed } from '../lib/bridge.ts';
import { toast } from './toasts.ts';

/** Null until the first state arrived. */
export const backupsStore = createStore<{ readonly state: BackupsState | null }>(() => ({ state: null }));

/** While they are looked at. Answers what ends it. */
export function watchBackups(): () => void {
  const feed = watchFeed(
    'backups.watch',
    {},
    {
      onEvents: (events) => {
        const state = events.at(-1);
        if (state) backupsStore.setState({ state });
      },
    },
  );
  return () => feed.close();
}

/** What went wrong stands on the page. */
export async function makeBackup(): Promise<void> {
  const answer = await call('backups.make', {});
  if (answer.ok) toast('The copy was made and verified.');
}

export async function checkIntegrity(): Promise<void> {
  const answer = await call('backups.integrity', {});
  if (!answer.ok) toast(answer.error.message);
}

export async function checkBackup(name: string): Promise<void> {
  const answer = await call('backups.check', { name });
  if (!answer.ok) toast(answer.error.message);
  else if (answer.value.problem === null) toast('The copy is sound.');
}

/** The window is loaded anew when it went well. Else why not. */
export async function restoreBackup(name: string): Promise<string | null> {
  const answer = await call('backups.restore', { name });
  return answer.ok ? null : answer.error.message;
}

export function showBackup(name: string | null): void {
  void call('backups.show', { name });
}
