import type { Draft } from '@shared/contract/chats.ts';
import type {
  ActionAnswer,
  ActionRequest,
  ApprovalView,
  BudgetScope,
  ChatStatus,
  ChatSummary,
  PendingAction,
  ToolCallState,
} from '@shared/model/chat.ts';
import type { ChatFault, RetryInfo } from '@shared/model/fault.ts';
import type {
  ActionId,
  ChatId,
  FileId,
  MessageId,
  ModelConfigId,
  OwnerId,
  QueuedId,
  RunnerId,
  ToolKey,
  WorkerId,
  WorkspaceId,
} from '@shared/model/ids.ts';
import type { Message, QueuedMessage, Role, Usage, UserPart, Visibility } from '@shared/model/message.ts';
import type { Part } from '@shared/model/part.ts';
import type { Result } from '@shared/util/result.ts';

/** Execution states of CHATD 2.1, computed from status, archived and whether the queue is empty. */
export type ExecState =
  | 'N'
  | 'W'
  | 'E0'
  | 'E1'
  | 'R0'
  | 'R1'
  | 'I0'
  | 'I1'
  | 'A0'
  | 'A1'
  | 'XW'
  | 'XE0'
  | 'XE1'
  | 'Invalid';

/** Why a transition changed nothing. */
export type Refusal =
  | { readonly kind: 'not-found' }
  | { readonly kind: 'not-allowed'; readonly from: ExecState; readonly transition: string }
  /** The runner no longer owns the chat, or history or status moved on: leave quietly. */
  | { readonly kind: 'fence-lost' }
  | { readonly kind: 'queue-full'; readonly max: number }
  /** A file that the message names is not kept any more, or is another chat's. */
  | { readonly kind: 'file-expired'; readonly name: string | null }
  | { readonly kind: 'message-not-found' }
  | { readonly kind: 'not-user-message' }
  /** None was asked for, and there is no default. */
  | { readonly kind: 'no-model' }
  /** The one that was asked for is not there, or switched off. */
  | { readonly kind: 'unknown-model' }
  | { readonly kind: 'already-answered' }
  | { readonly kind: 'changed' }
  /** The next model call would go over a cap. */
  | {
      readonly kind: 'over-budget';
      readonly scope: BudgetScope;
      readonly capMicros: number;
      readonly spentMicros: number;
      readonly estimateMicros: number | null;
    }
  /** A target of an agent tool that the caller did not start. */
  | { readonly kind: 'not-descendant' }
  | { readonly kind: 'invalid'; readonly message: string };

export type Outcome<T> = Result<T, Refusal>;

/** What a runner must still hold for a write to count; checked under the row lock. */
export interface Fence {
  readonly chatId: ChatId;
  readonly runnerId: RunnerId;
  readonly historyVersion: number;
  readonly status: ChatStatus;
}

/** The facts that a runner and a stream decide by; also the payload of `chat_update`. */
export interface ChatFacts {
  readonly chatId: ChatId;
  readonly snapshotVersion: number;
  readonly historyVersion: number;
  readonly queueVersion: number;
  readonly retryStateVersion: number;
  readonly generationAttempt: number;
  readonly status: ChatStatus;
  readonly archived: boolean;
  readonly workerId: WorkerId | null;
  readonly runnerId: RunnerId | null;
}

export interface NewMessage {
  readonly role: Role;
  readonly content: readonly Part[];
  readonly visibility?: Visibility;
  readonly modelConfigId?: ModelConfigId | null;
  readonly usage?: Usage | null;
  readonly contextLimit?: number | null;
  readonly runtimeMs?: number | null;
  readonly compressed?: boolean;
  readonly effort?: string | null;
  readonly interrupted?: boolean;
  readonly costMicros?: number | null;
}

/** One ledger row for one call of the assistant message that is being committed. */
export interface NewToolCall {
  readonly index: number;
  readonly providerCallId: string;
  readonly tool: string;
  readonly argsHash: string;
  readonly effect: 'read' | 'effect';
  /**
   * `done` comes with `result`: the call was answered without running (bad parameters, unknown tool). `gated` with an
   * approval waits for the person; without one it is a call of one of the chat's dynamic tools, for the client.
   */
  readonly state: 'gated' | 'cleared' | 'done';
  readonly approval: ApprovalView | null;
  readonly result?: ToolOutcome;
}

