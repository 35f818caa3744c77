import type { InstructionFileInfo } from '@shared/contract/chats.ts';
import type { ChatId, ModelConfigId, RunnerId, WorkspaceId } from '@shared/model/ids.ts';
import type { ToolCallPart } from '@shared/model/part.ts';
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { Slots } from '../../base/slots.ts';
import type { DatabaseFaultCode } from '../../db/fault.ts';
import type { ToolSpec } from '../../models/port.ts';
import type { ResolvedModel } from '../../models/ready-model.ts';
import type { ChatStore } from '../machine/store.ts';
import type { LedgerRow, NewToolCall, StepView, ToolOutcome } from '../machine/types.ts';
import type { Hints } from '../stream/hints.ts';
import type { PartBuffer } from '../stream/part-buffer.ts';
import type { FileShelf } from './file-shelf.ts';
import type { OpenCalls } from './open-calls.ts';

export type StepChat = StepView['chat'];

/** The root of the chat's tree: limits are shared out among trees. */
export function treeOf(chat: StepChat): ChatId {
  return chat.rootChatId ?? chat.id;
}

/** The tools as the generation sees them: what to offer, what a call may do, and doing it. */
export interface Toolbox {
  specs(chat: StepChat): readonly ToolSpec[];
  /** The ledger row of a call that the model asked for: the approval policy's verdict, or its answer at once. */
  judge(chat: StepChat, call: ToolCallPart, signal: AbortSignal): Promise<Judged>;
  /** Runs one dispatched call; a repeat with the same key attaches to what it started. */
  run(chat: StepChat, row: LedgerRow, args: unknown, context: RunContext): Promise<Ran>;
  /** The tool waits for somebody else: its call takes no slot. */
  waits(tool: string): boolean;
  /** The loop guard does not count it. */
  polls(tool: string): boolean;
  /** It is run only when it is the one call of its answer. */
  exclusive(tool: string): boolean;
  /** A result of it that is no error ends the turn. */
  endsTurn(tool: string): boolean;
  /** What a call is about, in one line: a command, a path. */
  subject(tool: string, args: unknown): string;
  /** System texts about the workspace, read again for each step. */
  instructions(chat: StepChat, signal: AbortSignal): Promise<readonly string[]>;
  /** The files that these texts come from. */
  instructionFiles(
    workspaceId: WorkspaceId | null,
    signal: AbortSignal,
  ): Promise<readonly InstructionFileInfo[]>;
}

export type Judged = Omit<NewToolCall, 'index' | 'providerCallId'>;

export interface RunContext {
  readonly runnerId: RunnerId;
  readonly signal: AbortSignal;
  readonly contextLimit: number | null;
  onProcess(processId: string): Promise<void>;
  /** Text of a result that is still being made. */
  onDelta(text: string): void;
  /** Called before the call leaves for where it may have its effect. */
  onLeave(): void;
}

export interface Ran {
  /** `cancelled`: it was stopped before it left, so it did nothing. */
  readonly state: 'done' | 'unknown' | 'cancelled';
  readonly outcome: ToolOutcome;
  /** The ledger has it already. */
  readonly settled?: true;
}

export interface GenerationDeps {
  readonly store: ChatStore;
  readonly hints: Hints;
  readonly parts: PartBuffer;
  readonly clock: Clock;
  readonly log: Log;
  readonly installationId: string;
  /** Throws ModelError when the account cannot answer (no key, disabled). */
  resolveModel(id: ModelConfigId): Promise<ResolvedModel>;
  readonly toolbox: Toolbox;
  /** Steps that a turn may take; the usual number where it is left out. */
  readonly maxSteps?: number;
  /** Open model calls in all, and per provider, as the tree of this root chat gets them. */
  modelSlots(provider: string, tree: ChatId): readonly Slots[];
  toolSlots(tree: ChatId): Slots;
  /** A root chat finished, failed or asks: after the commit, from fresh rows. */
  onAttention(chatId: ChatId, why: 'finished' | 'failed' | 'asks'): void;
  /** The database refused, and the chat tries again by itself: once when that begins, then at every long pause. */
  onRefused?(code: DatabaseFaultCode): void;
}

/** What one step of a chat works with. */
export interface StepDeps extends GenerationDeps {
  readonly openCalls: OpenCalls;
  readonly files: FileShelf;
}
