import type { HostId, WorkspaceId } from '@shared/model/ids.ts';
import type { ApprovalMode } from '@shared/model/workspace.ts';

export interface HostRecord {
  readonly id: HostId;
  /** What people read and what identifies it: `user@host`, with the port when it is not 22. */
  readonly target: string;
  readonly identityFile: string | null;
}

export interface WorkspaceRecord {
  readonly id: WorkspaceId;
  readonly name: string;
  readonly directory: string;
  /** Null: on this computer. */
  readonly host: HostRecord | null;
  readonly mode: ApprovalMode;
}

/** What the registry keeps in the database. */
export interface WorkspaceRecords {
  /** Not deleted, last used first. */
  load(): Promise<readonly WorkspaceRecord[]>;
  /** The same place is the same record; `mode` only counts for a new one. */
  upsertLocal(place: NewPlace): Promise<WorkspaceRecord>;
  upsertSsh(place: NewPlace & { readonly host: HostRecord }): Promise<WorkspaceRecord>;
  /** The same target is the same host; its key file is replaced. */
  upsertHost(host: Omit<HostRecord, 'id'>): Promise<HostRecord>;
  /** False: there is none. */
  setMode(id: WorkspaceId, mode: ApprovalMode): Promise<boolean>;
}

export interface NewPlace {
  readonly directory: string;
  readonly name: string;
  readonly mode: ApprovalMode;
}
