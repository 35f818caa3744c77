import type { ConnectTrace } from '@shared/model/host.ts';
import { err, ok } from '@shared/util/result.ts';
import type { Asker } from '../ssh/asker.ts';
import type { HostList } from '../workspaces/host-list.ts';
import type { CallHandlers, FeedHandlers } from './handlers.ts';

export interface HostHandlerDeps {
  readonly hostList: HostList;
  readonly asker: Asker;
  /** The last attempt to connect to a target, and every change. */
  watchTrace(target: string, signal: AbortSignal): AsyncIterable<ConnectTrace | null>;
  /** What was begun for a target that is not a host yet. */
  cancel(target: string): void;
}

type HostCalls = Pick<CallHandlers, Extract<keyof CallHandlers, `hosts.${string}`>>;
type HostFeeds = Pick<FeedHandlers, Extract<keyof FeedHandlers, `hosts.${string}`>>;

export function hostFeeds({ hostList: hosts, asker, watchTrace }: HostHandlerDeps): HostFeeds {
  return {
    'hosts.watch': (_input, signal) => hosts.watch(signal),
    'hosts.questions': (_input, signal) => asker.watch(signal),
    'hosts.trace': ({ target }, signal) => watchTrace(target, signal),
  };
}

const GONE = err({ code: 'not-found' as const, message: 'This host is not known any more.' });

export function hostCalls({ hostList: hosts, asker, cancel }: HostHandlerDeps): HostCalls {
  return {
    'hosts.answer': async ({ questionId, answer }) => {
      const kept = await asker.answer(questionId, answer);
      return kept.ok ? ok({ kept: kept.value }) : kept;
    },
    'hosts.suggest': async () => ok(await hosts.suggest()),
    'hosts.diagnose': async ({ target, identityFile }) => {
      const begun = hosts.diagnose(target, identityFile ?? null);
      return begun.ok ? ok(null) : err({ code: 'bad-target', message: begun.error.message });
    },
    'hosts.open': async ({ target }) => {
      const opened = await hosts.open(target);
      return opened.ok ? ok({ hostId: opened.value }) : opened;
    },
    'hosts.cancel': async ({ target }) => {
      cancel(target);
      return ok(null);
    },
    'hosts.reconnect': async ({ hostId }) => (hosts.reconnect(hostId) ? ok(null) : GONE),
    'hosts.setForwardAgent': async ({ hostId, forwardAgent }) =>
      (await hosts.setForwardAgent(hostId, forwardAgent)) ? ok(null) : GONE,
    'hosts.forgetSecrets': async ({ hostId }) => ((await hosts.forgetSecrets(hostId)) ? ok(null) : GONE),
    'hosts.remove': async ({ hostId, force }) => {
      const removal = await hosts.remove(hostId, force);
      if (removal === null) return GONE;
      return removal.ok ? removal : err({ code: 'unreachable', message: removal.error.message });
    },
  };
}
