import type { ApprovalView } from '@shared/model/chat.ts';
import type { ChatId, OwnerId, RuleId, ToolKey, WorkspaceId } from '@shared/model/ids.ts';
import type { RuleExpiry, RuleKind, RuleScope, RuleText } from '@shared/model/rule.ts';
import { toText } from './json.ts';
import { operation, type Tx } from './store.ts';

/** A rule as the gate asks for it. */
export interface StoredRule {
  readonly id: RuleId;
  readonly kind: RuleKind;
  readonly text: string;
  readonly below: string;
}

/** A rule as Settings list it. */
export interface RuleRow extends StoredRule {
  readonly scope: RuleScope;
  readonly chat_title: string | null;
  readonly workspace: string | null;
  readonly host: string | null;
  readonly until_chat: string | null;
  readonly expires_at: string | null;
  readonly created_at: string;
  readonly uses: number;
  readonly last_used_at: string | null;
}

/** `r` is approval_rules. The database revokes what ends with a chat when that is archived. */
const IN_FORCE = `r.revoked_at is null and (r.expires_at is null or r.expires_at > now())`;

const ENDS: Readonly<Record<RuleExpiry, string | null>> = {
  chat: null,
  hour: '1 hour',
  day: '1 day',
  month: '30 days',
  never: null,
};

async function notify(tx: Tx): Promise<void> {
  await tx.query(`select pg_notify('settings_update', '{"key":"rules"}')`);
}

interface Where {
  readonly ownerId: OwnerId;
  /** The chat and those that it came from: what holds for a chat holds for the agents that it starts. */
  readonly chatIds: readonly ChatId[];
  readonly workspaceId: WorkspaceId | null;
}

/** What holds in one chat now. */
const loadRulesFor = operation('read', async (tx: Tx, where: Where): Promise<readonly StoredRule[]> => {
  const { rows } = await tx.query<StoredRule>(
    `select r.id, r.kind, r.text, r.below from approval_rules r
     where r.owner_id = $1 and ${IN_FORCE}
       and (r.scope = 'everywhere' or r.workspace_id = $2 or r.chat_id = any($3::uuid[]))
     order by r.created_at, r.id`,
    [where.ownerId, where.workspaceId, [...where.chatIds]],
  );
  return rows;
});

/** Newest first. */
const loadRules = operation(
  'read',
  async (tx: Tx, { ownerId }: { ownerId: OwnerId }): Promise<readonly RuleRow[]> => {
    const { rows } = await tx.query<RuleRow>(
      `select r.id, r.kind, r.text, r.below, r.scope, c.title as chat_title, w.name as workspace,
         h.target as host, u.title as until_chat, r.expires_at, r.created_at, r.uses, r.last_used_at
       from approval_rules r
         left join chats c on c.id = r.chat_id
         left join workspaces w on w.id = r.workspace_id
         left join hosts h on h.id = w.host_id
         left join chats u on u.id = r.until_chat_id
       where r.owner_id = $1 and ${IN_FORCE} order by r.created_at desc, r.id`,
      [ownerId],
    );
    return rows;
  },
);

interface NewRule {
  readonly ownerId: OwnerId;
  readonly chatId: ChatId;
  readonly key: ToolKey;
  /** Of what was shown: the rules are those that stood there. */
  readonly hash: string;
  readonly what: 'exact' | 'programs';
  readonly scope: RuleScope;
  readonly expiry: RuleExpiry;
}

/** False: the call does not ask any more, asks something else, or no such rule was offered with it. */
const addRules = operation('durable', async (tx: Tx, rule: NewRule): Promise<boolean> => {
  const { rows } = await tx.query<{ approval: ApprovalView; workspace_id: WorkspaceId | null }>(
    `select t.approval, c.workspace_id from chat_tool_calls t join chats c on c.id = t.chat_id
     where t.key = $1 and t.chat_id = $2 and c.owner_id = $3 and not c.archived and t.state = 'gated'
       and t.approval ->> 'hash' = $4`,
    [rule.key, rule.chatId, rule.ownerId, rule.hash],
  );
  const [call] = rows;
  const offers = call?.approval.rules;
  const texts = !offers ? [] : rule.what === 'exact' ? [offers.exact] : offers.programs;
  if (!call || texts.length === 0 || (rule.scope === 'workspace' && call.workspace_id === null))
    return false;
  for (const text of texts) await insert(tx, rule, text, call.workspace_id);
  await notify(tx);
  return true;
});

/** The same one in the same place gets the new end. */
async function insert(
  tx: Tx,
  { ownerId, chatId, scope, expiry }: NewRule,
  { kind, text, below }: RuleText,
  workspaceId: WorkspaceId | null,
): Promise<void> {
  await tx.query(
    `insert into approval_rules (owner_id, kind, text, below, scope, chat_id, workspace_id, until_chat_id, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, now() + $9::interval)
     on conflict (owner_id, kind, md5(text), below, scope,
         coalesce(chat_id, workspace_id, '00000000-0000-0000-0000-000000000000')) where revoked_at is null
     do update set until_chat_id = excluded.until_chat_id, expires_at = excluded.expires_at, created_at = now()`,
    [
      ownerId,
      kind,
      toText(text),
      toText(below),
      scope,
      scope === 'chat' ? chatId : null,
      scope === 'workspace' ? workspaceId : null,
      expiry === 'chat' ? chatId : null,
      ENDS[expiry],
    ],
  );
}

/** False: there is none, or it was revoked already. */
const revokeRule = operation(
  'durable',
  async (tx: Tx, { ownerId, ruleId }: { ownerId: OwnerId; ruleId: RuleId }): Promise<boolean> => {
    const { rowCount } = await tx.query(
      'update approval_rules set revoked_at = now() where id = $1 and owner_id = $2 and revoked_at is null',
      [ruleId, ownerId],
    );
    if (rowCount > 0) await notify(tx);
    return rowCount > 0;
  },
);

/** Counts that each of them let a call through. */
const countRuleUses = operation(
  'lazy',
  async (tx: Tx, { ids }: { ids: readonly RuleId[] }): Promise<null> => {
    await tx.query(
      'update approval_rules set uses = uses + 1, last_used_at = now() where id = any($1::uuid[])',
      [[...ids]],
    );
    await notify(tx);
    return null;
  },
);

export const ruleOperations = { loadRulesFor, loadRules, addRules, revokeRule, countRuleUses };
export type RuleOperations = typeof ruleOperations;
