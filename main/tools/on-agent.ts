import { type KeyedCall, LinkDown } from '../agent-client/client.ts';
import type { WorkspaceConnection } from '../workspaces/connection.ts';
import type { ToolAnswer, ToolContext } from './define.ts';
import { bounded } from './link-clock.ts';

/** One request to the agent, while the link is up. Commands have limits of their own. */
export const REQUEST_LIMIT_MS = 2 * 60_000;

/** Runs `work` against the workspace of the call, bounded in time. */
export async function onAgent(
  context: ToolContext,
  work: (connection: WorkspaceConnection, call: KeyedCall) => Promise<ToolAnswer>,
): Promise<ToolAnswer> {
  const connection = await context.connect();
  const { clock, signal, chatId, key } = context;
  const answer = await bounded(
    { clock, signal, link: connection.link, limitMs: REQUEST_LIMIT_MS },
    (within) => work(connection, { chatId, key, signal: within, outlasts: 'when-left' }),
  );
  if (answer.kind === 'timeout') throw new LinkDown('The workspace did not answer in time.');
  return answer.value;
}
