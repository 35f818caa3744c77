import type { ChatId, RunnerId, WorkspaceId } from '@shared/model/ids.ts';
import type { WorkspaceConnection } from '../../workspaces/connection.ts';
import type { Entry } from '../../workspaces/entry.ts';
import type { WorkspaceMaker } from '../../workspaces/provision/workspace-maker.ts';
import type { HostRecord } from '../../workspaces/records.ts';
import type { ListDeps } from '../../workspaces/templates/list-templates.ts';
import type { TemplateShelf } from '../../workspaces/templates/template-shelf.ts';
import type { Tool } from '../define.ts';
import { createWorkspace } from './create-workspace.ts';
import { listTemplatesTool } from './list-templates.ts';
import { readTemplate } from './read-template.ts';
import { startWorkspace } from './start-workspace.ts';
import { stopWorkspace } from './stop-workspace.ts';

/** What the tools know of the chat that calls them. */
export interface ChatPlaces {
  /** Null: it works nowhere. */
  load(chatId: ChatId): Promise<WorkspaceId | null>;
  /** False: the chat was stopped, or works elsewhere by now. */
  set(change: {
    readonly chatId: ChatId;
    readonly runnerId: RunnerId;
    readonly from: WorkspaceId | null;
    readonly to: WorkspaceId;
  }): Promise<boolean>;
}

export interface WorkspaceToolsDeps extends ListDeps {
  readonly shelf: ListDeps['shelf'] & Pick<TemplateShelf, 'get'>;
  /** Null: workspaces cannot be made here. */
  readonly maker: Pick<WorkspaceMaker, 'create' | 'settled' | 'begin' | 'stop' | 'log'> | null;
  readonly workspaces: {
    find(id: WorkspaceId): Entry | undefined;
    /** Throws WorkspaceProblem. */
    connectionFor(id: WorkspaceId): Promise<WorkspaceConnection>;
  };
  loadHosts(): Promise<readonly HostRecord[]>;
  readonly chats: ChatPlaces;
}

/** How an agent gets a place to work (CHATD 8.1–8.5): for chats that a person started only. */
export function createWorkspaceTools(deps: WorkspaceToolsDeps): readonly Tool[] {
  return [
    listTemplatesTool(deps),
    readTemplate(deps),
    createWorkspace(deps),
    startWorkspace(deps),
    stopWorkspace(deps),
  ];
}
