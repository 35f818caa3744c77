import type { OwnerId } from '@shared/model/ids.ts';
import { err, ok } from '@shared/util/result.ts';
import type { ChatStore } from '../chatd/machine/store.ts';
import type { Workspaces } from '../workspaces/registry.ts';
import type { CallHandlers, FeedHandlers } from './handlers.ts';

export interface WorkspaceHandlerDeps {
  readonly workspaces: Workspaces;
  readonly store: ChatStore;
  readonly ownerId: OwnerId;
  pickFolder(): Promise<string | null>;
}

type WorkspaceCalls = Pick<CallHandlers, Extract<keyof CallHandlers, `workspaces.${string}`>>;
type WorkspaceFeeds = Pick<FeedHandlers, 'workspaces.watch' | 'process.output'>;

export function workspaceFeeds(deps: WorkspaceHandlerDeps): WorkspaceFeeds {
  return {
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

export function workspaceCalls({ workspaces, pickFolder }: WorkspaceHandlerDeps): WorkspaceCalls {
  return {
    'workspaces.openFolder': async ({ path }) => {
      const opened = await workspaces.openFolder(path);
      return opened.ok ? ok({ workspaceId: opened.value }) : opened;
    },
    'workspaces.pickFolder': async () => ok({ path: await pickFolder() }),
    'workspaces.openSsh': async ({ target, directory, identityFile }) => {
      const opened = await workspaces.openSsh({ target, directory, identityFile: identityFile ?? null });
      return opened.ok ? ok({ workspaceId: opened.value }) : opened;
    },
    'workspaces.setMode': async ({ workspaceId, mode }) =>
      (await workspaces.setMode(workspaceId, mode)) ? ok(null) : GONE,
    'workspaces.reconnect': async ({ workspaceId }) =>
      workspaces.reconnect(workspaceId) ? ok(null) : GONE,
  };
}
