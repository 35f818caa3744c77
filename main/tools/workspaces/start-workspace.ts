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
import { agentStatus, followLog, problemOf } from './wait-for-workspace.ts';
import type { WorkspaceToolsDeps } from './workspace-tools.ts';

/** Brings the chat's workspace back (CHATD 8.2). A repeat finds it running. */
export function startWorkspace(deps: WorkspaceToolsDeps): Tool {
  return defineTool({
    name: 'start_workspace',
    description:
      'Start the workspace of this chat, when a tool failed because it is stopped. Waits until it can be worked in.',
    effect: 'effect',
    rootOnly: true,
    waits: true,
    input: z.object({}),
    describe: () => ({ verb: 'Start', doing: 'Starting', subject: 'the workspace' }),
    access: () => ({ kind: 'provision', at: null }),
    run: (_input, context) => run(deps, context),
  });
}

async function run(deps: WorkspaceToolsDeps, context: ToolContext): Promise<ToolAnswer> {
  const current = await currentWorkspace(deps, context.chatId);
  if (!current.ok) return current.error;
  const { id, making } = current.value.record;
  if (making && making.script === null && making.state !== 'running') {
    const begun = await deps.maker?.begin(id);
    if (!begun?.ok) return toolError(begun?.error.message ?? problemOf(current.value));
  }
  const entry = making ? await followLog(deps, id, context) : current.value;
  if (!entry) return toolError('The workspace was removed.');
  const now = entry.record.making;
  if (now && now.state !== 'running') return toolError(problemOf(entry));
  const { agent_status, agent_error } = await agentStatus(deps, id, context);
  const message = agent_error ?? now?.error;
  return toolResult({
    started: true,
    workspace_name: entry.record.name,
    ...(agent_status ? { agent_status } : {}),
    ...(message ? { message } : {}),
  });
}
