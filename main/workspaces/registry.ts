import type { OwnerId } from '@shared/model/ids.ts';
import type { HostConfig, RemoteHost } from '../agent-client/hosts.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Mask } from '../base/mask.ts';
import type { Store } from '../db/store.ts';
import type { WorkspaceOperations } from '../db/workspaces.ts';
import { createLocalPlace, type LocalHandle } from './local-place.ts';
import { storedRecords } from './records.ts';
import { createSshPlaces } from './ssh-places.ts';
import { WorkspaceList } from './workspace-list.ts';

export interface WorkspacesDeps {
  readonly store: Pick<Store<WorkspaceOperations>, 'call'>;
  /** Closed by its owner, after the workspaces. */
  readonly hosts: { host(config: HostConfig): RemoteHost };
  readonly startLocal: (signal: AbortSignal) => Promise<LocalHandle>;
  readonly clock: Clock;
  readonly log: Log;
  readonly mask: Mask;
  readonly ownerId: OwnerId;
  /** Null: no other computer shares the database. */
  readonly machineId?: string | null;
}

export type Workspaces = WorkspaceList;

/** Workspaces on this computer and on SSH hosts, over the database. Call `start` once before anything else. */
export function createWorkspaces(deps: WorkspacesDeps): Workspaces {
  const { store, hosts, startLocal, clock, log, mask, ownerId, machineId = null } = deps;
  const records = storedRecords(store, ownerId, machineId);
  const local = createLocalPlace(startLocal);
  const ssh = createSshPlaces({ hosts, records });
  return new WorkspaceList({ records, local, ssh, clock, log, mask, onClose: () => local.close() });
}
