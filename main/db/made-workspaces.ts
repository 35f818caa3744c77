import type { HostId, OwnerId, TemplateId, WorkspaceId } from '@shared/model/ids.ts';
import type { ScriptName, Template } from '@shared/model/template.ts';
import type { ApprovalMode, TrustAnswer, WorkspaceKind } from '@shared/model/workspace.ts';
import { toJson, toText } from './json.ts';
import { operation, type Tx } from './store.ts';

/** Whether it can be reached is not kept: the link tells. */
export type StoredState = 'provisioning' | 'running' | 'stopped' | 'failed' | 'removed';

/** A script as it was last run: its process is on the workspace's machine. */
export interface ScriptRun {
  readonly script: ScriptName;
  /** Of all scripts of the workspace, from 1. */
  readonly number: number;
  readonly processId: string;
  readonly startedAt: string;
}

/** What was made with it, as its machine has it. */
export interface MadeFacts {
  readonly repository: string | null;
  readonly base: string | null;
  readonly branch: string | null;
}

export interface NewWorkspace {
  readonly workspaceId: WorkspaceId;
  readonly ownerId: OwnerId;
  readonly kind: WorkspaceKind;
  readonly hostId: HostId | null;
  readonly machineId: string | null;
  readonly directory: string;
  readonly name: string;
  readonly mode: ApprovalMode;
  /** What the person said of the repository that it is a part of. */
  readonly trust: TrustAnswer;
  readonly template: Template;
  readonly parameters: Readonly<Record<string, string>>;
  /** The same key makes one workspace; null: each call its own. */
  readonly createKey: string | null;
}

type ById = { readonly workspaceId: WorkspaceId };

async function notify(tx: Tx, workspaceId: WorkspaceId): Promise<void> {
  await tx.query(`select pg_notify('workspace_update', json_build_object('workspaceId', $1::uuid)::text)`, [
    workspaceId,
  ]);
}

