import type { HostId, OwnerId, WorkspaceId } from '@shared/model/ids.ts';
import type { ScriptName, Template } from '@shared/model/template.ts';
import type { ApprovalMode, TrustAnswer, WorkspaceKind } from '@shared/model/workspace.ts';
import { invariant } from '@shared/util/invariant.ts';
import type { MadeFacts, ScriptRun, StoredState } from '../db/made-workspaces.ts';
import type { Store } from '../db/store.ts';
import type { HostRow, WorkspaceOperations, WorkspaceRow } from '../db/workspaces.ts';
import { parseTarget } from '../ssh/target.ts';

/** Kept where the target names none; the SSH configuration may say another one. */
const SSH_PORT = 22;

export interface HostRecord {
  readonly id: HostId;
  /** What people read and what identifies it: what they typed, a name of their SSH configuration or `user@host:port`. */
  readonly target: string;
  readonly identityFile: string | null;
  /** The person's ssh-agent may be used from there. */
  readonly forwardAgent: boolean;
}

/** How a workspace was made from a template, and what its scripts do now. */
export interface Making {
  /** As it was then. */
  readonly template: Template;
  readonly parameters: Readonly<Record<string, string>>;
  readonly state: StoredState;
  /** Begun, and without an end yet. */
  readonly script: ScriptName | null;
  /** Which one it is: a part of its key. */
  readonly scriptCount: number;
  /** The script that runs removes what would be lost, too. */
  readonly force: boolean;
  /** The last one of each. */
  readonly runs: readonly ScriptRun[];
  readonly error: string | null;
  readonly facts: MadeFacts;
  readonly createdAt: string;
  /** Of the call that made it. */
  readonly createKey: string | null;
}

export interface WorkspaceRecord {
  readonly id: WorkspaceId;
  readonly kind: WorkspaceKind;
  readonly name: string;
  readonly directory: string;
  /** Null: on this computer. */
  readonly host: HostRecord | null;
  /** On another one of the computers that share the database. */
  readonly elsewhere?: boolean;
  readonly mode: ApprovalMode;
  readonly trust: TrustAnswer;
  /** Null: a directory that was opened. */
  readonly making: Making | null;
}

/** What the registry keeps in the database. */
export interface WorkspaceRecords {
  /** Not deleted, last used first. */
  load(): Promise<readonly WorkspaceRecord[]>;
  /** The same place is the same record; `mode` only counts for a new one. */
  upsertLocal(place: NewPlace): Promise<WorkspaceRecord>;
  upsertSsh(place: NewPlace & { readonly host: HostRecord }): Promise<WorkspaceRecord>;
  /** The one opened first stands first. */
  loadHosts(): Promise<readonly HostRecord[]>;
  /** The same target is the same host; its key file is replaced. */
  upsertHost(host: Pick<HostRecord, 'target' | 'identityFile'>): Promise<HostRecord>;
  /** False: there is none. */
  setForwardAgent(id: HostId, forwardAgent: boolean): Promise<boolean>;
  /** False: there is none. */
  setMode(id: WorkspaceId, mode: ApprovalMode): Promise<boolean>;
  /** False: there is none. */
  setTrust(id: WorkspaceId, trust: TrustAnswer): Promise<boolean>;
}

export interface NewPlace {
  readonly directory: string;
  readonly name: string;
  readonly mode: ApprovalMode;
}

/** The records of one owner, over the database's operations. `machineId`: null when no other computer shares it. */
export function storedRecords(
  store: Pick<Store<WorkspaceOperations>, 'call'>,
  ownerId: OwnerId,
  machineId: string | null = null,
): WorkspaceRecords {
  async function load(): Promise<readonly WorkspaceRecord[]> {
    const [rows, hosts] = await Promise.all([
      store.call('loadWorkspaces', { ownerId }),
      store.call('loadHosts', { ownerId }),
    ]);
    return rows.map((row) => toRecord(row, hosts, machineId));
  }

  async function loadHosts(): Promise<readonly HostRecord[]> {
    return (await store.call('loadHosts', { ownerId })).map(toHost);
  }

  async function find(id: WorkspaceId): Promise<WorkspaceRecord> {
    const record = (await load()).find((one) => one.id === id);
    invariant(record, 'a workspace that was just saved is there');
    return record;
  }

  return {
    load,
    loadHosts,
    async upsertLocal({ directory, name, mode }) {
      return find(await store.call('upsertLocalWorkspace', { ownerId, machineId, directory, name, mode }));
    },
    async upsertSsh({ directory, name, mode, host }) {
      return find(
        await store.call('upsertSshWorkspace', { ownerId, hostId: host.id, directory, name, mode }),
      );
    },
    async upsertHost({ target, identityFile }) {
      const parts = parseTarget(target);
      invariant(parts.ok, 'a host that was reached has a name that can be read');
      const { hostname, username, port } = parts.value;
      const named = { hostname, username, port: port ?? SSH_PORT };
      const id = await store.call('upsertHost', { ownerId, target, ...named, identityFile });
      const host = (await loadHosts()).find((one) => one.id === id);
      invariant(host, 'a host that was just saved is there');
      return host;
    },
    setForwardAgent: (hostId, forwardAgent) => store.call('setForwardAgent', { hostId, forwardAgent }),
    setMode: (workspaceId, mode) => store.call('setWorkspaceMode', { workspaceId, mode }),
    setTrust: (workspaceId, trust) => store.call('setWorkspaceTrust', { workspaceId, trust }),
  };
}

function toRecord(row: WorkspaceRow, hosts: readonly HostRow[], machineId: string | null): WorkspaceRecord {
  const { id, kind, name, directory, mode, trust } = row;
  const host = hosts.find((one) => one.id === row.host_id);
  invariant(row.host_id === null || host, 'a workspace on a host has its host');
  const elsewhere = machineId !== null && row.machine_id !== null && row.machine_id !== machineId;
  return {
    id,
    kind,
    name,
    directory,
    mode,
    trust,
    host: host ? toHost(host) : null,
    elsewhere,
    making: makingOf(row),
  };
}

function makingOf(row: WorkspaceRow): Making | null {
  if (!row.template) return null;
  const { template, state, script, runs, error, force, repository, base, branch } = row;
  return {
    template,
    parameters: row.parameters ?? {},
    state,
    script,
    scriptCount: row.script_count,
    force,
    runs,
    error,
    facts: { repository, base, branch },
    createdAt: row.created_at,
    createKey: row.create_key,
  };
}

function toHost(row: HostRow): HostRecord {
  const { id, target, identity_file: identityFile, forward_agent: forwardAgent } = row;
  return { id, target, identityFile, forwardAgent };
}
