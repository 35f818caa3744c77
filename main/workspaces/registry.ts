import type { OwnerId } from '@shared/model/ids.ts';
import type { HostConfig, RemoteHost } from '../agent-client/hosts.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Mask } from '../base/mask.ts';
import type { Random } from '../base/random.ts';
import type { Store } from '../db/store.ts';
import type { WorkspaceOperations } from '../db/workspaces.ts';
import type { ConfiguredHost } from '../ssh/config/list-configured-hosts.ts';
import type { Remembered } from '../ssh/remembered.ts';
import type { CommandRunner } from '../ssh/run-command.ts';
import { ContainerPlaces } from './container-places.ts';
import { HostList } from './host-list.ts';
import { createLocalPlace, type LocalHandle } from './local-place.ts';
import { createLocalWorks, type LocalWorks } from './local-work.ts';
import { createMakers, type Makers } from './provision/create-makers.ts';
import { storedRecords } from './records.ts';
import { SshPlaces } from './ssh-places.ts';
import { WorkspaceList } from './workspace-list.ts';

export interface PlacesDeps {
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
  readonly remembered: Remembered;
  readonly loadConfigured: () => Promise<readonly ConfiguredHost[]>;
  readonly random: Random;
  /** Runs programs on this computer; default: as its person would. */
  readonly run?: CommandRunner;
  /** The bundled agent on this computer, for containers. */
  readonly agentFile: string;
  /** Of the person's templates. */
  readonly templatesDir: string;
  /** Gaffer has made workspaces on this computer. */
  readonly hasLocalRecords: () => boolean;
}

export type Workspaces = WorkspaceList;

export interface Places extends Makers {
  readonly workspaces: Workspaces;
  readonly hostList: HostList;
  readonly localWorks: LocalWorks;
  start(): Promise<void>;
  close(): Promise<void>;
  /** Gives up what was begun for a target. */
  cancel(target: string): void;
}

/** Workspaces on this computer and on SSH hosts, over the database. Started before anything else. */
export function createPlaces(deps: PlacesDeps): Places {
  const { store, hosts, startLocal, clock, log, mask, ownerId, machineId = null } = deps;
  const records = storedRecords(store, ownerId, machineId);
  const local = createLocalPlace(startLocal, deps.run);
  const ssh = new SshPlaces({ hosts, records });
  const containers = new ContainerPlaces(deps);
  const workspaces = new WorkspaceList({
    records,
    local,
    ssh,
    containers,
    clock,
    log,
    mask,
    onClose: async () => {
      await containers.close();
      await local.close();
    },
  });
  const hostList = new HostList({ ...deps, records, ssh, workspaces });
  const localWorks = createLocalWorks({
    local,
    directories: () => workspaces.list().flatMap((one) => (one.hostId === null ? one.directory : [])),
    mask,
    clock,
  });
  const loadHosts = () => records.loadHosts();
  const makers = createMakers({ ...deps, machineId, list: workspaces, local, loadHosts });
  const { shelf, maker } = makers;
  return {
    ...makers,
    workspaces,
    hostList,
    localWorks,
    cancel: (target) => ssh.cancel(target),
    async start() {
      await Promise.all([workspaces.start(), shelf.start()]);
      await hostList.start();
      maker.start();
    },
    async close() {
      await maker.close();
      await shelf.close();
      await hostList.close();
      await workspaces.close();
    },
  };
}
