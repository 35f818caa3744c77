import type { ChatDiffStatus, ChecksState, ForgeKind, PullState } from '@shared/model/git.ts';
import type { ChatId, GitAccountId, OwnerId, WorkspaceId } from '@shared/model/ids.ts';
import { toText } from './json.ts';
import { operation, type Tx } from './store.ts';

export interface GitAccountRow {
  readonly id: GitAccountId;
  readonly kind: ForgeKind;
  readonly host: string;
  readonly api_base: string;
}

export interface GitUseRow {
  readonly host: string;
  readonly machine: string;
  readonly machine_name: string;
  readonly allowed: boolean;
}

type Mine = { readonly ownerId: OwnerId };

async function notify(tx: Tx): Promise<void> {
  await tx.query(`select pg_notify('settings_update', '{"key":"git"}')`);
}

const loadGitAccounts = operation('read', async (tx: Tx, { ownerId }: Mine) => {
  const accounts = await tx.query<GitAccountRow>(
    'select id, kind, host, api_base from git_accounts where owner_id = $1 order by created_at, id',
    [ownerId],
  );
  const uses = await tx.query<GitUseRow>(
    'select host, machine, machine_name, allowed from git_uses where owner_id = $1 order by created_at, machine',
    [ownerId],
  );
  return { accounts: accounts.rows, uses: uses.rows };
});

/** Null: there is one for this host. */
const addGitAccount = operation(
  'durable',
  async (
    tx: Tx,
    { ownerId, kind, host, apiBase }: Mine & { kind: ForgeKind; host: string; apiBase: string },
  ): Promise<GitAccountId | null> => {
    const { rows } = await tx.query<{ id: GitAccountId }>(
      `insert into git_accounts (owner_id, kind, host, api_base) values ($1, $2, $3, $4)
       on conflict (owner_id, host) do nothing returning id`,
      [ownerId, kind, toText(host), toText(apiBase)],
    );
    await notify(tx);
    return rows[0]?.id ?? null;
  },
);

/** What was said about its token goes with it. False: there is none. */
const removeGitAccount = operation(
  'durable',
  async (tx: Tx, { ownerId, accountId }: Mine & { accountId: GitAccountId }): Promise<boolean> => {
    const { rows } = await tx.query<{ host: string }>(
      'delete from git_accounts where id = $1 and owner_id = $2 returning host',
      [accountId, ownerId],
    );
    const [gone] = rows;
    if (gone) await forget(tx, ownerId, gone.host);
    return gone !== undefined;
  },
);

const setGitUse = operation(
  'durable',
  async (
    tx: Tx,
    use: Mine & { host: string; machine: string; machineName: string; allowed: boolean },
  ): Promise<null> => {
    await tx.query(
      `insert into git_uses (owner_id, host, machine, machine_name, allowed) values ($1, $2, $3, $4, $5)
       on conflict (owner_id, host, machine) do update set allowed = excluded.allowed,
         machine_name = excluded.machine_name, created_at = now()`,
      [use.ownerId, toText(use.host), toText(use.machine), toText(use.machineName), use.allowed],
    );
    await notify(tx);
    return null;
  },
);

const forgetGitUses = operation(
  'durable',
  async (tx: Tx, { ownerId, host }: Mine & { host: string }): Promise<null> => {
    await forget(tx, ownerId, host);
    return null;
  },
);

async function forget(tx: Tx, ownerId: OwnerId, host: string): Promise<void> {
  await tx.query('delete from git_uses where owner_id = $1 and host = $2', [ownerId, host]);
  await notify(tx);
}

interface GitRef extends Mine {
  /** Null: every chat of the workspaces. */
  readonly chatId: ChatId | null;
  /** A chat of another one has nothing to do with it. */
  readonly workspaceIds: readonly WorkspaceId[];
  readonly directory: string;
  /** Empty: what is stored stays. */
  readonly branch: string;
  readonly origin: string;
}

/** What was known of a pull request goes when the branch is another one. Answers whom it concerns. */
const storeChatGitRef = operation('lazy', async (tx: Tx, ref: GitRef): Promise<readonly ChatId[]> => {
  const moved = `(excluded.git_branch not in ('', d.git_branch)
    or excluded.git_remote_origin not in ('', d.git_remote_origin))`;
  const { rows } = await tx.query<{ chat_id: ChatId }>(
    `insert into chat_diff_statuses as d (chat_id, git_branch, git_remote_origin, git_directory, stale_at)
     select c.id, $4, $5, $6, now() - interval '1 second' from chats c
     where c.owner_id = $1 and c.workspace_id = any($2::uuid[]) and ($3::uuid is null or c.id = $3)
       and not c.archived
     on conflict (chat_id) do update set
       git_branch = coalesce(nullif(excluded.git_branch, ''), d.git_branch),
       git_remote_origin = coalesce(nullif(excluded.git_remote_origin, ''), d.git_remote_origin),
       git_directory = excluded.git_directory, stale_at = excluded.stale_at, updated_at = now(),
       url = case when ${moved} then null else d.url end,
       pull_request_number = case when ${moved} then null else d.pull_request_number end,
       pull_request_state = case when ${moved} then null else d.pull_request_state end,
       changes_requested = d.changes_requested and not ${moved},
       checks = case when ${moved} then 'none' else d.checks end
     returning d.chat_id`,
    [
      ref.ownerId,
      [...ref.workspaceIds],
      ref.chatId,
      toText(ref.branch),
      toText(ref.origin),
      toText(ref.directory),
    ],
  );
  const ids = rows.map((row) => row.chat_id);
  await tell(tx, ids);
  return ids;
});

