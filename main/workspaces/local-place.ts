import type { LinkState } from '@shared/model/workspace.ts';
import type { AgentClient } from '../agent-client/client.ts';
import { createBroadcast } from '../base/broadcast.ts';
import { type CommandRunner, runHere } from '../ssh/run-command.ts';
import { WorkspaceProblem } from './connection.ts';
import type { Place } from './place.ts';

/** What starting the agent of this computer gives. */
export interface LocalHandle {
  readonly client: AgentClient;
  /** Closes the connections; the agent and its processes stay. */
  close(): void;
}

export interface LocalPlace extends Place {
  /** The agent that was reached in this run; null: none was needed yet, or it did not start. */
  reached(): Promise<AgentClient | null>;
  close(): Promise<void>;
}

/** This computer. Its agent is started, or found running, at first use; a start that failed is tried again. */
export function createLocalPlace(
  start: (signal: AbortSignal) => Promise<LocalHandle>,
  run: CommandRunner = runHere(),
): LocalPlace {
  const closing = new AbortController();
  const changes = createBroadcast<null>();
  let handle: Promise<LocalHandle> | null = null;
  let state: LinkState = { state: 'up' };

  const turn = (to: LinkState) => {
    const changed = to.state !== state.state;
    state = to;
    if (changed) changes.send(null);
  };
  const open = async (): Promise<LocalHandle> => {
    try {
      const opened = await start(closing.signal);
      turn({ state: 'up' });
      return opened;
    } catch (error) {
      handle = null;
      const message = error instanceof Error ? error.message : String(error);
      turn({ state: 'down', message, final: false, retryAt: null });
      throw new WorkspaceProblem(
        'no-agent',
        `the workspace agent of this computer did not start: ${message}`,
      );
    }
  };

  return {
    name: 'this computer',
    link: null,
    run,
    state: () => state,
    async reach() {
      handle ??= open();
      const { client } = await handle;
      return { client, platform: process.platform };
    },
    reconnect() {
      handle ??= open();
      handle.catch(() => undefined);
    },
    async follow(onChange, signal) {
      const seen = changes.watch(signal)[Symbol.asyncIterator]();
      while (!(await seen.next()).done) onChange();
    },
    async reached() {
      return (await handle?.catch(() => null))?.client ?? null;
    },
    async close() {
      closing.abort(new DOMException('The app is closing.', 'AbortError'));
      const opened = await handle?.catch(() => null);
      opened?.close();
    },
  };
}
