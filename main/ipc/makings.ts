import { ok } from '@shared/util/result.ts';
import type { WorkspaceMaker } from '../workspaces/provision/workspace-maker.ts';
import type { CallHandlers, FeedHandlers } from './handlers.ts';

export interface MakingHandlerDeps {
  readonly maker: WorkspaceMaker;
}

type Made = 'create' | 'cancel' | 'retry' | 'start' | 'stop' | 'inspectRemoval' | 'remove';

export function makingFeeds({ maker }: MakingHandlerDeps): Pick<FeedHandlers, 'workspaces.log'> {
  return { 'workspaces.log': ({ workspaceId, from }, signal) => maker.log(workspaceId, from, signal) };
}

/** Workspaces that are made from templates. */
export function makingCalls({ maker }: MakingHandlerDeps): Pick<CallHandlers, `workspaces.${Made}`> {
  return {
    'workspaces.create': async (request) => {
      const made = await maker.create(request);
      return made.ok ? ok({ workspaceId: made.value }) : made;
    },
    'workspaces.cancel': async ({ workspaceId }) => maker.cancel(workspaceId),
    'workspaces.retry': ({ workspaceId }) => maker.retry(workspaceId),
    'workspaces.start': ({ workspaceId }) => maker.begin(workspaceId),
    'workspaces.stop': ({ workspaceId }) => maker.stop(workspaceId),
    'workspaces.inspectRemoval': ({ workspaceId }) => maker.remover.inspect(workspaceId),
    'workspaces.remove': ({ workspaceId, force }) => maker.remover.remove(workspaceId, force),
  };
}