async function insert(
  tx: Tx,
  one: NewWorkspace & { state: StoredState; script: ScriptName | null; made: boolean },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into workspaces (id, owner_id, kind, host_id, machine_id, directory, name, mode, state, script,
       script_count, template, template_id, parameters, create_key, made, trust)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1, $11, $12, $13, $14, $15, $16)
     on conflict do nothing`,
    [
      one.workspaceId,
      one.ownerId,
      one.kind,
      one.hostId,
      one.machineId,
      toText(one.directory),
      toText(one.name),
      one.mode,
      one.state,
      one.script,
      toJson(one.template),
      one.template.id,
      toJson(one.parameters),
      one.createKey,
      one.made,
      one.trust,
    ],
  );
  if (rowCount > 0) await notify(tx, one.workspaceId);
  return rowCount > 0;
}

/** Null: another workspace has this directory. */
const createWorkspace = operation(
  'durable',
  async (tx: Tx, one: NewWorkspace): Promise<{ id: WorkspaceId; created: boolean } | null> => {
    if (await insert(tx, { ...one, state: 'provisioning', script: 'provision', made: true })) {
      return { id: one.workspaceId, created: true };
    }
    const { rows } = await tx.query<{ id: WorkspaceId }>(
      'select id from workspaces where create_key = $1',
      [one.createKey],
    );
    return rows[0] ? { id: rows[0].id, created: false } : null;
  },
);

/** One that its machine knows and this database does not. False: it is known, or its directory is another one's. */
const adoptWorkspace = operation(
  'durable',
  (tx: Tx, { facts, ...one }: NewWorkspace & { facts: MadeFacts }): Promise<boolean> =>
    insert(tx, { ...one, state: 'running', script: null, made: true }).then(async (is) => {
      if (is) await setFacts(tx, one.workspaceId, facts);
      return is;
    }),
);

async function setFacts(
  tx: Tx,
  workspaceId: WorkspaceId,
  { repository, base, branch }: MadeFacts,
): Promise<void> {
  await tx.query('update workspaces set repository = $2, base = $3, branch = $4 where id = $1', [
    workspaceId,
    repository,
    base,
    branch,
  ]);
}

/** The absolute path, known when the machine was reached. False: it is another one's. */
const setWorkspaceDirectory = operation(
  'durable',
  async (tx: Tx, { workspaceId, directory }: ById & { directory: string }): Promise<boolean> => {
    const { rowCount } = await tx.query(
      `update workspaces w set directory = $2 where id = $1 and not deleted and not exists (
         select 1 from workspaces o where o.id <> w.id and o.directory = $2 and not o.deleted
           and o.host_id is not distinct from w.host_id
           and coalesce(o.machine_id, '') = coalesce(w.machine_id, ''))`,
      [workspaceId, toText(directory)],
    );
    if (rowCount > 0) await notify(tx, workspaceId);
    return rowCount > 0;
  },
);

interface Begin extends ById {
  readonly script: ScriptName;
  /** It must be in one of them, with no script running. */
  readonly states: readonly StoredState[];
  readonly force: boolean;
}

/** The number of this script; null: not now. */
const beginScript = operation(
  'durable',
  async (tx: Tx, { workspaceId, script, states, force }: Begin): Promise<number | null> => {
    const { rows } = await tx.query<{ script_count: number }>(
      `update workspaces set script = $2, script_count = script_count + 1, force = $4, error = null
       where id = $1 and not deleted and script is null and state = any($3::text[])
       returning script_count`,
      [workspaceId, script, [...states], force],
    );
    const row = rows[0];
    if (row) await notify(tx, workspaceId);
    return row?.script_count ?? null;
  },
);

interface Again extends ById {
  readonly template: Template;
  readonly parameters: Readonly<Record<string, string>>;
}

/** One that could not be made is made once more. False: not now. */
const makeAgain = operation(
  'durable',
  async (tx: Tx, { workspaceId, template, parameters }: Again): Promise<boolean> => {
    const { rowCount } = await tx.query(
      `update workspaces set state = 'provisioning', script = 'provision', script_count = script_count + 1,
         force = false, error = null, template = $2, parameters = $3
       where id = $1 and not deleted and script is null and state = 'failed'`,
      [workspaceId, toJson(template), toJson(parameters)],
    );
    if (rowCount > 0) await notify(tx, workspaceId);
    return rowCount > 0;
  },
);

/** The process that runs a script; the last one of each is kept. */
const noteScriptRun = operation(
  'durable',
  async (tx: Tx, { workspaceId, run }: ById & { run: ScriptRun }): Promise<null> => {
    await tx.query(
      `update workspaces set runs = coalesce((
           select jsonb_agg(r) from jsonb_array_elements(runs) r where r ->> 'script' <> $2), '[]')
         || jsonb_build_array($3::jsonb)
       where id = $1 and not runs @> jsonb_build_array($3::jsonb)`,
      [workspaceId, run.script, toJson(run)],
    );
    await notify(tx, workspaceId);
    return null;
  },
);

interface End extends ById {
  readonly count: number;
  readonly state: StoredState;
  readonly error: string | null;
  readonly facts?: MadeFacts;
  /** Begins with the end of this one. */
  readonly next?: ScriptName;
  /** It is gone, and its row is only kept for the chats that worked there. */
  readonly deleted?: true;
}

/** False: this script was ended by somebody else. */
const endScript = operation('durable', async (tx: Tx, end: End): Promise<boolean> => {
  const { rowCount } = await tx.query(
    `update workspaces set script = $6, script_count = script_count + case when $6::text is null then 0 else 1 end,
       state = $3, error = $4, deleted = $5
     where id = $1 and script is not null and script_count = $2 and not deleted`,
    [
      end.workspaceId,
      end.count,
      end.state,
      end.error && toText(end.error),
      end.deleted ?? false,
      end.next ?? null,
    ],
  );
  if (rowCount === 0) return false;
  if (end.facts) await setFacts(tx, end.workspaceId, end.facts);
  await notify(tx, end.workspaceId);
  return true;
});

/** What its machine says, when no script runs: its directory is there, or is not. */
const setFoundState = operation(
  'durable',
  async (tx: Tx, { workspaceId, from, to }: ById & { from: readonly StoredState[]; to: StoredState }) => {
    const { rowCount } = await tx.query(
      `update workspaces set state = $3 where id = $1 and not deleted and script is null
         and state = any($2::text[])`,
      [workspaceId, [...from], to],
    );
    if (rowCount > 0) await notify(tx, workspaceId);
    return rowCount > 0;
  },
);

/** Only the entry in the list: one that Gaffer did not make, or that is not there any more. */
const forgetWorkspace = operation('durable', async (tx: Tx, { workspaceId }: ById): Promise<boolean> => {
  const { rowCount } = await tx.query(
    `update workspaces set deleted = true where id = $1 and not deleted and script is null`,
    [workspaceId],
  );
  if (rowCount > 0) await notify(tx, workspaceId);
  return rowCount > 0;
});

interface Uses {
  readonly templateId: TemplateId;
  readonly workspaces: number;
  readonly developers: number;
}

/** Of all owners: how often each template is used now. */
const countTemplateUses = operation('read', async (tx: Tx): Promise<readonly Uses[]> => {
  const { rows } = await tx.query<Uses>(
    `select template_id as "templateId", count(*)::int as workspaces,
       count(distinct owner_id)::int as developers
     from workspaces where not deleted and template_id is not null and state not in ('failed', 'removed')
     group by template_id`,
  );
  return rows;
});

/** Also those that were removed: what is known here is not adopted again. */
const loadKnownWorkspaces = operation(
  'read',
  async (
    tx: Tx,
    { workspaceIds }: { workspaceIds: readonly WorkspaceId[] },
  ): Promise<readonly WorkspaceId[]> => {
    const { rows } = await tx.query<{ id: WorkspaceId }>(
      'select id from workspaces where id = any($1::uuid[])',
      [[...workspaceIds]],
    );
    return rows.map(({ id }) => id);
  },
);

export const madeWorkspaceOperations = {
  createWorkspace,
  adoptWorkspace,
  setWorkspaceDirectory,
  makeAgain,
  beginScript,
  noteScriptRun,
  endScript,
  setFoundState,
  forgetWorkspace,
  countTemplateUses,
  loadKnownWorkspaces,
};