/** A status with what is needed to look it up again. */
export interface DiffStatusRow extends ChatDiffStatus {
  readonly git_directory: string;
  readonly workspace_id: WorkspaceId | null;
}

const STATUS = `d.chat_id, d.url, d.pull_request_number, d.pull_request_state, d.changes_requested, d.checks,
  d.additions, d.deletions, d.changed_files, d.git_branch, d.git_remote_origin, d.refreshed_at, d.stale_at,
  d.git_directory, c.workspace_id`;

const loadDiffStatus = operation(
  'read',
  async (tx: Tx, { ownerId, chatId }: Mine & { chatId: ChatId }): Promise<DiffStatusRow | null> => {
    const { rows } = await tx.query<DiffStatusRow>(
      `select ${STATUS} from chat_diff_statuses d join chats c on c.id = d.chat_id
       where d.chat_id = $2 and c.owner_id = $1`,
      [ownerId, chatId],
    );
    return rows[0] ?? null;
  },
);

const loadDiffStatuses = operation(
  'read',
  async (tx: Tx, { ownerId }: Mine): Promise<readonly DiffStatusRow[]> => {
    const { rows } = await tx.query<DiffStatusRow>(
      `select ${STATUS} from chat_diff_statuses d join chats c on c.id = d.chat_id
       where c.owner_id = $1 and not c.archived`,
      [ownerId],
    );
    return rows;
  },
);

export interface DiffFacts {
  readonly url: string | null;
  readonly number: number | null;
  readonly state: PullState | null;
  readonly changesRequested: boolean;
  readonly checks: ChecksState;
  readonly additions: number;
  readonly deletions: number;
  readonly changedFiles: number;
}

interface Refreshed {
  readonly chatId: ChatId;
  /** What was looked up; a chat that has moved on since keeps what it has. */
  readonly branch: string;
  readonly origin: string;
  readonly facts: DiffFacts;
  /** Null: it was never asked at its forge. */
  readonly at: string | null;
  readonly staleAt: string;
}

const saveDiffStatus = operation('lazy', async (tx: Tx, one: Refreshed): Promise<null> => {
  const { facts } = one;
  const { rowCount } = await tx.query(
    `update chat_diff_statuses set url = $4, pull_request_number = $5, pull_request_state = $6,
       changes_requested = $7, checks = $8, additions = $9, deletions = $10, changed_files = $11,
       refreshed_at = $12, stale_at = $13, updated_at = now()
     where chat_id = $1 and git_branch = $2 and git_remote_origin = $3`,
    [
      one.chatId,
      one.branch,
      one.origin,
      facts.url,
      facts.number,
      facts.state,
      facts.changesRequested,
      facts.checks,
      facts.additions,
      facts.deletions,
      facts.changedFiles,
      one.at,
      one.staleAt,
    ],
  );
  if (rowCount > 0) await tell(tx, [one.chatId]);
  return null;
});

/** It could not be looked up: not again before then. */
const postponeDiffStatus = operation(
  'lazy',
  async (tx: Tx, { chatId, staleAt }: { chatId: ChatId; staleAt: string }): Promise<null> => {
    await tx.query('update chat_diff_statuses set stale_at = $2, updated_at = now() where chat_id = $1', [
      chatId,
      staleAt,
    ]);
    return null;
  },
);

async function tell(tx: Tx, chatIds: readonly ChatId[]): Promise<void> {
  await tx.query(
    `select pg_notify('chat_watch', json_build_object('kind', 'diff_status_change', 'chatId', c.id,
       'parentChatId', c.parent_chat_id)::text) from chats c where c.id = any($1::uuid[])`,
    [[...chatIds]],
  );
}

export const gitOperations = {
  loadGitAccounts,
  addGitAccount,
  removeGitAccount,
  setGitUse,
  forgetGitUses,
  storeChatGitRef,
  loadDiffStatus,
  loadDiffStatuses,
  saveDiffStatus,
  postponeDiffStatus,
};
export type GitOperations = typeof gitOperations;
