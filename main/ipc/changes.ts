import { fileDiff } from '../workspaces/changes/file-diff.ts';
import { watchChanges } from '../workspaces/changes/watch-changes.ts';
import { lookAt } from '../workspaces/files/look-at.ts';
import type { FileHandlerDeps } from './files.ts';
import type { CallHandlers, FeedHandlers } from './handlers.ts';

export function changesFeeds({ workspaces, clock }: FileHandlerDeps): Pick<FeedHandlers, 'changes.watch'> {
  return {
    async *'changes.watch'({ workspaceId, base }, signal) {
      const directory = workspaces.list().find(({ id }) => id === workspaceId)?.directory;
      if (directory === undefined) return;
      const until = AbortSignal.any([signal, workspaces.closing]);
      const connect = workspaces.follower(workspaceId, until);
      yield* watchChanges({ connect, clock, directory, base }, until);
    },
  };
}

export function changesCalls({ workspaces }: FileHandlerDeps): Pick<CallHandlers, 'changes.diff'> {
  return {
    'changes.diff': ({ workspaceId, ...asked }) =>
      lookAt(
        () => workspaces.connectionFor(workspaceId),
        '',
        workspaces.closing,
        (look) => fileDiff(look, asked),
      ),
  };
}
