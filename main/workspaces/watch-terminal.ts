import type { TerminalList, TerminalOutput } from '@shared/agent-protocol/terminals.ts';
import type { TerminalEvent } from '@shared/contract/terminals.ts';
import { asId, type TerminalId } from '@shared/model/ids.ts';
import type { TerminalSummary } from '@shared/model/terminal.ts';
import { AgentError, LinkDown } from '../agent-client/client.ts';
import type { Clock } from '../base/clock.ts';
import { LinkFault } from '../ssh/fault.ts';
import { type WorkspaceConnection, WorkspaceProblem } from './connection.ts';

/** After a broken link, and after an empty answer that should have waited. */
const PAUSE_MS = 1_000;

export interface TerminalPlace {
  connect(): Promise<WorkspaceConnection>;
  readonly clock: Clock;
}

/** The list now, and again at each change. A broken link is waited out. */
export async function* watchTerminals(
  place: TerminalPlace,
  signal: AbortSignal,
): AsyncGenerator<readonly TerminalSummary[]> {
  let revision: string | null = null;
  while (!signal.aborted) {
    const after: string | null = revision;
    const list: TerminalList | 'later' | 'gone' = await ask(place, signal, ({ client, directory }) =>
      client.listTerminals(directory, after, { signal }),
    );
    if (list === 'later') revision = null;
    else if (list === 'gone') return;
    else if (list.revision === after) await pause(place.clock, signal);
    else {
      revision = list.revision;
      yield list.terminals.map((info) => ({
        id: asId<TerminalId>(info.id),
        title: info.title,
        directory: info.cwd,
        cols: info.cols,
        rows: info.rows,
        state: info.state,
        exitCode: info.exit_code,
        startedAt: new Date(info.started_at_unix * 1000).toISOString(),
      }));
    }
  }
}

/** What a terminal wrote from `after` on, until it ended and all was read. A broken link is waited out. */
export async function* watchTerminal(
  place: TerminalPlace,
  { terminalId, after }: { readonly terminalId: string; readonly after: number },
  signal: AbortSignal,
): AsyncGenerator<TerminalEvent> {
  let cursor = after;
  let attached = false;
  while (!signal.aborted) {
    const from = cursor;
    const wait = attached;
    const output = await ask(place, signal, ({ client }) =>
      client.terminalOutput(terminalId, from, wait, { signal }),
    );
    if (output === 'later') continue;
    if (output === 'gone') return yield { type: 'end', state: 'lost', exitCode: null };
    if (!attached) yield { type: 'attached', total: output.total };
    const isEmpty = output.data === '';
    if (!isEmpty) yield eventOf(output, cursor);
    cursor = output.next;
    if (isEmpty && output.state !== 'running')
      return yield { type: 'end', state: output.state, exitCode: output.exit_code };
    if (isEmpty && attached) await pause(place.clock, signal);
    attached = true;
  }
}

function eventOf({ data, start, next }: TerminalOutput, cursor: number): TerminalEvent {
  // A small Buffer is a view on a shared one, which would travel whole.
  const bytes = new Uint8Array(Buffer.from(data, 'base64'));
  return { type: 'output', bytes, next, skipped: Math.max(0, start - cursor) };
}

type Run<T> = (connection: WorkspaceConnection) => Promise<T>;

/** `gone`: asking again is of no use. */
async function ask<T>(
  place: TerminalPlace,
  signal: AbortSignal,
  run: Run<T>,
): Promise<T | 'later' | 'gone'> {
  try {
    return await run(await place.connect());
  } catch (error) {
    if (signal.aborted) return 'later';
    if (error instanceof AgentError && error.code === 'not-found') return 'gone';
    if (error instanceof WorkspaceProblem && (error.code === 'deleted' || error.code === 'no-workspace'))
      return 'gone';
    const isAway =
      error instanceof LinkDown || error instanceof LinkFault || error instanceof WorkspaceProblem;
    if (!isAway) throw error;
    await pause(place.clock, signal);
    return 'later';
  }
}

/** Waits a moment; an abort only ends the wait. */
async function pause(clock: Clock, signal: AbortSignal): Promise<void> {
  await clock.sleep(PAUSE_MS, signal).catch(() => undefined);
}
