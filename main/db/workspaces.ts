import type { HostId, OwnerId, TemplateId, WorkspaceId } from '@shared/model/ids.ts';
import type { ScriptName, Template } from '@shared/model/template.ts';
import type { ApprovalMode, TrustAnswer, WorkspaceKind } from '@shared/model/workspace.ts';
import { invariant } from '@shared/util/invariant.ts';
import { toText } from './json.ts';
import { madeWorkspaceOperations, type ScriptRun, type StoredState } from './made-workspaces.ts';
import { operation, type Tx } from './store.ts';

export interface WorkspaceRow {
  readonly id: WorkspaceId;
  readonly kind: WorkspaceKind;
  readonly name: string;
  readonly directory: string;
  readonly host_id: HostId | null;
  /** Whose folder a local one is; null: of the only computer that there is. */
  readonly machine_id: string | null;
  readonly mode: ApprovalMode;
  readonly trust: TrustAnswer;
  readonly state: StoredState;
  readonly script: ScriptName | null;
  readonly script_count: number;
  readonly force: boolean;
  readonly runs: readonly ScriptRun[];
  readonly error: string | null;
  readonly template: Template | null;
  readonly template_id: TemplateId | null;
  readonly parameters: Readonly<Record<string, string>> | null;
  readonly made: boolean;
  readonly create_key: string | null;
  readonly repository: string | null;
  readonly base: string | null;
  readonly branch: string | null;
  readonly created_at: string;
  readonly last_used_at: string;
}

export interface HostRow {
  readonly id: HostId;
  readonly target: string;
  readonly hostname: string;
  readonly port: number;
  readonly username: string | null;
  readonly identity_file: string | null;
  readonly forward_agent: boolean;
}

const COLUMNS = `id, kind, name, directory, host_id, machine_id, mode, trust, state, script, script_count, force, runs,
  error, template, template_id, parameters, made, repository, base, branch, created_at, create_key, last_used_at`;
const HOST_COLUMNS = 'id, target, hostname, port, username, identity_file, forward_agent';

type ById = { readonly workspaceId: WorkspaceId };

async function notify(tx: Tx, workspaceId: WorkspaceId | null): Promise<void> {
  await tx.query(`select pg_notify('workspace_update', json_build_object('workspaceId', $1::uuid)::text)`, [
    workspaceId,
  ]);
}

/** Latest used first. */
const loadWorkspaces = operation(
  'read',
  async (tx: Tx, { ownerId }: { ownerId: OwnerId }): Promise<readonly WorkspaceRow[]> => {
    const { rows } = await tx.query<WorkspaceRow>(
      `select ${COLUMNS} from workspaces where owner_id = $1 and not deleted order by last_used_at desc, id`,
      [ownerId],
    );
    return rows;
  },
);

interface Place {
  readonly ownerId: OwnerId;
  readonly kind: WorkspaceKind;
  readonly hostId: HostId | null;
  readonly machineId: string | null;
  readonly directory: string;
  readonly name: string;
  /** Of a new one; one that exists keeps its own. */
  readonly mode: ApprovalMode;
}

/** The same place is the same workspace. */
async function upsert(tx: Tx, place: Place): Promise<WorkspaceId> {
  const { rows } = await tx.query<{ id: WorkspaceId }>(
    `insert into workspaces (owner_id, kind, host_id, machine_id, directory, name, mode)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (kind, coalesce(host_id, '00000000-0000-0000-0000-000000000000'), coalesce(machine_id, ''), directory)
       where not deleted
     do update set last_used_at = now(), name = excluded.name returning id`,
    [
      place.ownerId,
      place.kind,
      place.hostId,
      place.machineId,
      toText(place.directory),
      toText(place.name),
      place.mode,
    ],
  );
  const row = rows[0];
  invariant(row, 'an upsert returns its row');
  await notify(tx, row.id);
  return row.id;
}

