import type { LocalWork } from '@shared/model/local-work.ts';
import { type AgentClient, AgentError } from '../agent-client/client.ts';
import type { Clock } from '../base/clock.ts';
import type { Mask } from '../base/mask.ts';

/** After `terminate` a command may put things in order. */
const GRACE_MS = 5_000;

/** Commands and terminals that run on this computer. Throws as the agent's client. */
export async function loadLocalWork(
  client: AgentClient,
  directories: readonly string[],
  mask: Mask,
  signal: AbortSignal,
): Promise<LocalWork> {
  const [processes, ...lists] = await Promise.all([
    client.listProcesses({ signal }),
    ...directories.map((directory) => client.listTerminals(directory, null, { signal })),
  ]);
  const terminals = lists.flatMap((list) => list.terminals.filter(({ state }) => state === 'running'));
  return {
    commands: processes
      .filter(({ running }) => running)
      .map(({ id, command }) => ({ id, command: mask.text(command) })),
    terminals: terminals.map(({ id, title }) => ({ id, title })),
  };
}

export interface StopDeps {
  readonly client: AgentClient;
  readonly clock: Clock;
  /** Gives up: what has not ended by then goes on. */
  readonly signal: AbortSignal;
}

/** Ends all of it: commands are asked to end, and killed when they do not. */
export async function stopLocalWork(work: LocalWork, deps: StopDeps): Promise<void> {
  const { client, signal } = deps;
  await Promise.all([
    ...work.commands.map(({ id }) => stopCommand(id, deps)),
    ...work.terminals.map(({ id }) => client.closeTerminal(id, { signal })),
  ]);
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