/** What a finished tool call leaves in the ledger and then in the tool row. */
export interface ToolOutcome {
  readonly result: unknown;
  readonly isError: boolean;
  readonly durationMs: number | null;
}

/** A ledger row as the daemon sees it. */
export interface LedgerRow extends ToolCallState {
  readonly args_hash: string;
  readonly effect: 'read' | 'effect';
  readonly result: ToolOutcome | null;
  /** The person's note with a denial. */
  readonly note: string | null;
}

/** A prompt or decision row: a message with what only the daemon may see. */
export interface StoredMessage extends Message {
  readonly compressed: boolean;
}

/** Everything that decide needs, read in one transaction, however long the chat is. */
export interface StepView {
  readonly facts: ChatFacts;
  readonly chat: {
    readonly id: ChatId;
    readonly ownerId: OwnerId;
    readonly title: string;
    readonly titleSource: 'fallback' | 'model' | 'user';
    readonly workspaceId: WorkspaceId | null;
    readonly parentChatId: ChatId | null;
    readonly rootChatId: ChatId | null;
    readonly modelConfigId: ModelConfigId;
    readonly effort: string | null;
    readonly compactionRequested: boolean;
    /** An undone compaction: no automatic one until the next message. */
    readonly compactionHeld: boolean;
    readonly dynamicTools: readonly DynamicTool[];
  };
  /**
   * Rows that the model may see from its last answer on (the newest assistant row that is not compressed),
   * ascending, also those before a boundary that came later; the prompt's rows where it has not answered yet.
   */
  readonly tail: readonly StoredMessage[];
  /** The newest compaction or clearing (`cleared`); `answers`: assistant rows after it that are not compressed. */
  readonly boundary: {
    readonly messageId: MessageId;
    readonly answers: number;
    readonly cleared: boolean;
  } | null;
  /** Ledger of the last assistant message; empty when it asked for nothing. */
  readonly calls: readonly LedgerRow[];
  /** Assistant messages since the last user message. */
  readonly stepsInTurn: number;
  /** The newest settled calls of this turn, newest first, LOOP_TIMES at most; those before an answered loop are left out. */
  readonly recentCalls: readonly RecentCall[];
  /** Open pending actions: nothing goes on while there is one. */
  readonly actions: readonly PendingAction[];
  /** Visible user messages in the whole chat, counted up to 2 (for the title rule). */
  readonly userMessages: number;
  readonly retry: RetryInfo | null;
}

/** The same call with the same result this often in a row, and the person is asked. */
export const LOOP_TIMES = 3;

export interface RecentCall {
  readonly messageId: MessageId;
  readonly tool: string;
  readonly argsHash: string;
  /** Of the result's JSON, without what differs each time: how long it took, the id of its process. */
  readonly resultHash: string;
}

