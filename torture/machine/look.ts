import type { StoreWorker } from '../../bench/store-worker.ts';
import type { Message } from '../../shared/model/message.ts';
import * as ref from './reference.ts';

/** What is compared, of the reference and of the database alike. */
export interface Look {
  readonly facts: object | null;
  readonly queue: readonly string[];
  readonly messages: readonly string[];
  readonly prompt: readonly string[];
  readonly calls: readonly string[];
  readonly rest: object;
}

interface Snapshot {
  readonly facts: Readonly<Record<string, unknown>>;
  readonly summary: { readonly asks: number };
  readonly messages: readonly Message[];
  readonly messageCount: number;
  readonly queue: readonly { readonly id: number; readonly content: readonly unknown[] }[];
  readonly calls: readonly { readonly tool_call_id: string; readonly state: string }[];
  readonly actions: readonly { readonly id: string }[];
  readonly retry: object | null;
  readonly error: { readonly kind: string } | null;
}

interface StepFlags {
  readonly chat: { readonly compactionRequested: boolean; readonly compactionHeld: boolean };
}

/** More rows than a chat lives to see. */
const ALL = 1_000;

/** The chat as the database has it, through the operations that windows and runners read by; null: there is none. */
export async function lookAt(store: StoreWorker, chat: ref.Chat): Promise<Look | null> {
  const { id: chatId, ownerId } = chat;
  const [snapshot, step, read] = await Promise.all([
    store.call<Snapshot | null>('loadSnapshot', { chatId, ownerId, rows: ALL }),
    store.call<StepFlags | null>('loadStep', { chatId }),
    store.call<{ prompt: readonly Message[] } | null>('loadPrompt', { chatId }),
  ]);
  if (!snapshot || !step || !read) return null;
  learn(chat, snapshot);
  return {
    facts: snapshot.facts,
    queue: snapshot.queue.map((row) => `${row.id} ${tagOf(row.content)}`),
    messages: snapshot.messages.map((row) => rowText(row, row.revision)),
    prompt: read.prompt.map((row) => rowText(row, row.revision)),
    calls: snapshot.calls.map((call) => `${call.tool_call_id} ${call.state}`),
    rest: {
      count: snapshot.messageCount,
      asks: snapshot.summary.asks,
      actions: snapshot.actions.length,
      retry: snapshot.retry !== null,
      error: snapshot.error?.kind ?? null,
      requested: step.chat.compactionRequested,
      held: step.chat.compactionHeld,
    },
  };
}

/** Ids that only the database knows; all else is compared, never taken over. */
function learn(chat: ref.Chat, snapshot: Snapshot): void {
  const shown = chat.rows.filter((row) => row.visibility !== 'model');
  for (const [at, row] of shown.entries()) row.id = snapshot.messages[at]?.id ?? 0;
  if (chat.actions.length === snapshot.actions.length) chat.actions = snapshot.actions.map(({ id }) => id);
}

/** All versions, the status and the owner: what a refusal must leave as it is. */
export function factsOf(chat: ref.Chat, workerIdOfRow: unknown): object | null {
  if (!chat.exists) return null;
  return {
    chatId: chat.id,
    snapshotVersion: chat.snapshot,
    historyVersion: chat.history,
    queueVersion: chat.queueVersion,
    retryStateVersion: chat.retryVersion,
    generationAttempt: chat.attempt,
    status: chat.status,
    archived: chat.archived,
    // The reference knows an owner by its runner; the two come and go together.
    workerId: chat.runnerId === null ? null : workerIdOfRow,
    runnerId: chat.runnerId,
  };
}

export function lookOf(chat: ref.Chat, workerIdOfRow: unknown): Look | null {
  if (!chat.exists) return null;
  const shown = chat.rows.filter((row) => row.visibility !== 'model');
  return {
    facts: factsOf(chat, workerIdOfRow),
    queue: chat.queue.map((row) => `${row.id} ${row.tag}`),
    messages: shown.map((row) => `${row.role} ${row.tag} ${row.visibility} ${row.revision}`),
    prompt: ref.promptOf(chat).map((row) => `${row.role} ${row.tag} ${row.visibility} ${row.revision}`),
    calls: ref
      .callsOf(chat)
      .filter((call) => call.isInLedger)
      .map((call) => `${call.id} ${call.state}`),
    rest: {
      count: shown.length,
      asks: ref.asksPerson(chat),
      actions: chat.actions.length,
      retry: chat.hasRetry,
      error: chat.error,
      requested: chat.compactionRequested,
      held: chat.compactionHeld,
    },
  };
}

function rowText(row: Message, revision: number): string {
  const tag = row.role === 'system' ? 'boundary' : tagOf(row.content);
  return `${row.role} ${tag} ${row.visibility} ${revision}`;
}

/** A row's text, its divider, or what its call came to. */
function tagOf(content: readonly unknown[]): string {
  const [first] = content as readonly (Readonly<Record<string, unknown>> | undefined)[];
  if (first?.['type'] === 'text') return String(first['text']);
  if (first?.['type'] === 'tool-call') return String(first['tool_name']);
  const result = first?.['result'];
  if (typeof result === 'string') return 'cancelled';
  const { tag, denied, cleared, outcome } = (result ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof tag === 'string') return tag;
  if (denied) return 'denied';
  return cleared ? 'chat_cleared' : String(outcome);
}
