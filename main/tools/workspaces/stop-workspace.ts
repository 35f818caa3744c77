import { z } from 'zod';
import {
  defineTool,
  type Tool,
  type ToolAnswer,
  type ToolContext,
  toolError,
  toolResult,
} from '../define.ts';
import { currentWorkspace } from './current-workspace.ts';
import { followLog, problemOf } from './wait-for-workspace.ts';
import type { WorkspaceToolsDeps } from './workspace-tools.ts';

/** A repeat finds it stopped. */
export function stopWorkspace(deps: WorkspaceToolsDeps): Tool {
  return defineTool({
    name: 'stop_workspace',
    description:
      'Stop the workspace of this chat, when it is not needed for a while. Its files stay; start_workspace brings it back.',
    effect: 'effect',
    rootOnly: true,
    waits: true,
    input: z.object({}),
    describe: () => ({ verb: 'Stop', doing: 'Stopping', subject: 'the workspace' }),
    access: () => ({ kind: 'provision', at: null }),
    run: (_input, context) => run(deps, context),
  });
}

async function run(deps: WorkspaceToolsDeps, context: ToolContext): Promise<ToolAnswer> {
  const current = await currentWorkspace(deps, context.chatId);
  if (!current.ok) return current.error;
  const { id, making } = current.value.record;
  if (making?.state !== 'stopped' && making?.script !== 'stop') {
    const begun = await deps.maker?.stop(id);
    if (!begun?.ok) return toolError(begun?.error.message ?? problemOf(current.value));
  }
  const entry = await followLog(deps, id, context);
  if (!entry) return toolError('The workspace was removed.');
  if (entry.record.making?.state !== 'stopped') return toolError(problemOf(entry));
  return toolResult({ stopped: true, workspace_name: entry.record.name });
}