/** A tool that the client runs: the chat waits for its results (`completeRequiresAction`). */
export interface DynamicTool {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of an object. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** Money that an attempt may cost, in millionths of a US dollar; null: the model has no price. */
export interface Hold {
  readonly modelConfigId: ModelConfigId;
  readonly estimateMicros: number | null;
}

/** A chat that another one started, as its tools show it. */
/** A worktree that was made for a sub-agent. */
export interface AgentPlace {
  readonly workspaceId: WorkspaceId;
  readonly directory: string;
  readonly branch: string;
}

export interface AgentView {
  readonly chatId: ChatId;
  readonly title: string;
  readonly status: ChatStatus;
  readonly error: ChatFault | null;
  /** Its last turn ended by itself, with an answer: nobody stopped it. */
  readonly finished: boolean;
  /** Text of its newest answer that said something, since it was last asked; null: none yet. */
  readonly report: string | null;
}

/** What stands after a message. */
export interface Dropped {
  /** The person's and the agent's. */
  readonly messages: number;
  readonly queued: number;
  /** Files that the agent wrote or edited since: they stay as they are. */
  readonly files: number;
}

/** A subscriber that is further behind than this begins again. */
export const SYNC_ROWS = 200;

/** What a stream sends after comparing versions; each field is null when it did not change. */
export interface StreamSync {
  readonly facts: ChatFacts;
  readonly summary: ChatSummary;
  /**
   * Rows with a revision above the known one, and after a deletion all that stand behind it, ascending by id;
   * deleted ones only as ids. More than `SYNC_ROWS`: there are more of them, and a snapshot says it shorter.
   */
  readonly messages: readonly Message[];
  readonly deletedIds: readonly MessageId[];
  /** Of a snapshot: the history version at which rows vanished last. */
  readonly cutVersion?: number | null;
  readonly messageCount: number;
  readonly queue: readonly QueuedMessage[] | null;
  readonly calls: readonly ToolCallState[];
  readonly actions: readonly PendingAction[];
  readonly retry: RetryInfo | null;
  readonly error: ChatFault | null;
}

export interface CreateChatArgs {
  readonly chatId: ChatId;
  readonly ownerId: OwnerId;
  readonly workspaceId: WorkspaceId | null;
  readonly parentChatId?: ChatId | null;
  readonly title: string;
  /** Null: the default model, else refused with `no-model`. One that cannot be used is refused with `unknown-model`. */
  readonly modelConfigId: ModelConfigId | null;
  readonly effort: string | null;
  /** Unique: a repeat answers with the chat that exists. */
  readonly spawnKey: string;
  readonly messages: readonly NewMessage[];
  /** Default `running`. */
  readonly status?: 'running' | 'waiting';
  readonly dynamicTools?: readonly DynamicTool[];
}

export interface SendMessageArgs {
  readonly chatId: ChatId;
  readonly ownerId: OwnerId;
  readonly content: readonly UserPart[];
  readonly modelConfigId: ModelConfigId | null;
  readonly effort: string | null | undefined;
  readonly busy: 'queue' | 'interrupt';
  /** A repeat with the same key answers as the first did and adds nothing. */
  readonly sendKey: string;
}

export interface Sent {
  readonly queued: boolean;
  readonly messageId: MessageId | null;
  readonly queuedId: QueuedId | null;
}

export interface KeptFile {
  readonly name: string;
  readonly mediaType: string;
  readonly data: Uint8Array;
}

export interface NewFile extends KeptFile {
  readonly fileId: FileId;
  readonly ownerId: OwnerId;
}

type Op<A, R> = (args: A) => Promise<R>;
type ByChat = { readonly chatId: ChatId; readonly ownerId: OwnerId };

/**
 * Every transaction of the chat daemon, by name. One call is one transaction and one round trip. User
 * operations filter by owner (`not-found` for others'). All transitions bump snapshot_version, follow the
 * field rules of CHATD 2.5 and publish `chat_update` (payload ChatFacts), `chat_watch`
 * ({kind, chatId, parentChatId}) and, when runnable and unowned, `chat_ownership` ({chatId}) through pg_notify.
 */
export interface ChatOperations {
  // ── a person's ──
  createChat: Op<CreateChatArgs, Outcome<{ chatId: ChatId; created: boolean }>>;
  /**
   * A chat of its own with copies of the rows up to and including the message: W after an answer (what it asked for
   * counts to it), R0 after a question. A repeat with the same key answers with the fork that exists.
   */
  forkChat: Op<
    ByChat & { messageId: MessageId; forkId: ChatId; forkKey: string },
    Outcome<{ chatId: ChatId; created: boolean }>
  >;
  sendMessage: Op<SendMessageArgs, Outcome<Sent>>;
  editMessage: Op<
    ByChat & {
      messageId: MessageId;
      content: readonly UserPart[];
      /** Rows that follow the replacement. */
      suffix?: readonly NewMessage[];
    },
    Outcome<{ messageId: MessageId }>
  >;
  deleteQueued: Op<ByChat & { queuedId: QueuedId }, Outcome<null>>;
  editQueued: Op<ByChat & { queuedId: QueuedId; content: readonly UserPart[] }, Outcome<null>>;
  moveQueued: Op<ByChat & { queuedId: QueuedId; by: -1 | 1 }, Outcome<null>>;
  /** At the end of a turn the head waits (E1, `paused`); going on promotes it. Forgotten when the queue runs empty. */
  pauseQueue: Op<ByChat & { paused: boolean }, Outcome<null>>;
  promoteQueued: Op<ByChat & { queuedId: QueuedId }, Outcome<null>>;
  /** R→I; A0→W, A1→R with cancellations. */
  interrupt: Op<ByChat, Outcome<null>>;
  /** E0/E1→R0/R1, history_version := snapshot_version so that a new task starts (docs/decisions). */
  retryError: Op<ByChat, Outcome<null>>;
  /**
   * gated → cleared | denied. `hash` must equal the row's approval hash. In A with no gated row left → running
   * and unowned (hint). Bumps snapshot_version only.
   */
  answerCall: Op<
    ByChat & { key: ToolKey; hash: string; decision: 'allow' | 'deny'; note: string | null },
    Outcome<null>
  >;
  /** Continue: the action is answered and the chat runs; stop: as an interrupt in A. */
  answerAction: Op<ByChat & { actionId: ActionId; answer: ActionAnswer }, Outcome<null>>;
  /** Results of dynamic calls, all that are open or none: duplicates, strangers and gaps are `invalid`. */
  completeRequiresAction: Op<
    ByChat & { results: readonly { toolCallId: string; output: string; isError: boolean }[] },
    Outcome<null>
  >;
  /**
   * R→I, A→W for the chat and all below it, locked in id order, in one transaction; a descendant with a queue
   * ends in E1 of kind `stopped`. `not-allowed` when nothing of it runs.
   */
  interruptTree: Op<ByChat, Outcome<{ stopped: readonly ChatId[] }>>;
  /** The same for every chat of the person that runs; queues wait. What waits for the person waits on. */
  interruptAll: Op<{ ownerId: OwnerId }, { stopped: readonly ChatId[] }>;
  /** W/E0→R0, E1→R1, unowned. `invalid` when there is nothing to compact. */
  requestCompaction: Op<ByChat, Outcome<null>>;
  /** W/E0→W with the three rows of a clearing. */
  clearContext: Op<ByChat, Outcome<null>>;
  /** W/E→W: the newest boundary and the rows that were written with it go; automatic compaction is held. */
  undoCompaction: Op<ByChat, Outcome<null>>;
  /** Invalid→E0/E1, an archived one with its family. `not-allowed` from a valid state. Owner null: the daemon itself. */
  reconcileInvalidState: Op<
    { chatId: ChatId; ownerId: OwnerId | null; fault: ChatFault | null },
    Outcome<null>
  >;
  setModel: Op<ByChat & { modelConfigId: ModelConfigId; effort: string | null | undefined }, Outcome<null>>;
  /** The cap of the tree that the chat is in: null for none, `usual` for the one of the settings. */
  setChatBudget: Op<ByChat & { capMicros: number | null | 'usual' }, Outcome<null>>;
  renameChat: Op<ByChat & { title: string }, Outcome<null>>;
  /** The whole family in one statement, or nothing. */
  setArchived: Op<ByChat & { archived: boolean }, Outcome<null>>;
  /** Never moves backwards; moves no version. */
  markRead: Op<ByChat & { messageId: MessageId }, null>;
  /** Among the pinned chats, from 1; null: not pinned. Moves no version. */
  pinChat: Op<ByChat & { at: number | null }, Outcome<null>>;
  getDraft: Op<{ ownerId: OwnerId; key: string }, Draft>;
  setDraft: Op<{ ownerId: OwnerId; key: string; text: string; files: readonly FileId[] }, null>;
  /** Keeps the bytes of a file that no message names yet. */
  addFile: Op<NewFile, null>;
  /** One that no message names; others stay. */
  removeFile: Op<{ ownerId: OwnerId; fileId: FileId }, null>;
  /** Null: it has expired. Owner null: the daemon itself. */
  loadFile: Op<{ ownerId: OwnerId | null; fileId: FileId }, KeptFile | null>;
  /** Which of them are kept. */
  listPresentFiles: Op<{ ownerId: OwnerId; fileIds: readonly FileId[] }, readonly FileId[]>;

