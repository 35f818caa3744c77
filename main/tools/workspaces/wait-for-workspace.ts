import type { WorkspaceId } from '@shared/model/ids.ts';
import { isAway } from '../../workspaces/away.ts';
import { WorkspaceProblem } from '../../workspaces/connection.ts';
import type { Entry } from '../../workspaces/entry.ts';
import type { ToolContext } from '../define.ts';
import type { WorkspaceToolsDeps } from './workspace-tools.ts';

/** The agent of a new workspace is waited for (CHATD 8.1). */
const AGENT_MS = 2 * 60_000;
const PING_MS = 5_000;
const AGAIN_MS = 2_000;
/** What a script prints is shown while it runs, up to here; the workspace's own view has all of it. */
const MOST_SHOWN = 256 * 1024;

/** How results name a workspace. */
export function nameOf({ record }: Entry) {
  return { workspace_name: record.name, workspace_id: record.id };
}

export function problemOf({ record: { name, making } }: Entry): string {
  const state = making?.state ?? 'gone';
  return `The workspace ${name} is ${state}.${making?.error ? `\n${making.error}` : ''}`;
}

/** Until no script of it runs, with what they print as deltas of the call's result. Null: it is gone. */
export async function followLog(
  { maker }: Pick<WorkspaceToolsDeps, 'maker'>,
  id: WorkspaceId,
  { signal, onDelta }: Pick<ToolContext, 'signal' | 'onDelta'>,
): Promise<Entry | null> {
  if (!maker) return null;
  const left = new AbortController();
  const until = AbortSignal.any([signal, left.signal]);
  const showing = onDelta ? show(maker.log(id, undefined, until), onDelta) : Promise.resolve();
  try {
    return await maker.settled(id, signal);
  } finally {
    left.abort();
    await showing.catch(() => undefined);
  }
}

async function show(
  log: ReturnType<NonNullable<WorkspaceToolsDeps['maker']>['log']>,
  onDelta: (text: string) => void,
): Promise<void> {
  let shown = 0;
  for await (const event of log) {
    if (event.type !== 'output' || shown > MOST_SHOWN) continue;
    shown += event.text.length;
    onDelta(event.text);
  }
}

/** Nothing when its agent answers; otherwise why not. Throws the signal's reason. */
export async function agentStatus(
  { workspaces }: Pick<WorkspaceToolsDeps, 'workspaces'>,
  id: WorkspaceId,
  { clock, signal }: Pick<ToolContext, 'clock' | 'signal'>,
): Promise<{ readonly agent_status?: 'not_ready' | 'no_agent'; readonly agent_error?: string }> {
  const until = clock.now() + AGENT_MS;
  for (;;) {
    try {
      const { client } = await workspaces.connectionFor(id);
      await client.hello({ signal: AbortSignal.any([signal, AbortSignal.timeout(PING_MS)]) });
      return {};
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof WorkspaceProblem && error.code === 'no-agent') {
        return { agent_status: 'no_agent', agent_error: error.message };
      }
      const timedOut = error instanceof DOMException && error.name === 'TimeoutError';
      if (!timedOut && !isAway(error) && !(error instanceof WorkspaceProblem)) throw error;
      const message = error instanceof Error ? error.message : String(error);
      if (error instanceof WorkspaceProblem || clock.now() >= until) {
        return { agent_status: 'not_ready', agent_error: message };
      }
    }
    await clock.sleep(AGAIN_MS, signal);
  }
}
