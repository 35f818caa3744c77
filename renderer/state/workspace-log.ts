import type { WorkspaceLogEvent } from '@shared/contract/workspaces.ts';
import type { WorkspaceId } from '@shared/model/ids.ts';
import type { ScriptName } from '@shared/model/template.ts';
import { watchFeed } from '../lib/bridge.ts';
import { type PacedSource, pacedSource } from './paced.ts';
import { appendOutput, type Output } from './process-output.ts';

/** What one run of a script printed. */
export interface ScriptOutput extends Output {
  readonly script: ScriptName;
  readonly processId: string;
  readonly startedAt: string;
  /** Null while it runs, and when it was ended from outside. */
  readonly exitCode: number | null;
}

export interface WorkspaceLog {
  /** The oldest first; only the last few. */
  readonly runs: readonly ScriptOutput[];
  /** Byte cursor in the output of the last one. */
  readonly next: number;
}

export const NO_LOG: WorkspaceLog = { runs: [], next: 0 };
const KEPT_RUNS = 6;

export function foldLog(log: WorkspaceLog, event: WorkspaceLogEvent): WorkspaceLog {
  if (event.type === 'script') {
    const { script, processId, startedAt } = event;
    const run = { script, processId, startedAt, text: '', skippedBytes: 0, ended: false, exitCode: null };
    const others = log.runs.filter((one) => one.processId !== processId);
    return { runs: [...others, run].slice(-KEPT_RUNS), next: 0 };
  }
  const last = log.runs.at(-1);
  // Output without a beginning: of a run that is not shown any more.
  if (!last) return log;
  const before = log.runs.slice(0, -1);
  if (event.type === 'exit')
    return { ...log, runs: [...before, { ...last, ended: true, exitCode: event.exitCode }] };
  const output = appendOutput(last, event.text, event.skipped);
  return { runs: [...before, { ...last, ...output }], next: event.next };
}

/** What the scripts of a workspace print, followed while somebody looks. */
export function logOf(workspaceId: WorkspaceId): PacedSource<WorkspaceLog> {
  let log = NO_LOG;
  return pacedSource(log, (take) => {
    const input = () => {
      const last = log.runs.at(-1);
      return last ? { workspaceId, from: { processId: last.processId, after: log.next } } : { workspaceId };
    };
    const onEvents = (events: readonly WorkspaceLogEvent[]) => {
      log = events.reduce(foldLog, log);
      take(log);
    };
    return watchFeed('workspaces.log', input, { onEvents });
  });
}