  // ── a worker's ──
  /**
   * Runnable (running, interrupting; not requires_action) and unowned or with a dead owner; oldest first. `lacking`:
   * models that this worker cannot ask; a chat that would need one is listed only after 5 s without an owner.
   */
  listCandidates: Op<
    {
      workerId: WorkerId;
      leaseMs: number;
      exclusive: boolean;
      machineId?: string | null;
      lacking?: readonly ModelConfigId[];
      limit: number;
    },
    readonly ChatId[]
  >;
  /**
   * Re-checks the candidate condition under the lock. `exclusive`: any owner but this worker is dead. `machineId`: a chat
   * in another computer's folder is left alone. `lacking`: as for the list. `changed` while another transaction holds
   * the chat.
   */
  acquire: Op<
    {
      chatId: ChatId;
      workerId: WorkerId;
      runnerId: RunnerId;
      leaseMs: number;
      exclusive: boolean;
      machineId?: string | null;
      lacking?: readonly ModelConfigId[];
    },
    Outcome<ChatFacts>
  >;
  abandon: Op<{ chatId: ChatId; runnerId: RunnerId }, Outcome<null>>;
  /** One statement for all; answers the runners that no longer own their chat. */
  heartbeat: Op<
    { runners: readonly { chatId: ChatId; runnerId: RunnerId }[]; leaseMs: number },
    readonly RunnerId[]
  >;
  loadFacts: Op<{ chatId: ChatId }, ChatFacts | null>;
  loadStep: Op<{ chatId: ChatId }, StepView | null>;
  /** What the model reads, with the history version that it is of: the caller compares it with its fence. */
  loadPrompt: Op<{ chatId: ChatId }, { historyVersion: number; prompt: readonly StoredMessage[] } | null>;
  /** With a hold, money is reserved; `over-budget` when it does not fit. Open holds of the chat are settled first. */
  recordAttempt: Op<Fence & { hold?: Hold }, Outcome<{ generationAttempt: number }>>;
  recordRetry: Op<Fence & { retry: RetryInfo | null }, Outcome<null>>;
  /** "Retry now": clears the wait of a running chat by shortening `retrying_at` to now; refused without one. */
  skipRetryWait: Op<ByChat, Outcome<null>>;
  /** Inserts rows in order; `calls` belong to the assistant row among them. Keys are made from `installationId`. */
  commitStep: Op<
    Fence & {
      readonly installationId: string;
      readonly messages: readonly NewMessage[];
      readonly calls: readonly NewToolCall[];
      readonly consumeCompaction: boolean;
      /** What the attempt cost: settles its hold. */
      readonly costMicros?: number | null;
    },
    Outcome<{ historyVersion: number; messageIds: readonly MessageId[] }>
  >;
  /**
   * cleared → dispatched (or still dispatched: a repeat after a crash). Commits before the call leaves. `attempt`: it
   * begins an attempt, whose number it answers.
   */
  dispatchCalls: Op<
    Fence & { keys: readonly ToolKey[]; attempt?: boolean },
    Outcome<{ generationAttempt: number }>
  >;
  /** Names the process that runs the call, so that the window can follow it. Bumps snapshot_version only. */
  setCallProcess: Op<{ chatId: ChatId; key: ToolKey; processId: string }, Outcome<null>>;
  /** dispatched → done | unknown | cancelled (it never left) with its result. Not fenced by status: an interrupt must not lose a result. */
  settleCall: Op<
    {
      chatId: ChatId;
      runnerId: RunnerId;
      key: ToolKey;
      state: 'done' | 'unknown' | 'cancelled';
      outcome: ToolOutcome;
    },
    Outcome<null>
  >;
  /** All calls of the last assistant message have results (done, denied, unknown): inserts the tool rows in call
   *  order, one a result, and nothing else. Refused as `invalid` while one is open. */
  commitResults: Op<Fence, Outcome<{ historyVersion: number }>>;
  /**
   * Gives up ownership. A gated call without an approval is a dynamic one: the client runs it. Where only such calls
   * wait, `deadlineMs` is needed (else `invalid`); where the person is asked, too, it is left out of account: the
   * client's clock begins when the person has answered. Refused as `invalid` when nothing waits.
   */
  enterRequiresAction: Op<Fence & { action?: ActionRequest; deadlineMs?: number }, Outcome<null>>;
  /** A0→R0, A1→R1 of chats whose dynamic tools did not answer in time; answers which. */
  cancelOverdueActions: Op<Record<string, never>, readonly ChatId[]>;
  /** Chats in a combination that no transition makes, and broken invariants of 2.8: for the log, then repaired. */
  listViolations: Op<{ limit: number }, readonly { chatId: ChatId; rule: string }[]>;
  /** R0→W; R1 promotes the head and stays running. `promoted` tells which. */
  finishTurn: Op<Fence, Outcome<{ promoted: boolean }>>;
  /** `costMicros`: an answer came and was of no use; left out: the call failed, and cost nothing. */
  finishError: Op<Fence & { fault: ChatFault; costMicros?: number | null }, Outcome<null>>;
  /** Inserts the partial rows (maybe none) and, for calls of the last committed assistant message, results:
   *  the ledger's where done, synthetic cancellations else. */
  finishInterruption: Op<
    Fence & { messages: readonly NewMessage[]; costMicros?: number | null },
    Outcome<{ promoted: boolean }>
  >;
  /** Compare-and-set on title_source = fallback; `force`: the person asked for a new one. */
  setModelTitle: Op<
    { chatId: ChatId; title: string; force?: boolean; costMicros?: number | null },
    boolean
  >;

