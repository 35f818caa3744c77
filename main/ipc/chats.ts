import type { InstructionFileInfo } from '@shared/contract/chats.ts';
import { asId, type ChatId, type FileId, type OwnerId, type WorkspaceId } from '@shared/model/ids.ts';
import type { UserPart } from '@shared/model/message.ts';
import { err, ok } from '@shared/util/result.ts';
import type { Random } from '../base/random.ts';
import { DEFAULT_SYSTEM_PROMPT } from '../chatd/generation/system-prompt.ts';
import { fallbackTitle } from '../chatd/generation/title.ts';
import type { ChatStore } from '../chatd/machine/store.ts';
import type { Outcome } from '../chatd/machine/types.ts';
import { type StreamDeps, streamChat } from '../chatd/stream/chat-stream.ts';
import { type WatchDeps, watchChats } from '../chatd/stream/watch-feed.ts';
import type { Usage } from '../models/usage.ts';
import type { RuleBook } from '../workspaces/rule-book.ts';
import type { CallHandlers, FeedHandlers } from './handlers.ts';
import { answer, done } from './refusals.ts';

export interface ChatHandlerDeps extends StreamDeps, WatchDeps {
  readonly store: ChatStore;
  readonly ownerId: OwnerId;
  readonly random: Random;
  /** The daemon closes: every feed ends. */
  readonly closing: AbortSignal;
  hasWorkspace(id: string): boolean;
  readonly rules: Pick<RuleBook, 'add'>;
  readonly usage: Pick<Usage, 'raise'>;
  /** A new title by the model, also over one that the person gave; false when none was made. */
  regenerateTitle(chatId: ChatId): Promise<boolean>;
  instructionFiles(
    workspaceId: WorkspaceId | null,
    signal: AbortSignal,
  ): Promise<readonly InstructionFileInfo[]>;
}

type ChatCalls = Pick<
  CallHandlers,
  Extract<keyof CallHandlers, `chat.${string}` | `queue.${string}` | `draft.${string}`>
>;
type ChatFeeds = Pick<FeedHandlers, 'chat.stream' | 'chats.watch'>;

const text = (value: string) => [{ type: 'text' as const, text: value }];
/** Main knows what the files are: only their ids come from a window. */
const written = (message: { readonly text: string; readonly files: readonly FileId[] }): UserPart[] => [
  ...(message.text.trim() === '' ? [] : text(message.text)),
  ...message.files.map((file_id) => ({ type: 'file' as const, media_type: '', file_id })),
];
const EXPIRED = { 'file-expired': 'file-expired' } as const;
const MODEL = { 'no-model': 'no-model', 'unknown-model': 'no-model' } as const;
const missingChat = err({ code: 'not-found' as const, message: 'This chat does not exist any more.' });
const missingMessage = err({
  code: 'not-found' as const,
  message: 'This message does not exist any more.',
});
const changed = err({
  code: 'changed' as const,
  message: 'What is asked has changed. Look at it again before you answer.',
});
const BASIC = { 'not-found': 'not-found', 'not-allowed': 'not-allowed' } as const;

export function chatFeeds(deps: ChatHandlerDeps): ChatFeeds {
  const { ownerId } = deps;
  const until = (signal: AbortSignal) => AbortSignal.any([signal, deps.closing]);
  return {
    'chats.watch': ({ archived }, signal) => watchChats(deps, { ownerId, archived }, until(signal)),
    'chat.stream': ({ chatId }, signal) => streamChat(deps, { chatId, ownerId }, until(signal)),
  };
}

export function chatCalls(deps: ChatHandlerDeps): ChatCalls {
  return {
    ...talkCalls(deps),
    ...earlierCalls(deps),
    ...stateCalls(deps),
    ...contextCalls(deps),
    ...queueCalls(deps),
    ...readCalls(deps),
  };
}

