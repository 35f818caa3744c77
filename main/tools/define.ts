import type { ChatId, RunnerId, ToolKey } from '@shared/model/ids.ts';
import { z } from 'zod';
import type { Clock } from '../base/clock.ts';
import type { ToolSpec } from '../models/port.ts';
import type { Access } from '../workspaces/approvals.ts';
import type { WorkspaceConnection } from '../workspaces/connection.ts';
import { type Parsed, parseArguments } from './parse-arguments.ts';

/** What the model gets back, as JSON. */
export interface ToolAnswer {
  readonly result: unknown;
  readonly isError: boolean;
  /** It cannot be known whether the call had its effect: the ledger row becomes `unknown`. */
  readonly unknown?: true;
  /** The ledger holds this result already: the effect and its record were one transaction. */
  readonly settled?: true;
}

export interface ToolContext {
  /** Resolved lazily, once a call. Throws WorkspaceProblem; any other throw is a bug. */
  connect(): Promise<WorkspaceConnection>;
  readonly chatId: ChatId;
  /** Who drives the chat: what the daemon does for a call counts only while this runner owns it. */
  readonly runnerId: RunnerId;
  /** The same key never has its effect twice. */
  readonly key: ToolKey;
  /** Aborted with `Interrupted` when the person stopped the turn. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Names the call's process in the ledger, so that the window can follow its output. */
  onProcess(processId: string): Promise<void>;
  /** Shows text while the call runs: what it prints. The result takes its place. */
  onDelta?(text: string): void;
  /**
   * Called before the first request that may have an effect leaves; until then the call has done nothing. What goes
   * through `connect` is told by itself.
   */
  onLeave?(): void;
}

/** What a row and an approval say about one call. */
export interface CallView {
  /** "Run", "Read": what is asked for. */
  readonly verb: string;
  /** "Running", "Reading": what is happening. */
  readonly doing: string;
  /** The whole command or path, not shortened. */
  readonly subject: string;
  /** What is to be written; only approvals show it. */
  readonly content?: string;
}

interface Definition<S extends z.ZodObject> {
  readonly name: string;
  /** Names that models know it by from elsewhere: answered, never offered. */
  readonly aliases?: readonly string[];
  readonly description: string;
  /** The approval rule and crash recovery look at it; reads run in parallel. */
  readonly effect: 'read' | 'effect';
  /** Only chats that a person started get it. */
  readonly rootOnly?: true;
  /** It waits for somebody else (a child): it holds no slot meanwhile. */
  readonly waits?: true;
  /** Asking again is its use: the loop guard does not count it. */
  readonly polls?: true;
  /** It must be the one call of its answer; with others, none of them runs. */
  readonly exclusive?: true;
  /** A result of it that is no error ends the turn: the person is to look at it first. */
  readonly endsTurn?: true;
  /** Optional parameters are `.nullish()`: strict-mode providers send null for what is left out. */
  readonly input: S;
  describe(input: z.output<S>): CallView;
  access(input: z.output<S>): Access;
  run(input: z.output<S>, context: ToolContext): Promise<ToolAnswer>;
}

/** A call whose arguments fit its tool. */
export interface PreparedCall {
  readonly view: CallView;
  readonly access: Access;
  /** The arguments as the tool reads them: without unknown properties. */
  readonly input: unknown;
  run(context: ToolContext): Promise<ToolAnswer>;
}

export interface Tool {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly effect: 'read' | 'effect';
  readonly rootOnly: boolean;
  readonly waits: boolean;
  readonly polls: boolean;
  readonly exclusive: boolean;
  readonly endsTurn: boolean;
  readonly spec: ToolSpec;
  prepare(args: unknown): Parsed<PreparedCall>;
}

export function defineTool<S extends z.ZodObject>(definition: Definition<S>): Tool {
  const parameters: Record<string, unknown> = z.toJSONSchema(definition.input, { io: 'input' });
  delete parameters.$schema;
  return {
    name: definition.name,
    aliases: definition.aliases ?? [],
    effect: definition.effect,
    rootOnly: definition.rootOnly ?? false,
    waits: definition.waits ?? false,
    polls: definition.polls ?? false,
    exclusive: definition.exclusive ?? false,
    endsTurn: definition.endsTurn ?? false,
    spec: { name: definition.name, description: definition.description, parameters },
    prepare(args) {
      const parsed = parseArguments(definition.input, args);
      if (!parsed.ok) return parsed;
      const input = parsed.value;
      return {
        ok: true,
        value: {
          view: definition.describe(input),
          access: definition.access(input),
          input,
          run: (context) => definition.run(input, context),
        },
      };
    },
  };
}

export function toolError(message: string): ToolAnswer {
  return { result: { error: message }, isError: true };
}

export function toolResult(result: unknown): ToolAnswer {
  return { result, isError: false };
}