  // ── an agent tool's: the caller is a running root chat, `key` its call ──
  /**
   * Creates the child and settles the call with `{chat_id, title, status}`, in one transaction. Locks the parent
   * first; refused as `fence-lost` unless it runs under this runner. A repeat answers with the child that exists.
   */
  spawnAgent: Op<
    {
      parentId: ChatId;
      runnerId: RunnerId;
      key: ToolKey;
      childId: ChatId;
      title: string;
      /** `model`: the parent gave it. */
      titleSource: 'fallback' | 'model';
      modelConfigId: ModelConfigId | null;
      effort: string | null;
      /** Of its own; absent: it works where its parent does. */
      place?: AgentPlace;
      messages: readonly NewMessage[];
    },
    Outcome<AgentView>
  >;
  /** Sends to a descendant and settles the call with `{chat_id, title, status, interrupted}`; once a key. */
  messageAgent: Op<
    {
      callerId: ChatId;
      runnerId: RunnerId;
      key: ToolKey;
      chatId: ChatId;
      message: string;
      interrupt: boolean;
    },
    Outcome<AgentView & { interrupted: boolean }>
  >;
  /** Where the chat works from now on, if it still works in `from`; a repeat changes nothing. `changed`: it works elsewhere. */
  setChatWorkspace: Op<
    { chatId: ChatId; runnerId: RunnerId; from: WorkspaceId | null; to: WorkspaceId },
    Outcome<null>
  >;
  /** R→I, A→W of a descendant, without its queue; nothing where it is at rest. A repeat does nothing more. */
  closeAgent: Op<{ callerId: ChatId; chatId: ChatId }, Outcome<AgentView>>;
  /** Null: not a descendant of the caller. */
  loadAgent: Op<{ callerId: ChatId; chatId: ChatId }, AgentView | null>;
  listAgents: Op<
    { callerId: ChatId; limit: number; offset: number },
    { agents: readonly AgentView[]; total: number }
  >;

