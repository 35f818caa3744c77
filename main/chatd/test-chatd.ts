import { randomUUID } from 'node:crypto';
import { asId, type ChatId, type ModelConfigId, type OwnerId, type WorkerId } from '@shared/model/ids.ts';
import { type ChatView, foldStream } from '@shared/model/reducer.ts';
import type { StreamEvent } from '@shared/model/stream.ts';
import { z } from 'zod';
import { type Clock, systemClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import { systemRandom } from '../base/random.ts';
import { createSlots } from '../base/slots.ts';
import { openTestStore } from '../db/test-store.ts';
import type { LanguageModel, ModelEvent, ModelRequest } from '../models/port.ts';
import { defineTool, type Tool, toolResult } from '../tools/define.ts';
import { WorkspaceProblem } from '../workspaces/connection.ts';
import { createAgentTools } from './agents/agent-tools.ts';
import type { AttentionReason } from './generation/attention.ts';
import type { Judged } from './generation/ports.ts';
import { createToolbox } from './generation/toolbox.ts';
import { chatOperations } from './machine/operations.ts';
import type { ChatOperationMap } from './machine/store.ts';
import { streamChat } from './stream/chat-stream.ts';
import { createHints } from './stream/hints.ts';
import { PartBuffer } from './stream/part-buffer.ts';
import { localParts } from './stream/parts-source.ts';
import { type ChatWorker, startWorker } from './worker/worker.ts';

export const NO_USAGE = {
  input_tokens: null,
  output_tokens: null,
  total_tokens: null,
  reasoning_tokens: null,
  cache_creation_tokens: null,
  cache_read_tokens: null,
};

export const FINISH: ModelEvent = {
  type: 'finish',
  reason: 'stop',
  usage: NO_USAGE,
  contextLimit: null,
  responseId: null,
};

/** A model that is a function: what the test's person wants it to say. Titles are refused, so that they do not count. */
export type Script = (request: ModelRequest, signal: AbortSignal) => AsyncIterable<ModelEvent>;

export function says(...deltas: readonly string[]): ModelEvent[] {
  return [...deltas.map((delta): ModelEvent => ({ type: 'text', block: 0, delta })), FINISH];
}

export function calls(...wanted: readonly (readonly [name: string, args: unknown])[]): ModelEvent[] {
  return [
    ...wanted.flatMap(([name, args], block): ModelEvent[] => [
      { type: 'tool-start', block, id: `call_${block}`, name },
      { type: 'tool-end', block, args: JSON.stringify(args) },
    ]),
    { ...FINISH, reason: 'tool-calls' } as ModelEvent,
  ];
}

/** Counts what happened, by argument. */
export function countingTool(name: string, effect: 'read' | 'effect') {
  const ran: string[] = [];
  const tool = defineTool({
    name,
    description: 'Counts.',
    effect,
    input: z.object({ what: z.string() }),
    describe: ({ what }) => ({ verb: 'Count', doing: 'Counting', subject: what }),
    access: () => ({ kind: 'free' }),
    async run({ what }) {
      ran.push(what);
      return toolResult({ counted: what });
    },
  });
  return { tool, ran };
}

export interface TestChatd {
  readonly store: Awaited<ReturnType<typeof openTestStore<ChatOperationMap>>>['store'];
  readonly db: Awaited<ReturnType<typeof openTestStore>>['db'];
  readonly ownerId: OwnerId;
  readonly modelConfigId: ModelConfigId;
  readonly attention: { chatId: ChatId; why: AttentionReason }[];
  /** How often a title was asked for. */
  titleCalls(): number;
  /** The next call of this operation throws, as a bug would. */
  failNext(operation: string): void;
  startWorker(script: Script, options?: { readonly clock?: Clock }): ChatWorker;
  create(text: string): Promise<ChatId>;
  send(chatId: ChatId, text: string, busy?: 'queue' | 'interrupt'): Promise<void>;
  /** Folds the feed as the window does. */
  watch(chatId: ChatId): Watching;
  close(): Promise<void>;
}

export interface Watching {
  readonly events: readonly StreamEvent[];
  view(): ChatView;
  /** Resolves when the folded view satisfies the condition; rejects when the feed breaks or after 15 s. */
  until(condition: (view: ChatView, events: readonly StreamEvent[]) => boolean): Promise<ChatView>;
  stop(): Promise<void>;
}

/** The chat daemon on a real database in memory; the model, the clock and the tools are the test's. */
export async function openTestChatd(options: {
  readonly tools?: readonly Tool[];
  /** Calls of these tools wait for the person. */
  readonly gated?: readonly string[];
}): Promise<TestChatd> {
  const { store, db } = await openTestStore<ChatOperationMap>([
    { role: 'daemon', operations: chatOperations },
  ]);
  const ownerId = asId<OwnerId>(randomUUID());
  const modelConfigId = await insertModel(db);
  const broken = new Set<string>();
  let titles = 0;
  const workerStore: typeof store = {
    ...store,
    call(name, args) {
      if (broken.delete(name)) return Promise.reject(new TypeError(`a bug in ${name}`));
      return store.call(name, args);
    },
  };
  const hints = createHints(store);
  const parts = new PartBuffer(silentLog);
  const toolSlots = createSlots(16);
  const attention: TestChatd['attention'] = [];
  const workers: ChatWorker[] = [];
  const toolbox = createToolbox({
    tools: [
      ...(options.tools ?? []),
      ...createAgentTools({ store: workerStore, hints, random: systemRandom }),
    ],
    connectionFor: () => Promise.reject(new WorkspaceProblem('no-workspace', 'no workspace')),
    modeOf: () => 'auto',
    onEffect() {},
    mask: (text) => text,
    clock: systemClock,
    log: silentLog,
  });
  const gate = (judged: Judged): Judged =>
    judged.state === 'cleared' && options.gated?.includes(judged.tool)
      ? {
          ...judged,
          state: 'gated',
          approval: { hash: 'shown', host: 'here', directory: '/', verb: 'Count', subject: 'x' },
        }
      : judged;

  return {
    store,
    db,
    ownerId,
    modelConfigId,
    attention,
    titleCalls: () => titles,
    failNext: (name) => broken.add(name),
    startWorker(script, { clock = systemClock } = {}) {
      const model: LanguageModel = {
        provider: 'Test',
        promptCaching: false,
        stream(request, signal) {
          if (request.toolChoice !== 'none') return script(request, signal);
          titles += 1;
          return noTitle();
        },
      };
      const worker = startWorker({
        store: workerStore,
        hints,
        parts,
        clock,
        log: silentLog,
        random: systemRandom,
        installationId: 'test',
        workerId: asId<WorkerId>(randomUUID()),
        acquirePollMs: 30_000,
        resolveModel: async () => ({
          model,
          name: 'test',
          provider: 'Test',
          contextLimit: null,
          compressionThreshold: 70,
          maxOutputTokens: 1000,
          efforts: [],
          options: {},
        }),
        toolbox: {
          ...toolbox,
          judge: async (chat, call, signal) => gate(await toolbox.judge(chat, call, signal)),
        },
        modelSlots: () => [],
        toolSlots: (tree) => toolSlots.of(tree),
        onAttention: (chatId, why) => attention.push({ chatId, why }),
      });
      workers.push(worker);
      return worker;
    },
    async create(text) {
      const made = await store.call('createChat', {
        chatId: asId<ChatId>(randomUUID()),
        ownerId,
        workspaceId: null,
        title: 'Test',
        modelConfigId,
        effort: null,
        spawnKey: randomUUID(),
        messages: [{ role: 'user', content: [{ type: 'text', text }] }],
      });
      if (!made.ok) throw new Error(JSON.stringify(made.error));
      return made.value.chatId;
    },
    async send(chatId, text, busy = 'queue') {
      const content = [{ type: 'text' as const, text }];
      const base = { chatId, ownerId, content, modelConfigId: null, effort: undefined, busy };
      const sent = await store.call('sendMessage', { ...base, sendKey: randomUUID() });
      if (!sent.ok) throw new Error(JSON.stringify(sent.error));
    },
    watch: (chatId) =>
      follow((signal) =>
        streamChat(
          { store, hints, parts: localParts(parts), clock: systemClock, safetyPollMs: 30_000 },
          { chatId, ownerId },
          signal,
        ),
      ),
    async close() {
      await Promise.all(workers.map((worker) => worker.close()));
      hints.close();
      await store.close();
    },
  };
}

async function* noTitle(): AsyncGenerator<ModelEvent> {
  yield FINISH;
}

async function insertModel(db: TestChatd['db']): Promise<ModelConfigId> {
  const provider = await db.query<{ id: string }>(
    `insert into chat_providers (kind, name) values ('demo', 'Test') returning id`,
  );
  const config = await db.query<{ id: ModelConfigId }>(
    `insert into chat_model_configs (provider_id, model, is_default) values ($1, 'test', true) returning id`,
    [provider.rows[0]?.id],
  );
  const id = config.rows[0]?.id;
  if (!id) throw new Error('no model configuration');
  return id;
}

function follow(open: (signal: AbortSignal) => AsyncIterable<StreamEvent>): Watching {
  const stopping = new AbortController();
  const events: StreamEvent[] = [];
  const waiting = new Set<() => void>();
  let view: ChatView | null = null;
  let broken: unknown = null;
  const done = (async () => {
    for await (const event of open(stopping.signal)) {
      events.push(event);
      const next = foldStream(view, event);
      if (next === 'gap') throw new Error('a part is missing');
      view = next;
      for (const look of waiting) look();
    }
  })().catch((error: unknown) => {
    broken = error;
    for (const look of waiting) look();
  });
  const current = (): ChatView => {
    if (!view) throw new Error('no snapshot yet');
    return view;
  };
  return {
    events,
    view: current,
    until(condition) {
      return new Promise((resolve, reject) => {
        const end = (finish: () => void) => {
          clearTimeout(limit);
          waiting.delete(look);
          finish();
        };
        const look = () => {
          if (broken) end(() => reject(broken as Error));
          else if (view && condition(view, events)) end(() => resolve(current()));
        };
        const limit = setTimeout(() => {
          end(() =>
            reject(
              new Error(
                `not reached; events: ${JSON.stringify(events.map((e) => (e.type === 'chat' ? e.type : e)))}`,
              ),
            ),
          );
        }, 15_000);
        waiting.add(look);
        look();
      });
    },
    async stop() {
      stopping.abort();
      await done;
    },
  };
}
