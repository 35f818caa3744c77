import { err, ok } from '@shared/util/result.ts';
import { expandHome } from '../ssh/config/tokens.ts';
import { changesCalls, changesFeeds } from './changes.ts';
import { type FileHandlerDeps, fileCalls, fileFeeds } from './files.ts';
import type { CallHandlers, FeedHandlers } from './handlers.ts';
import { type MakingHandlerDeps, makingCalls, makingFeeds } from './makings.ts';
import { type ProcessHandlerDeps, processCalls, processFeeds } from './processes.ts';

export interface WorkspaceHandlerDeps extends ProcessHandlerDeps, FileHandlerDeps, MakingHandlerDeps {
  readonly homeDir: string;
  pickFolder(): Promise<string | null>;
}

type OwnCalls = Pick<CallHandlers, Extract<keyof CallHandlers, `workspaces.${string}`>>;
/** Also what is looked at in a workspace: its processes, its files and what differs. */
type WorkspaceCalls = OwnCalls &
  ReturnType<typeof processCalls> &
  ReturnType<typeof fileCalls> &
  ReturnType<typeof changesCalls>;
type WorkspaceFeeds = Pick<FeedHandlers, 'workspaces.watch' | 'process.output'> &
  ReturnType<typeof makingFeeds> &
  ReturnType<typeof processFeeds> &
  ReturnType<typeof fileFeeds> &
  ReturnType<typeof changesFeeds>;

export function workspaceFeeds(deps: WorkspaceHandlerDeps): WorkspaceFeeds {
  return {
    ...processFeeds(deps),
    ...makingFeeds(deps),
    ...fileFeeds(deps),
    ...changesFeeds(deps),
    'workspaces.watch': (_input, signal) => deps.workspaces.watch(signal),
    async *'process.output'({ chatId, processId, after }, signal) {
      const chat = await deps.store.call('loadProcessChat', { chatId, ownerId: deps.ownerId });
      if (!chat?.workspaceId) return;
      const { workspaceId } = chat;
      yield* deps.workspaces.watchProcess({ workspaceId, chatId, processId, after }, signal);
    },
  };
}

const GONE = err({ code: 'not-found' as const, message: 'This workspace does not exist any more.' });

export function workspaceCalls(deps: WorkspaceHandlerDeps): WorkspaceCalls {
  const { workspaces, pickFolder, homeDir } = deps;
  return {
    ...processCalls(deps),
    ...makingCalls(deps),
    ...fileCalls(deps),
    ...changesCalls(deps),
    'workspaces.openFolder': async ({ path }) => {
      const opened = await workspaces.openFolder(expandHome(path, homeDir));
      return opened.ok ? ok({ workspaceId: opened.value }) : opened;
    },
    'workspaces.pickFolder': async () => ok({ path: await pickFolder() }),
    'workspaces.openSsh': async ({ target, directory, identityFile }) => {
      const opened = await workspaces.openSsh({ target, directory, identityFile: identityFile ?? null });
      return opened.ok ? ok({ workspaceId: opened.value }) : opened;
    },
    'workspaces.setMode': async ({ workspaceId, mode }) =>
      (await workspaces.setMode(workspaceId, mode)) ? ok(null) : GONE,
    'workspaces.setTrust': async ({ workspaceId, trust }) =>
      (await workspaces.setTrust(workspaceId, trust)) ? ok(null) : GONE,
    'workspaces.reconnect': async ({ workspaceId }) =>
      workspaces.reconnect(workspaceId) ? ok(null) : GONE,
  };
}
