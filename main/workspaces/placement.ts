import type { ContainerPlaces } from './container-places.ts';
import { elsewhere } from './elsewhere.ts';
import type { Place } from './place.ts';
import type { WorkspaceRecord } from './records.ts';
import type { SshPlaces } from './ssh-places.ts';

export interface PlacementDeps {
  readonly local: Place;
  readonly ssh: Pick<SshPlaces, 'placeOf'>;
  /** Absent: dev containers are not reached. */
  readonly containers?: Pick<ContainerPlaces, 'placeOf'>;
}

/** Where a workspace lies: `machine` has its directory and runs its scripts, `place` is where agents work. */
export interface Placement {
  readonly machine: Place;
  /** The machine, or a container on it. */
  readonly place: Place;
}

export function placementOf(record: WorkspaceRecord, { local, ssh, containers }: PlacementDeps): Placement {
  if (record.elsewhere) return { machine: elsewhere, place: elsewhere };
  const machine = record.host ? ssh.placeOf(record.host) : local;
  const place = record.kind === 'container' ? (containers?.placeOf(record, machine) ?? machine) : machine;
  return { machine, place };
}
