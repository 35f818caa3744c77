import type { ChatId, OwnerId } from '@shared/model/ids.ts';
import { err } from '@shared/util/result.ts';
import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import type { ChatStore } from '../chatd/machine/store.ts';
import type { Workspaces } from '../workspaces/registry.ts';
import { signalProcess } from '../workspaces/signal-process.ts';
import { watchProcesses } from '../workspaces/watch-processes.ts';
import type { CallHandlers, FeedHandlers } from './handlers.ts';

export interface ProcessHandlerDeps {
  readonly workspaces: Workspaces;
  readonly store: ChatStore;
  readonly ownerId: OwnerId;
  readonly clock: Clock;
  readonly random: Random;
}

export function processFeeds(deps: ProcessHandlerDeps): Pick<FeedHandlers, 'processes.watch'> {
  const { workspaces, clock } = deps;
  return {
    async *'processes.watch'({ chatId }, signal) {
      const workspaceId = await workspaceOf(deps, chatId);
      if (!workspaceId) return;
      const until = AbortSignal.any([signal, workspaces.closing]);
      const connect = workspaces.follower(workspaceId, until);
      yield* watchProcesses({ connect, clock, chatId }, workspaces.mask, until);
    },
  };
}

export function processCalls(deps: ProcessHandlerDeps): Pick<CallHandlers, 'process.signal'> {
  return {
    'process.signal': async ({ chatId, processId, signal }) => {
      const { workspaces } = deps;
      const workspaceId = await workspaceOf(deps, chatId);
      if (!workspaceId) return err({ code: 'not-found', message: 'This chat has no workspace.' });
      const connect = () => workspaces.connectionFor(workspaceId);
      const request = { connect, chatId, processId, signal, key: `signal:${deps.random.uuid()}` };
      return signalProcess(request, workspaces.closing);
    },
  };
}

/** Null: no such chat, or one that works nowhere. */
async function workspaceOf({ store, ownerId }: ProcessHandlerDeps, chatId: ChatId) {
  const chat = await store.call('loadProcessChat', { chatId, ownerId });
  return chat?.workspaceId ?? null;
}
