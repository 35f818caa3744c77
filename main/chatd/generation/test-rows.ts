import { type ActionId, asId, type ChatId, type MessageId, type ToolKey } from '@shared/model/ids.ts';
import type { Part } from '@shared/model/part.ts';
import type { LedgerRow, StoredMessage } from '../machine/types.ts';
import type { DecideView } from './decide.ts';

export const say = (text: string): Part => ({ type: 'text', text });

/** Rows of one chat, with ids from 1. */
export function history(
  ...rows: readonly (Pick<StoredMessage, 'role'> & Partial<StoredMessage>)[]
): StoredMessage[] {
  return rows.map((row, i) => ({
    id: asId<MessageId>(i + 1),
    chat_id: asId<ChatId>('c'),
    content: [],
    created_at: '',
    model_config_id: null,
    usage: null,
    context_limit: null,
    runtime_ms: null,
    revision: 1,
    queued_message_id: null,
    visibility: 'both',
    interrupted: false,
    compressed: false,
    ...row,
  }));
}

const SHOWN = { hash: 'shown', host: 'here', directory: '/', verb: 'Run', subject: 'x' };

/** A gated call waits for the person; with `approval: null` it is the client's. */
export function ledger(state: LedgerRow['state'], more: Partial<LedgerRow> = {}): LedgerRow {
  const index = more.index ?? 0;
  return {
    key: asId<ToolKey>(`k${index}`),
    message_id: asId<MessageId>(1),
    index,
    tool_call_id: `call_${index}`,
    tool: 'execute',
    state,
    process_id: null,
    approval: state === 'gated' ? SHOWN : null,
    started_at: null,
    args_hash: '',
    effect: 'effect',
    result: null,
    note: null,
    ...more,
  };
}

export function decideView(more: Partial<DecideView>): DecideView {
  return {
    tail: [],
    calls: [],
    stepsInTurn: 0,
    boundary: null,
    recentCalls: [],
    actions: [],
    chat: { compactionRequested: false },
    ...more,
  };
}

export const QUESTION: DecideView['actions'][number] = {
  id: asId<ActionId>('a'),
  created_at: '',
  kind: 'question',
  text: 'Which?',
  options: [],
};