function talkCalls(deps: ChatHandlerDeps) {
  const { store, ownerId } = deps;
  return {
    'chat.create': async (input) => {
      if (input.workspaceId !== null && !deps.hasWorkspace(input.workspaceId)) {
        return err({ code: 'unknown-workspace', message: 'This workspace does not exist any more.' });
      }
      const created = await store.call('createChat', {
        chatId: asId<ChatId>(deps.random.uuid()),
        ownerId,
        workspaceId: input.workspaceId,
        title: fallbackTitle(input.text.trim() === '' ? 'Attached files' : input.text),
        modelConfigId: input.modelConfigId ?? null,
        effort: input.effort ?? null,
        spawnKey: input.sendKey,
        messages: [
          { role: 'system', content: text(DEFAULT_SYSTEM_PROMPT), visibility: 'model' },
          { role: 'user', content: written(input) },
        ],
      });
      return answer(created, { ...EXPIRED, ...MODEL } as const, ({ chatId }) => ({ chatId }));
    },
    'chat.send': async (input) => {
      const sent = await store.call('sendMessage', {
        chatId: input.chatId,
        ownerId,
        content: written(input),
        modelConfigId: input.modelConfigId ?? null,
        effort: input.effort,
        busy: input.busy,
        sendKey: input.sendKey,
      });
      const codes = { ...BASIC, ...EXPIRED, 'queue-full': 'queue-full', ...MODEL } as const;
      return answer(sent, codes, (value) => value);
    },
    'chat.edit': async ({ chatId, messageId, ...message }) => {
      const edited = await store.call('editMessage', {
        chatId,
        ownerId,
        messageId,
        content: written(message),
      });
      const codes = {
        ...BASIC,
        ...EXPIRED,
        'message-not-found': 'not-found',
        'not-user-message': 'not-user',
        'no-model': 'no-model',
      } as const;
      return answer(edited, codes, (value) => value);
    },
  } satisfies Partial<ChatCalls>;
}

/** What goes on from an earlier message, here or in a chat of its own. */
function earlierCalls({ store, ownerId, random }: ChatHandlerDeps) {
  return {
    'chat.dropped': async ({ chatId, messageId }) => {
      const dropped = await store.call('loadDropped', { chatId, ownerId, messageId });
      return dropped ? ok(dropped) : missingMessage;
    },
    'chat.fork': async ({ chatId, messageId, forkKey }) => {
      const forkId = asId<ChatId>(random.uuid());
      const forked = await store.call('forkChat', { chatId, ownerId, messageId, forkId, forkKey });
      const codes = {
        'not-found': 'not-found',
        'message-not-found': 'not-found',
        'no-model': 'no-model',
      } as const;
      return answer(forked, codes, (value) => ({ chatId: value.chatId }));
    },
  } satisfies Partial<ChatCalls>;
}

function stateCalls({ store, ownerId, rules }: ChatHandlerDeps) {
  return {
    'chat.interrupt': async ({ chatId }) =>
      answer(await store.call('interrupt', { chatId, ownerId }), BASIC, done),
    'chat.retry': async ({ chatId }) => {
      const waiting = await store.call('skipRetryWait', { chatId, ownerId });
      if (waiting.ok) return ok(null);
      return answer(await store.call('retryError', { chatId, ownerId }), BASIC, done);
    },
    'chat.answer': async ({ chatId, key, hash, decision, note, rule }) => {
      // Before the answer: a chat that goes on at once finds it already.
      if (rule && decision === 'allow' && !(await rules.add({ chatId, key, hash, ...rule })))
        return changed;
      const answered = await store.call('answerCall', {
        chatId,
        ownerId,
        key,
        hash,
        decision,
        note: note?.trim() || null,
      });
      const codes = {
        'not-found': 'not-found',
        'not-allowed': 'already-answered',
        'already-answered': 'already-answered',
        changed: 'changed',
      } as const;
      return answer(answered, codes, done);
    },
    'chat.setModel': async ({ chatId, modelConfigId, effort }) => {
      const set = await store.call('setModel', { chatId, ownerId, modelConfigId, effort });
      return answer(set, { 'not-found': 'not-found', 'unknown-model': 'not-found' } as const, done);
    },
    'chat.setBudget': async ({ chatId, capMicros }) =>
      answer(
        await store.call('setChatBudget', { chatId, ownerId, capMicros }),
        { 'not-found': 'not-found' } as const,
        done,
      ),
    'chat.rename': async ({ chatId, title }) =>
      answer(
        await store.call('renameChat', { chatId, ownerId, title }),
        { 'not-found': 'not-found' } as const,
        done,
      ),
    'chat.archive': async ({ chatId, archived }) =>
      answer(await store.call('setArchived', { chatId, ownerId, archived }), BASIC, done),
    'chat.pin': async ({ chatId, at }) =>
      answer(
        await store.call('pinChat', { chatId, ownerId, at }),
        { 'not-found': 'not-found', invalid: 'invalid' } as const,
        done,
      ),
    'chat.read': async ({ chatId, messageId }) =>
      ok(await store.call('markRead', { chatId, ownerId, messageId })),
  } satisfies Partial<ChatCalls>;
}

