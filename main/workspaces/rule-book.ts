import type { ChatId, OwnerId, RuleId, WorkspaceId } from '@shared/model/ids.ts';
import type { ApprovalRule } from '@shared/model/rule.ts';
import { createBroadcast } from '../base/broadcast.ts';
import { errorFields, type Log } from '../base/log.ts';
import type { RuleOperations, RuleRow, StoredRule } from '../db/rules.ts';
import type { ArgsOf, Store } from '../db/store.ts';
import { whyOf } from './command-rules.ts';

/** The chat that a call is of. */
export interface RuledChat {
  readonly id: ChatId;
  readonly parentChatId: ChatId | null;
  readonly rootChatId: ChatId | null;
  readonly workspaceId: WorkspaceId | null;
}

export type NewRule = Omit<ArgsOf<RuleOperations['addRules']>, 'ownerId'>;

/** What the person lets through from now on. */
export interface RuleBook {
  /** Those that hold in a chat now. */
  loadFor(chat: RuledChat): Promise<readonly StoredRule[]>;
  /** They let a call through. Counted in the background. */
  used(ids: readonly RuleId[]): void;
  /** False: what was shown asks no more, or no such rule was offered with it. */
  add(rule: NewRule): Promise<boolean>;
  revoke(ruleId: RuleId): Promise<boolean>;
  /** All that are in force, and again after each change. */
  watch(signal: AbortSignal): AsyncIterable<readonly ApprovalRule[]>;
  /** Ends the watches and waits for what is being counted. */
  close(): Promise<void>;
}

export function createRuleBook(
  store: Pick<Store<RuleOperations>, 'call' | 'onHint'>,
  ownerId: OwnerId,
  log: Log,
): RuleBook {
  const changes = createBroadcast<null>();
  const closing = new AbortController();
  const counting = new Set<Promise<unknown>>();
  const stop = store.onHint(({ channel, payload }) => {
    if (channel === 'hints_lost' || payload['key'] === 'rules') changes.send(null);
  });
  const load = async () => (await store.call('loadRules', { ownerId })).map(toRule);
  return {
    loadFor({ id, parentChatId, rootChatId, workspaceId }) {
      const chatIds = [id, parentChatId, rootChatId].filter((one) => one !== null);
      return store.call('loadRulesFor', { ownerId, workspaceId, chatIds });
    },
    used(ids) {
      if (ids.length === 0) return;
      const task = store
        .call('countRuleUses', { ids })
        .catch((error: unknown) => log.warn('a use of a rule was not counted', errorFields(error)))
        .finally(() => counting.delete(task));
      counting.add(task);
    },
    add: (rule) => store.call('addRules', { ownerId, ...rule }),
    revoke: (ruleId) => store.call('revokeRule', { ownerId, ruleId }),
    async *watch(signal) {
      const left = new AbortController();
      const until = AbortSignal.any([signal, closing.signal, left.signal]);
      const heard = changes.watch(until)[Symbol.asyncIterator]();
      try {
        // Asked before the first list is read, so that no change between the two is lost.
        let change = heard.next();
        for (;;) {
          yield await load();
          if ((await change).done) return;
          change = heard.next();
        }
      } finally {
        left.abort();
        await heard.return?.();
      }
    },
    async close() {
      stop();
      closing.abort();
      await Promise.all(counting);
    },
  };
}

function toRule(row: RuleRow): ApprovalRule {
  const { id, kind, text, below, scope, uses } = row;
  const inWorkspace = row.host === null ? row.workspace : `${row.workspace} on ${row.host}`;
  return {
    id,
    kind,
    text,
    below,
    why: kind === 'program' ? whyOf(text) : null,
    scope,
    where: scope === 'chat' ? row.chat_title : scope === 'workspace' ? inWorkspace : null,
    expiresAt: row.expires_at,
    untilChat: row.until_chat,
    createdAt: row.created_at,
    uses,
    lastUsedAt: row.last_used_at,
  };
}