  // ── reading ──
  loadSnapshot: Op<
    ByChat & { rows: number },
    (StreamSync & { readonly queue: readonly QueuedMessage[] }) | null
  >;
  loadSync: Op<
    ByChat & { historyVersion: number; queueVersion: number; fromMessageId: MessageId | null },
    StreamSync | null
  >;
  loadPage: Op<
    ByChat & { before?: MessageId; after?: MessageId; around?: MessageId; limit: number },
    readonly Message[] | null
  >;
  loadMessage: Op<ByChat & { messageId: MessageId }, Message | null>;
  /** What editing that message would drop, as of now; null: it is not there. */
  loadDropped: Op<ByChat & { messageId: MessageId }, Dropped | null>;
  /** Chats that this one started, oldest first. */
  listChildren: Op<ByChat, readonly ChatSummary[]>;
  listChats: Op<{ ownerId: OwnerId; archived: boolean }, readonly ChatSummary[]>;
  loadSummary: Op<{ chatId: ChatId; ownerId: OwnerId }, ChatSummary | null>;
  /** Those of them that there are, in no order. */
  loadSummaries: Op<{ chatIds: readonly ChatId[]; ownerId: OwnerId }, readonly ChatSummary[]>;
  loadProcessChat: Op<ByChat, { workspaceId: WorkspaceId | null } | null>;
}