type NewLocal = Pick<Place, 'ownerId' | 'directory' | 'name' | 'mode'>;

/** `machineId`: of this computer, where several share the database. */
const upsertLocalWorkspace = operation(
  'durable',
  (tx: Tx, args: NewLocal & { machineId?: string | null }) =>
    upsert(tx, { machineId: null, ...args, kind: 'local', hostId: null }),
);

const upsertSshWorkspace = operation('durable', (tx: Tx, args: NewLocal & { hostId: HostId }) =>
  upsert(tx, { ...args, kind: 'ssh', machineId: null }),
);

interface NewHost {
  readonly ownerId: OwnerId;
  /** What the person typed; one host each. */
  readonly target: string;
  readonly hostname: string;
  readonly port: number;
  readonly username: string | null;
  readonly identityFile: string | null;
}

const upsertHost = operation('durable', async (tx: Tx, host: NewHost): Promise<HostId> => {
  const { rows } = await tx.query<{ id: HostId }>(
    `insert into hosts (owner_id, target, hostname, port, username, identity_file) values ($1, $2, $3, $4, $5, $6)
     on conflict (target) do update set hostname = excluded.hostname, port = excluded.port,
       username = excluded.username, identity_file = excluded.identity_file returning id`,
    [host.ownerId, toText(host.target), toText(host.hostname), host.port, host.username, host.identityFile],
  );
  const row = rows[0];
  invariant(row, 'an upsert returns its row');
  await notify(tx, null);
  return row.id;
});

/** False: there is no such host. */
const setForwardAgent = operation(
  'durable',
  async (tx: Tx, { hostId, forwardAgent }: { hostId: HostId; forwardAgent: boolean }): Promise<boolean> => {
    const { rowCount } = await tx.query('update hosts set forward_agent = $2 where id = $1', [
      hostId,
      forwardAgent,
    ]);
    if (rowCount > 0) await notify(tx, null);
    return rowCount > 0;
  },
);

/** False: there is no such workspace. */
const setWorkspaceMode = operation(
  'durable',
  async (tx: Tx, { workspaceId, mode }: ById & { mode: ApprovalMode }): Promise<boolean> => {
    const { rowCount } = await tx.query('update workspaces set mode = $2 where id = $1 and not deleted', [
      workspaceId,
      mode,
    ]);
    if (rowCount > 0) await notify(tx, workspaceId);
    return rowCount > 0;
  },
);

/** False: there is no such workspace. */
const setWorkspaceTrust = operation(
  'durable',
  async (tx: Tx, { workspaceId, trust }: ById & { trust: TrustAnswer }): Promise<boolean> => {
    const { rowCount } = await tx.query('update workspaces set trust = $2 where id = $1 and not deleted', [
      workspaceId,
      trust,
    ]);
    if (rowCount > 0) await notify(tx, workspaceId);
    return rowCount > 0;
  },
);

/** Moves it to the front of the list. */
const touchWorkspace = operation('lazy', async (tx: Tx, { workspaceId }: ById): Promise<null> => {
  await tx.query('update workspaces set last_used_at = now() where id = $1', [workspaceId]);
  await notify(tx, workspaceId);
  return null;
});

const loadHosts = operation(
  'read',
  async (tx: Tx, { ownerId }: { ownerId: OwnerId }): Promise<readonly HostRow[]> => {
    const { rows } = await tx.query<HostRow>(
      `select ${HOST_COLUMNS} from hosts where owner_id = $1 order by created_at, id`,
      [ownerId],
    );
    return rows;
  },
);

export const workspaceOperations = {
  loadWorkspaces,
  upsertLocalWorkspace,
  upsertSshWorkspace,
  upsertHost,
  setForwardAgent,
  setWorkspaceMode,
  setWorkspaceTrust,
  touchWorkspace,
  loadHosts,
  ...madeWorkspaceOperations,
};
export type WorkspaceOperations = typeof workspaceOperations;
