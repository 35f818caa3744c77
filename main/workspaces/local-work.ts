import type { LocalWork } from '@shared/model/local-work.ts';
import { type AgentClient, AgentError } from '../agent-client/client.ts';
import type { Clock } from '../base/clock.ts';
import type { Mask } from '../base/mask.ts';
import type { LocalPlace } from './local-place.ts';

/** After `terminate` a command may put things in order. */
const GRACE_MS = 5_000;

export interface LocalWorkDeps {
  readonly local: Pick<LocalPlace, 'reached'>;
  /** Of the workspaces on this computer. */
  directories(): readonly string[];
  readonly mask: Mask;
  readonly clock: Clock;
}

/** What runs on this computer. Both throw as the agent's client. */
export interface LocalWorks {
  /** Null: the agent of this computer was not needed in this run. */
  load(signal: AbortSignal): Promise<LocalWork | null>;
  /** Ends all of it: commands are asked to end, and killed when they do not. What outlives the signal goes on. */
  stop(work: LocalWork, signal: AbortSignal): Promise<void>;
}

export function createLocalWorks({ local, directories, mask, clock }: LocalWorkDeps): LocalWorks {
  return {
    async load(signal) {
      const client = await local.reached();
      if (!client) return null;
      const [processes, ...lists] = await Promise.all([
        client.listProcesses({ signal }),
        ...directories().map((directory) => client.listTerminals(directory, null, { signal })),
      ]);
      const terminals = lists.flatMap((list) => list.terminals.filter(({ state }) => state === 'running'));
      return {
        commands: processes
          .filter(({ running }) => running)
          .map(({ id, command }) => ({ id, command: mask.text(command) })),
        terminals: terminals.map(({ id, title }) => ({ id, title })),
      };
    },
    async stop(work, signal) {
      const client = await local.reached();
      if (!client) return;
      await Promise.all([
        ...work.commands.map(({ id }) => stopCommand(id, { client, clock, signal })),
        ...work.terminals.map(({ id }) => client.closeTerminal(id, { signal })),
      ]);
    },
  };
}

interface StopDeps {
  readonly client: AgentClient;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

async function stopCommand(id: string, { client, clock, signal }: StopDeps): Promise<void> {
  const send = (what: 'terminate' | 'kill') =>
    client.signalProcess(id, what, { key: `quit:${what}:${id}`, signal }).catch((error: unknown) => {
      // It has ended meanwhile.
      if (!(error instanceof AgentError)) throw error;
    });
  await send('terminate');
  const over = new AbortController();
  const until = AbortSignal.any([over.signal, signal]);
  const ended = client.processOutput(id, true, { signal: until }).then(({ running }) => !running);
  const late = clock.sleep(GRACE_MS, until).then(() => false);
  const isOver = await Promise.race([ended, late]);
  over.abort();
  await Promise.allSettled([ended, late]);
  if (!isOver) await send('kill');
}
