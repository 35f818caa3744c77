import type { ToolCallState } from '@shared/model/chat.ts';
import type { Message } from '@shared/model/message.ts';
import type { Part, ReasoningPart, ToolCallPart, ToolResultPart } from '@shared/model/part.ts';
import { type ContextCut, contextCut, isContextCut } from './context-cut.ts';
import { isCopy, type Mark, type Marks, marksBetween, NO_MARKS } from './marks.ts';

/** A tool call with what is known of it. `result` null: not finished, or never (see `ledger`). */
export interface ToolItem {
  readonly key: string;
  readonly messageId: number;
  readonly resultMessageId: number | null;
  readonly call: ToolCallPart;
  readonly result: ToolResultPart | null;
  readonly ledger: ToolCallState | null;
}

/** One row of the timeline. Its key survives everything but the step from streamed to committed. */
export type Row =
  | { readonly kind: 'user'; readonly key: string; readonly message: Message }
  | {
      readonly kind: 'agent';
      readonly key: string;
      readonly message: Message;
      readonly parts: readonly Part[];
    }
  | { readonly kind: 'thought'; readonly key: string; readonly part: ReasoningPart }
  | { readonly kind: 'tool'; readonly key: string; readonly item: ToolItem }
  | { readonly kind: 'explored'; readonly key: string; readonly items: readonly ToolItem[] }
  | { readonly kind: 'divider'; readonly key: string; readonly cut: ContextCut; readonly newest: boolean }
  | { readonly kind: 'interrupted'; readonly key: string }
  | Mark;

/** Calls that only look; a run of them folds into one row. */
const READS = new Set(['read_file', 'search_history']);

export function timelineRows(
  messages: readonly Message[],
  calls: readonly ToolCallState[],
  marks: Marks = NO_MARKS,
): readonly Row[] {
  const results = pairResults(messages);
  const rows: Row[] = [];
  const between = marksBetween(messages, marks);
  let before: Message | null = null;
  for (const message of messages) {
    if (message.visibility === 'model') continue;
    rows.push(...between(before, message));
    before = message;
    if (message.role === 'user') rows.push({ kind: 'user', key: `m${message.id}`, message });
    else if (message.role === 'assistant') rows.push(...assistantRows(message, results, calls));
  }
  if (before && marks.isTail && isCopy(before, marks)) rows.push({ kind: 'forked', key: 'forked' });
  return markNewestCut(foldReads(rows));
}

function markNewestCut(rows: readonly Row[]): readonly Row[] {
  const at = rows.findLastIndex((row) => row.kind === 'divider');
  const row = rows[at];
  return row?.kind === 'divider' ? rows.with(at, { ...row, newest: true }) : rows;
}

interface Answer {
  readonly part: ToolResultPart;
  readonly messageId: number;
}
type Results = ReadonlyMap<string, Answer>;

const pairKey = (messageId: number, index: number) => `${messageId}:${index}`;

/**
 * Providers repeat ids ("call_0"), so a result belongs to the newest assistant message before it, and there to
 * the first call of that id which has none yet.
 */
function pairResults(messages: readonly Message[]): Results {
  const results = new Map<string, Answer>();
  let caller: Message | null = null;
  for (const message of messages) {
    if (message.role === 'assistant') caller = message;
    for (const part of message.content) {
      if (part.type !== 'tool-result' || !caller) continue;
      const owner: Message = caller;
      const index = owner.content.findIndex(
        (p, i) =>
          p.type === 'tool-call' &&
          p.tool_call_id === part.tool_call_id &&
          !results.has(pairKey(owner.id, i)),
      );
      if (index >= 0) results.set(pairKey(owner.id, index), { part, messageId: message.id });
    }
  }
  return results;
}

function assistantRows(
  message: Message,
  results: Results,
  calls: readonly ToolCallState[],
): readonly Row[] {
  const rows: Row[] = [];
  let prose: Part[] = [];
  const flush = (at: number) => {
    if (prose.length > 0)
      rows.push({ kind: 'agent', key: `m${message.id}.text${at}`, message, parts: prose });
    prose = [];
  };
  let callIndex = 0;
  message.content.forEach((part, i) => {
    if (part.type === 'tool-call') {
      flush(i);
      if (part.provider_executed) return;
      const answer = results.get(pairKey(message.id, i)) ?? null;
      const index = callIndex++;
      const ledger =
        calls.find(
          (c) => c.message_id === message.id && c.tool_call_id === part.tool_call_id && c.index === index,
        ) ??
        calls.find((c) => c.message_id === message.id && c.tool_call_id === part.tool_call_id) ??
        null;
      rows.push(toolRow(message, part, answer, ledger));
    } else if (part.type === 'reasoning') {
      if (part.text.trim() === '' && part.duration_ms === undefined) return;
      flush(i);
      rows.push({ kind: 'thought', key: `m${message.id}.${i}`, part });
    } else if (isProse(part)) prose.push(part);
  });
  flush(message.content.length);
  if (message.interrupted) rows.push({ kind: 'interrupted', key: `m${message.id}.stop` });
  return rows;
}

function isProse(part: Part): boolean {
  return part.type === 'text' ? part.text.trim() !== '' : part.type === 'source' || part.type === 'file';
}

function toolRow(
  message: Message,
  call: ToolCallPart,
  answer: Answer | null,
  ledger: ToolCallState | null,
): Row {
  const key = `m${message.id}.${message.content.indexOf(call)}`;
  if (isContextCut(call.tool_name)) {
    return { kind: 'divider', key, cut: contextCut(call.tool_name, answer?.part ?? null), newest: false };
  }
  return {
    kind: 'tool',
    key,
    item: {
      key,
      messageId: message.id,
      resultMessageId: answer?.messageId ?? null,
      call,
      result: answer?.part ?? null,
      ledger,
    },
  };
}

/** A run of two or more finished reads is one row; a failed one stays visible by itself. */
function foldReads(rows: readonly Row[]): readonly Row[] {
  const out: Row[] = [];
  for (const row of rows) {
    const last = out.at(-1);
    if (row.kind !== 'tool' || !isQuietRead(row.item)) out.push(row);
    else if (last?.kind === 'explored') out[out.length - 1] = { ...last, items: [...last.items, row.item] };
    else if (last?.kind === 'tool' && isQuietRead(last.item)) {
      out[out.length - 1] = { kind: 'explored', key: last.key, items: [last.item, row.item] };
    } else out.push(row);
  }
  return out;
}

function isQuietRead(item: ToolItem): boolean {
  return READS.has(item.call.tool_name) && item.result !== null && !item.result.is_error;
}
