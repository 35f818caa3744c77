import type { AgentEvent } from '@shared/agent-protocol/events.ts';
import type { ProcessInfo } from '@shared/agent-protocol/index.ts';
import type { ChatProcess } from '@shared/contract/processes.ts';
import type { Mask } from '../base/mask.ts';
import { type FollowedAgent, followAgent } from './follow-agent.ts';

/** The processes of a chat, and again whenever something about them changed. */
export async function* watchProcesses(
  followed: Omit<FollowedAgent, 'request'>,
  mask: Mask,
  signal: AbortSignal,
): AsyncGenerator<readonly ChatProcess[]> {
  let shown: Shown = { processes: [], totals: {} };
  for await (const event of followAgent({ ...followed, request: { processes: true } }, signal)) {
    shown = withEvent(shown, event);
    yield shown.processes.map((one) => ({
      ...chatProcess(one, shown.totals[one.id] ?? 0),
      command: mask.text(one.command),
    }));
  }
}

interface Shown {
  readonly processes: readonly ProcessInfo[];
  /** Bytes of output by process. */
  readonly totals: Readonly<Record<string, number>>;
}

function withEvent(shown: Shown, event: AgentEvent): Shown {
  if (event.type === 'output') return { ...shown, totals: { ...shown.totals, [event.id]: event.total } };
  if (event.type !== 'processes') return shown;
  const listed = new Set(event.processes.map(({ id }) => id));
  const kept = Object.entries(shown.totals).filter(([id]) => listed.has(id));
  return { processes: event.processes, totals: Object.fromEntries(kept) };
}

function chatProcess(info: ProcessInfo, bytes: number): ChatProcess {
  return {
    id: info.id,
    command: info.command,
    directory: info.workdir,
    background: info.background,
    running: info.running,
    exitCode: info.running ? null : (info.exit_code ?? -1),
    startedAt: timeOf(info.started_at_unix),
    endedAt: info.exited_at_unix === undefined ? null : timeOf(info.exited_at_unix),
    bytes,
  };
}

function timeOf(unixSeconds: number): string {
  return new Date(unixSeconds * 1000).toISOString();
}
