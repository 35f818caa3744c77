import type { WorkspaceLogEvent } from '@shared/contract/workspaces.ts';
import type { AgentClient } from '../../agent-client/client.ts';
import type { Clock } from '../../base/clock.ts';
import type { Mask } from '../../base/mask.ts';
import type { ScriptRun } from '../../db/made-workspaces.ts';
import { maskOutput } from '../mask-output.ts';
import type { Making } from '../records.ts';
import { watchProcess } from '../watch-process.ts';

/** Of a script that has run for long, what is shown at first. */
const TAIL_BYTES = 1024 * 1024;

export interface WatchedLog {
  /** What is known of the workspace now, and again at each change; ends when it is gone. */
  watch(signal: AbortSignal): AsyncIterable<Making | null>;
  connect(): Promise<AgentClient>;
  readonly clock: Clock;
  readonly mask: Mask;
  readonly from?: { readonly processId: string; readonly after: number } | undefined;
}

/** What the scripts of a workspace print, the last one first, then each later one from its start. */
export async function* watchLog(log: WatchedLog, signal: AbortSignal): AsyncGenerator<WorkspaceLogEvent> {
  let shown = 0;
  for await (const making of log.watch(signal)) {
    if (!making) return;
    for (const run of wanted(making.runs, shown, log.from?.processId ?? null)) {
      const { script, processId, startedAt } = run;
      const goesOn = log.from?.processId === processId;
      if (!goesOn) yield { type: 'script', script, processId, startedAt };
      const after = goesOn && log.from ? log.from.after : shown === 0 ? -TAIL_BYTES : 0;
      const { connect, clock } = log;
      yield* maskOutput(watchProcess({ connect, clock, processId, after }, signal), log.mask);
      shown = run.number;
    }
  }
}

/** Later than what was shown; at first the one to go on with and those after it, or only the last. */
function wanted(runs: readonly ScriptRun[], shown: number, from: string | null): readonly ScriptRun[] {
  const inOrder = runs.toSorted((a, b) => a.number - b.number);
  if (shown > 0) return inOrder.filter(({ number }) => number > shown);
  const first = inOrder.findIndex(({ processId }) => processId === from);
  return first >= 0 ? inOrder.slice(first) : inOrder.slice(-1);
}
