import type { WorkspaceId } from '@shared/model/ids.ts';
import type { ApprovalMode, LinkState, WorkspaceSummary } from '@shared/model/workspace.ts';
import { never } from '@shared/util/never.ts';
import { createStore } from 'zustand/vanilla';
import { call, watchFeed } from '../lib/bridge.ts';
import { toast } from './toasts.ts';

export interface Workspaces {
  /** Null until the first list arrived. */
  readonly list: readonly WorkspaceSummary[] | null;
}

export const workspacesStore = createStore<Workspaces>(() => ({ list: null }));

export function startWorkspaces(): void {
  watchFeed(
    'workspaces.watch',
    {},
    {
      onEvents: (events) => {
        const last = events.at(-1);
        if (last) workspacesStore.setState({ list: last });
      },
    },
  );
}

export async function setMode(workspaceId: WorkspaceId, mode: ApprovalMode): Promise<void> {
  const answer = await call('workspaces.setMode', { workspaceId, mode });
  if (!answer.ok) toast(answer.error.message);
}

export async function setTrust(workspaceId: WorkspaceId, trust: 'trusted' | 'refused'): Promise<void> {
  const answer = await call('workspaces.setTrust', { workspaceId, trust });
  if (!answer.ok) toast(answer.error.message);
}

export async function reconnect(workspaceId: WorkspaceId): Promise<void> {
  const answer = await call('workspaces.reconnect', { workspaceId });
  if (!answer.ok) toast(answer.error.message);
}

/** Only a person can help: nothing is tried any more. */
export function isStuck(link: LinkState): boolean {
  return link.state === 'down' && (link.final || link.retryAt === null);
}

/** What the link to a workspace's machine does, in a word or two; empty when nothing needs saying. */
export function linkWords(link: LinkState): string {
  switch (link.state) {
    case 'idle':
      return '';
    case 'connecting':
      return link.attempt > 1 ? 'reconnecting' : 'connecting';
    case 'up':
      return '';
    case 'down':
      return isStuck(link) ? 'unreachable' : 'reconnecting';
    default:
      return never(link);
  }
}
