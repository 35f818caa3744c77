import type { ChatId } from '@shared/model/ids.ts';
import { err, ok, type Result } from '@shared/util/result.ts';
import type { Entry } from '../../workspaces/entry.ts';
import { type ToolAnswer, toolError } from '../define.ts';
import type { WorkspaceToolsDeps } from './workspace-tools.ts';

/** Looked up at each call, so that one that was replaced or restarted is found. */
export async function currentWorkspace(
  { chats, workspaces, maker }: Pick<WorkspaceToolsDeps, 'chats' | 'workspaces' | 'maker'>,
  chatId: ChatId,
): Promise<Result<Entry, ToolAnswer>> {
  if (!maker) return err(toolError('Workspaces cannot be started or stopped here.'));
  const id = await chats.load(chatId);
  if (id === null) return err(toolError('chat has no workspace; use create_workspace first'));
  const entry = workspaces.find(id);
  return entry
    ? ok(entry)
    : err(toolError('the workspace of this chat was removed; use create_workspace to make another one'));
}
