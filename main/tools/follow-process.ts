import type { ProcessOutput } from '@shared/agent-protocol/index.ts';
import type { AgentCall } from '../agent-client/client.ts';
import { AgentError, LinkDown } from '../agent-client/client.ts';
import type { Clock } from '../base/clock.ts';
import type { WorkspaceConnection } from '../workspaces/connection.ts';
import type { ToolContext } from './define.ts';
import { bounded } from './link-clock.ts';

const LAST_LOOK_MS = 5_000;
const TERMINATE_GRACE_MS = 5_000;
const KILL_GRACE_MS = 2_000;
/** The agent answers a wait at exit or after minutes; this only keeps a faulty one from being asked in a circle. */
const POLL_PAUSE_MS = 200;
/** The process goes on without us: a wait that broke is repeated within its limit. */
const LINK_PAUSE_MS = 1_000;

/** One process on the agent, seen from the tool call that runs or reads it. */
export interface FollowedProcess {
  readonly id: string;
  readonly connection: WorkspaceConnection;
  readonly context: ToolContext;
}

/** Its final output, or null when it still ran after `limitMs` (counted while the link is up). */
export async function waitForExit(
  process: FollowedProcess,
  limitMs: number,
): Promise<ProcessOutput | null> {
  const { clock, signal } = process.context;
  const { link } = process.connection;
  const end = await bounded({ clock, signal, link, limitMs }, (within) => untilExit(process, within));
  return end.kind === 'done' ? end.value : null;
}

/** Its output as it is now; null when the agent does not tell within 5 seconds. */
export async function lastLook(process: FollowedProcess): Promise<ProcessOutput | null> {
  const { chatId, signal } = process.context;
  return within(process.context.clock, LAST_LOOK_MS, signal, (until) =>
    process.connection.client.processOutput(process.id, false, { chatId, signal: until }),
  ).catch((error: unknown) => {
    signal.throwIfAborted();
    if (error instanceof AgentError || error instanceof LinkDown) return null;
    throw error;
  });
}

/**
 * Ends a foreground process after an interrupt: terminate, after 5 s kill. Answers its output when it ended in
 * time. The turn's signal is aborted already, so every wait here has a bound of its own.
 */
export async function stopProcess(process: FollowedProcess): Promise<ProcessOutput | null> {
  for (const [signal, graceMs] of [
    ['terminate', TERMINATE_GRACE_MS],
    ['kill', KILL_GRACE_MS],
  ] as const) {
    const ended = await signalAndWait(process, signal, graceMs);
    if (ended) return ended;
  }
  return null;
}

async function signalAndWait(
  process: FollowedProcess,
  signal: 'terminate' | 'kill',
  graceMs: number,
): Promise<ProcessOutput | null> {
  const { clock, chatId, key } = process.context;
  const { client } = process.connection;
  try {
    return await within(clock, graceMs, null, async (until) => {
      try {
        await client.signalProcess(process.id, signal, { chatId, key: `${key}:${signal}`, signal: until });
      } catch (error) {
        if (!(error instanceof AgentError) || error.code !== 'already-exited') throw error;
      }
      return untilExit(process, until);
    });
  } catch {
    return null;
  }
}

async function untilExit(
  { id, connection, context }: FollowedProcess,
  signal: AbortSignal,
): Promise<ProcessOutput> {
  const call: AgentCall = { chatId: context.chatId, signal, outlasts: 'always' };
  for (;;) {
    const output = await connection.client.processOutput(id, true, call).catch((error: unknown) => {
      if (error instanceof LinkDown && !signal.aborted) return null;
      throw error;
    });
    if (output && !output.running) return output;
    await context.clock.sleep(output ? POLL_PAUSE_MS : LINK_PAUSE_MS, signal);
  }
}

/** Null when the time was up first. */
async function within<T>(
  clock: Clock,
  limitMs: number,
  signal: AbortSignal | null,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | null> {
  const never = signal ?? new AbortController().signal;
  const answer = await bounded({ clock, link: null, limitMs, signal: never }, work);
  return answer.kind === 'done' ? answer.value : null;
}