/** How far an answer reaches back, what goes on without it, and what the model is told. */
function contextCalls({ store, ownerId, ...deps }: ChatHandlerDeps) {
  const codes = { ...BASIC, invalid: 'invalid' } as const;
  return {
    'chat.compact': async ({ chatId }) =>
      answer(await store.call('requestCompaction', { chatId, ownerId }), codes, done),
    'chat.clear': async ({ chatId }) =>
      answer(await store.call('clearContext', { chatId, ownerId }), codes, done),
    'chat.undoCompaction': async ({ chatId }) =>
      answer(await store.call('undoCompaction', { chatId, ownerId }), codes, done),
    'chat.interruptTree': async ({ chatId }) =>
      answer(await store.call('interruptTree', { chatId, ownerId }), BASIC, (value) => value),
    'chat.answerAction': async ({ chatId, actionId, decision, text: words, raise }) => {
      // Before the answer: a chat that goes on at once finds it already.
      if (raise && decision === 'continue') {
        if (raise.scope !== 'chat') await deps.usage.raise(raise.capMicros);
        else await store.call('setChatBudget', { chatId, ownerId, capMicros: raise.capMicros });
      }
      const reply = { decision, ...(words === undefined ? {} : { text: words }) };
      return answer(
        await store.call('answerAction', { chatId, ownerId, actionId, answer: reply }),
        {
          'not-found': 'not-found',
          'not-allowed': 'already-answered',
          'already-answered': 'already-answered',
        } as const,
        done,
      );
    },
    'chat.toolResults': async ({ chatId, results }) =>
      answer(await store.call('completeRequiresAction', { chatId, ownerId, results }), codes, done),
    'chat.regenerateTitle': async ({ chatId }) => {
      if (!(await store.call('loadSummary', { chatId, ownerId }))) return missingChat;
      if (await deps.regenerateTitle(chatId)) return ok(null);
      return err({ code: 'no-title', message: 'The model did not answer with a title. Try again.' });
    },
    'chat.instructions': async ({ chatId }) => {
      const chat = await store.call('loadSummary', { chatId, ownerId });
      if (!chat) return missingChat;
      const files = await deps.instructionFiles(chat.workspace_id, AbortSignal.timeout(10_000));
      return ok({ files });
    },
  } satisfies Partial<ChatCalls>;
}

/** A state with an empty queue allows nothing about a message of it: to the person, that message has gone. */
function ofQueued<T>(outcome: Outcome<T>): Outcome<T> {
  if (outcome.ok || outcome.error.kind !== 'not-allowed') return outcome;
  return /^(W|[ERIA]0)$/.test(outcome.error.from) ? err({ kind: 'message-not-found' }) : outcome;
}

function queueCalls({ store, ownerId }: ChatHandlerDeps) {
  const codes = { ...BASIC, 'message-not-found': 'not-found' } as const;
  return {
    'queue.delete': async ({ chatId, queuedId }) =>
      answer(ofQueued(await store.call('deleteQueued', { chatId, ownerId, queuedId })), codes, done),
    'queue.edit': async ({ chatId, queuedId, ...message }) =>
      answer(
        ofQueued(await store.call('editQueued', { chatId, ownerId, queuedId, content: written(message) })),
        { ...codes, ...EXPIRED } as const,
        done,
      ),
    'queue.move': async ({ chatId, queuedId, by }) =>
      answer(ofQueued(await store.call('moveQueued', { chatId, ownerId, queuedId, by })), codes, done),
    'queue.pause': async ({ chatId, paused }) =>
      answer(await store.call('pauseQueue', { chatId, ownerId, paused }), codes, done),
    'queue.promote': async ({ chatId, queuedId }) =>
      answer(
        ofQueued(await store.call('promoteQueued', { chatId, ownerId, queuedId })),
        { ...codes, 'no-model': 'no-model' } as const,
        done,
      ),
  } satisfies Partial<ChatCalls>;
}

function readCalls({ store, ownerId }: ChatHandlerDeps) {
  return {
    'chat.page': async ({ chatId, before, after, around, limit }) => {
      const messages = await store.call('loadPage', {
        chatId,
        ownerId,
        limit,
        ...(before === undefined ? {} : { before }),
        ...(after === undefined ? {} : { after }),
        ...(around === undefined ? {} : { around }),
      });
      return messages ? ok({ messages }) : missingChat;
    },
    'chat.message': async ({ chatId, messageId }) => {
      const message = await store.call('loadMessage', { chatId, ownerId, messageId });
      return message ? ok({ message }) : missingChat;
    },
    'draft.get': async ({ key }) => ok(await store.call('getDraft', { ownerId, key })),
    'draft.set': async (draft) => ok(await store.call('setDraft', { ownerId, ...draft })),
  } satisfies Partial<ChatCalls>;
}
