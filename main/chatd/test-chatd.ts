import { randomUUID } from 'node:crypto';
import { asId, type ChatId, type ModelConfigId, type OwnerId, type WorkerId } from '@shared/model/ids.ts';
import { type ChatView, foldStream } from '@shared/model/reducer.ts';
import type { StreamEvent } from '@shared/model/stream.ts';
import { err } from '@shared/util/result.ts';
import { z } from 'zod';
import { type Clock, systemClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import { systemRandom } from '../base/random.ts';
import { createSlots } from '../base/slots.ts';
import { DatabaseFault } from '../db/fault.ts';
import { openTestStore } from '../db/test-store.ts';
import type { LanguageModel, ModelEvent, ModelRequest } from '../models/port.ts';
import type { ResolvedModel } from '../models/ready-model.ts';
import { defineTool, type Tool, toolResult } from '../tools/define.ts';
import { WorkspaceProblem } from '../workspaces/connection.ts';
import { createAgentTools } from './agents/agent-tools.ts';
import type { AttentionReason } from './generation/attention.ts';
import type { Judged } from './generation/ports.ts';
import { SUMMARY_REQUEST } from './generation/summary.ts';
import { createToolbox } from './generation/toolbox.ts';
import { chatOperations } from './machine/operations.ts';
import type { ChatOperationMap } from './machine/store.ts';
import { streamChat } from './stream/chat-stream.ts';
import { createHints } from './stream/hints.ts';
import { PartBuffer } from './stream/part-buffer.ts';
import { localParts, type PartsSource } from './stream/parts-source.ts';
import { createPoller } from './stream/poller.ts';
import { type ChatWorker, startWorker, type WorkerDeps } from './worker/worker.ts';

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

export interface WorkerOptions {
  readonly clock?: Clock;
  /** Of the model's configuration: its window, its price, its threshold. */
  readonly model?: Partial<ResolvedModel>;
  readonly deps?: Partial<WorkerDeps>;
}

/** A summary that is asked for: the script answers it, too. */
export function isSummaryCall(request: ModelRequest): boolean {
  return JSON.stringify(request.messages.at(-1)).includes(JSON.stringify(SUMMARY_REQUEST));
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
  /** The worker that makes this call next dies there, as its process would: nothing of it reaches the database any more. */
  killAt(operation: string, when: 'before' | 'after'): void;
  /** Something else happens between the worker's decision for this call and the call. */
  before(operation: string, happens: () => Promise<void>): void;
  startWorker(script: Script, options?: WorkerOptions): ChatWorker;
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

interface ChatdOptions {
  readonly tools?: readonly Tool[];
  /** Calls of these tools wait for the person. */
  readonly gated?: readonly string[];
}

/** The chat daemon on a real database in memory; the model, the clock and the tools are the test's. */
export async function openTestChatd(options: ChatdOptions): Promise<TestChatd> {
  const { store, db } = await openTestStore<ChatOperationMap>([
    { role: 'daemon', operations: chatOperations },
  ]);
  const buffer = new PartBuffer(silentLog);
  const chatd = chatdOn(
    {
      store,
      ownerId: asId<OwnerId>(randomUUID()),
      modelConfigId: await insertModel(db),
      buffer,
      parts: localParts(buffer),
    },
    options,
  );
  return { ...chatd, db };
}

/** What a chat daemon stands on: its own database, or one of several replicas' ways to a shared one. */
export interface ChatdBase {
  readonly store: TestChatd['store'];
  readonly ownerId: OwnerId;
  readonly modelConfigId: ModelConfigId;
  readonly buffer: PartBuffer;
  readonly parts: PartsSource;
  /** Of its worker; default: each worker its own, and the usual times. */
  readonly replica?: Pick<WorkerDeps, 'workerId' | 'acquirePollMs'> & Partial<WorkerDeps>;
}

export function chatdOn(
  { store, ownerId, modelConfigId, buffer: parts, parts: source, replica }: ChatdBase,
  options: ChatdOptions = {},
): Omit<TestChatd, 'db'> {
  const broken = new Set<string>();
  let titles = 0;
  const deaths = new Map<string, 'before' | 'after'>();
  const happenings = new Map<string, () => Promise<void>>();
  /** One worker's way to the database. */
  const openWay = (): typeof store => {
    let dead = false;
    return {
      ...store,
      async call(name, args) {
        if (broken.delete(name)) throw new TypeError(`a bug in ${name}`);
        const happens = happenings.get(name);
        if (happens && happenings.delete(name)) await happens();
        const death = deaths.get(name);
        if (!dead && deaths.delete(name)) {
          dead = true;
          if (death === 'after') await store.call(name, args);
        }
        if (dead) throw new DatabaseFault('closed', 'This worker is dead.');
        return store.call(name, args);
      },
    };
  };
  const hints = createHints(store);
  const toolSlots = createSlots(16);
  const poller = createPoller({ store, hints, clock: systemClock, log: silentLog }, 30_000);
  const attention: TestChatd['attention'] = [];
  const workers: ChatWorker[] = [];
  const worktrees = { make: async () => err('There are no worktrees in this test.') };
  const openToolbox = (way: typeof store, clock: Clock) =>
    createToolbox({
      tools: [
        ...(options.tools ?? []),
        ...createAgentTools({ store: way, hints, random: systemRandom, worktrees }),
      ],
      connectionFor: () => Promise.reject(new WorkspaceProblem('no-workspace', 'no workspace')),
      modeOf: () => 'auto',
      onEffect() {},
      trust: { isTrusted: () => true, trusts: async () => true },
      rules: { loadFor: () => Promise.resolve([]), used() {} },
      mask: (text) => text,
      clock,
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
    ownerId,
    modelConfigId,
    attention,
    titleCalls: () => titles,
    failNext: (name) => broken.add(name),
    before: (name, happens) => happenings.set(name, happens),
    killAt: (name, when) => deaths.set(name, when),
    startWorker(script, { clock = systemClock, model: settings = {}, deps = {} } = {}) {
      const way = openWay();
      const toolbox = openToolbox(way, clock);
      const model: LanguageModel = {
        provider: 'Test',
        promptCaching: false,
        stream(request, signal) {
          if (request.toolChoice !== 'none' || isSummaryCall(request)) return script(request, signal);
          titles += 1;
          return noTitle();
        },
      };
      const worker = startWorker({
        store: way,
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
          price: null,
          maxRetries: null,
          efforts: [],
          effort: null,
          options: {},
          inputs: { images: true, documents: true },
          ...settings,
        }),
        toolbox: {
          ...toolbox,
          judge: async (chat, call, signal) => gate(await toolbox.judge(chat, call, signal)),
        },
        modelSlots: () => [],
        toolSlots: (tree) => toolSlots.of(tree),
        onAttention: (chatId, why) => attention.push({ chatId, why }),
        ...replica,
        ...deps,
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
      follow((signal) => streamChat({ store, hints, parts: source, poller }, { chatId, ownerId }, signal)),
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

export async function insertModel(db: {
  query<T>(sql: string, params?: unknown[]): Promise<{ rows: T[] }>;
}): Promise<ModelConfigId> {
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
