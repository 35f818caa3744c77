import type { WorkspaceId } from '@shared/model/ids.ts';
import type { Clock } from '../base/clock.ts';
import { findFiles } from '../workspaces/files/find-files.ts';
import { listFiles } from '../workspaces/files/list-files.ts';
import { lookAt } from '../workspaces/files/look-at.ts';
import { readFile } from '../workspaces/files/read-file.ts';
import { watchFiles } from '../workspaces/files/watch-files.ts';
import type { Workspaces } from '../workspaces/registry.ts';
import type { CallHandlers, FeedHandlers } from './handlers.ts';

export interface FileHandlerDeps {
  readonly workspaces: Workspaces;
  readonly clock: Clock;
}

export function fileFeeds({ workspaces, clock }: FileHandlerDeps): Pick<FeedHandlers, 'files.watch'> {
  return {
    async *'files.watch'({ workspaceId, paths }, signal) {
      const directory = workspaces.list().find(({ id }) => id === workspaceId)?.directory;
      if (directory === undefined) return;
      const until = AbortSignal.any([signal, workspaces.closing]);
      const connect = workspaces.follower(workspaceId, until);
      yield* watchFiles({ connect, clock, directory, paths }, until);
    },
  };
}

export function fileCalls({
  workspaces,
}: FileHandlerDeps): Pick<CallHandlers, Extract<keyof CallHandlers, `files.${string}`>> {
  const connector = (id: WorkspaceId) => () => workspaces.connectionFor(id);
  return {
    'files.list': ({ workspaceId, path }) =>
      lookAt(connector(workspaceId), path, workspaces.closing, listFiles),
    'files.read': ({ workspaceId, path }) =>
      lookAt(connector(workspaceId), path, workspaces.closing, readFile),
    'files.find': ({ workspaceId, text }) =>
      lookAt(connector(workspaceId), '', workspaces.closing, (look) => findFiles(look, text)),
  };
}
