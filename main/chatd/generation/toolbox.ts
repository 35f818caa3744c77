import type { ChatId, WorkspaceId } from '@shared/model/ids.ts';
import type { ToolCallPart } from '@shared/model/part.ts';
import type { ApprovalMode } from '@shared/model/workspace.ts';
import { LinkDown } from '../../agent-client/client.ts';
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import { abortable } from '../../tools/abortable.ts';
import { type Tool, type ToolAnswer, toolError } from '../../tools/define.ts';
import { gateCall } from '../../tools/gate-call.ts';
import { findTool, prepareCall, type RequestedCall } from '../../tools/prepare-call.ts';
import { toolSpecs } from '../../tools/registry.ts';
import { runTool } from '../../tools/run-tool.ts';
import type { ProvisionPlace } from '../../workspaces/approvals.ts';
import { type WorkspaceConnection, WorkspaceProblem } from '../../workspaces/connection.ts';
import type { RuleBook } from '../../workspaces/rule-book.ts';
import type { LedgerRow } from '../machine/types.ts';
import { formatInstructions, type InstructionFile, loadInstructionFiles } from './instructions.ts';
import type { Judged, Ran, StepChat, Toolbox } from './ports.ts';

/** A file changed by hand is seen after this long; the whole look-up is bounded by the second. */
const INSTRUCTIONS_TTL_MS = 5 * 60_000;
const INSTRUCTIONS_TIMEOUT_MS = 5_000;

/** `directory`: where a command ran, as the model said it; null: the workspace's own. */
export interface ToolEffect {
  readonly chatId: ChatId;
  readonly workspaceId: WorkspaceId;
  readonly directory: string | null;
}

export interface ToolboxDeps {
  readonly tools: readonly Tool[];
  /** Throws WorkspaceProblem. Looked up at each use, so that a restarted agent just works. */
  connectionFor(workspaceId: WorkspaceId | null, chatId: ChatId | null): Promise<WorkspaceConnection>;
  modeOf(workspaceId: WorkspaceId | null): ApprovalMode;
  /** Where a workspace is, as a card shows it; absent: there are none. */
  placeOf?(workspaceId: WorkspaceId | null): ProvisionPlace;
  readonly trust: {
    /** What lies in the folder may be used. */
    isTrusted(workspaceId: WorkspaceId): boolean;
    /** As `isTrusted`, after a look at what lies there. Throws as the agent's client. */
    trusts(id: WorkspaceId, connection: WorkspaceConnection, signal: AbortSignal): Promise<boolean>;
  };
  readonly rules: Pick<RuleBook, 'loadFor' | 'used'>;
  /** Something in the workspace may have changed: a command or a write is over. */
  onEffect(effect: ToolEffect): void;
  /** Hides the secrets that Gaffer knows. */
  mask(text: string): string;
  readonly clock: Clock;
  readonly log: Log;
}

export function createToolbox(deps: ToolboxDeps): Toolbox {
  const { tools, clock, log } = deps;
  const instructions = cachedInstructions(deps);
  const { gate, noLongerCleared } = createGate(deps);

  /** Ours win over the client's of the same name. */
  const clientsTools = (chat: StepChat) => chat.dynamicTools.filter((own) => !findTool(tools, own.name));

  return {
    specs: (chat) => [
      ...toolSpecs(tools.filter((tool) => !tool.rootOnly || chat.parentChatId === null)),
      ...clientsTools(chat),
    ],
    ...traitsOf(tools),
    async judge(chat, call, signal) {
      const gated = await gate(chat, requested(call), signal);
      if (gated.state === 'cleared') deps.rules.used(gated.rules);
      const isClients = clientsTools(chat).some((tool) => tool.name === call.tool_name);
      if (isClients) return judgeClients(call, gated.argsHash);
      const base = {
        tool: call.tool_name,
        argsHash: gated.argsHash,
        effect: gated.effect,
        approval: gated.approval,
        state: gated.state,
      };
      const answer = notForChildren(tools, chat, call) ?? (gated.state === 'done' ? gated.answer : null);
      if (!answer) return base;
      const { result, isError } = answer;
      return { ...base, state: 'done', approval: null, result: { result, isError, durationMs: null } };
    },
    async run(chat, row, args, context) {
      const stale = await noLongerCleared(chat, row, args, context.signal);
      if (stale) return stale;
      const ran = await runTool(
        tools,
        { name: row.tool, args },
        {
          connect: () => deps.connectionFor(chat.workspaceId, chat.id),
          chatId: chat.id,
          ...context,
          key: row.key,
          clock,
          mask: deps.mask,
          log,
        },
      );
      if (row.effect === 'effect' && chat.workspaceId)
        deps.onEffect({ chatId: chat.id, workspaceId: chat.workspaceId, directory: workdirIn(args) });
      return {
        state: ran.unknown ? 'unknown' : 'done',
        outcome: { result: ran.result, isError: ran.isError, durationMs: ran.durationMs },
        ...(ran.settled ? { settled: true } : {}),
      };
    },
    instructions: instructions.texts,
    instructionFiles: instructions.files,
  };
}

function workdirIn(args: unknown): string | null {
  const { workdir } = (args ?? {}) as { readonly workdir?: unknown };
  return typeof workdir === 'string' && workdir !== '' ? workdir : null;
}

/** The tool is not offered to delegated chats, but the model may know its name. */
function notForChildren(tools: readonly Tool[], chat: StepChat, call: ToolCallPart): ToolAnswer | null {
  const isForbidden = chat.parentChatId !== null && findTool(tools, call.tool_name)?.rootOnly;
  return isForbidden
    ? toolError(
        `A delegated chat cannot use ${call.tool_name}: it cannot create workspaces, and cannot create or lead sub-agents.`,
      )
    : null;
}

function traitsOf(
  tools: readonly Tool[],
): Pick<Toolbox, 'waits' | 'polls' | 'exclusive' | 'endsTurn' | 'subject'> {
  return {
    waits: (name) => findTool(tools, name)?.waits ?? false,
    polls: (name) => findTool(tools, name)?.polls ?? false,
    exclusive: (name) => findTool(tools, name)?.exclusive ?? false,
    endsTurn: (name) => findTool(tools, name)?.endsTurn ?? false,
    subject(name, args) {
      const prepared = prepareCall(tools, { name, args });
      return prepared.ok ? prepared.value.view.subject : JSON.stringify(args ?? {});
    },
  };
}

/** The client runs it, and asks its person itself: there is nothing to approve here. */
function judgeClients(call: ToolCallPart, argsHash: string): Judged {
  const row = { tool: call.tool_name, argsHash, effect: 'effect' as const, approval: null };
  if (call.invalid_args === undefined) return { ...row, state: 'gated' };
  const { result, isError } = toolError(`The arguments of ${call.tool_name} are not valid JSON.`);
  return { ...row, state: 'done', result: { result, isError, durationMs: null } };
}

function createGate({ tools, clock, ...deps }: ToolboxDeps) {
  const gate = (chat: StepChat, call: RequestedCall, signal: AbortSignal) =>
    gateCall(tools, call, {
      mode: deps.modeOf(chat.workspaceId),
      connect: () => deps.connectionFor(chat.workspaceId, chat.id),
      place: () => deps.placeOf?.(chat.workspaceId),
      loadRules: async () =>
        chat.workspaceId && deps.trust.isTrusted(chat.workspaceId) ? deps.rules.loadFor(chat) : [],
      chatId: chat.id,
      signal,
      clock,
    });

  /** An earlier call of the step may have changed what a path stands for: a link, a folder. */
  async function noLongerCleared(
    chat: StepChat,
    row: LedgerRow,
    args: unknown,
    signal: AbortSignal,
  ): Promise<Ran | null> {
    // What the person allowed stays allowed; a repeat after a crash must reach the agent's journal.
    if (row.approval !== null || row.state !== 'cleared' || row.effect !== 'effect') return null;
    const { state } = await gate(chat, { name: row.tool, args }, signal);
    if (state !== 'gated') return null;
    const result = { error: 'This call now needs the approval of the person. Ask for it again.' };
    return { state: 'done', outcome: { result, isError: true, durationMs: null } };
  }
  return { gate, noLongerCleared };
}

function requested(call: ToolCallPart) {
  return {
    name: call.tool_name,
    args: call.args,
    ...(call.invalid_args === undefined ? {} : { invalidArgs: call.invalid_args }),
  };
}

interface Instructions {
  readonly at: number;
  readonly place: { readonly os: string; readonly directory: string };
  readonly files: readonly InstructionFile[];
  /** Whether the project's own were to be among them. */
  readonly isTrusted: boolean;
}

function cachedInstructions(deps: ToolboxDeps) {
  const cache = new Map<WorkspaceId, Instructions>();

  async function read(id: WorkspaceId, signal: AbortSignal): Promise<Omit<Instructions, 'at'>> {
    const connection = await abortable(deps.connectionFor(id, null), signal);
    const place = { os: connection.platform, directory: connection.directory };
    try {
      const isTrusted = await deps.trust.trusts(id, connection, signal);
      const files = await loadInstructionFiles(connection, isTrusted, deps.log, signal);
      cache.set(id, { at: deps.clock.now(), place, files, isTrusted });
      return { place, files, isTrusted };
    } catch (error) {
      deps.log.warn('instructions not read', { workspaceId: id, error: String(error) });
      return knownHere(id) ?? { place, files: [], isTrusted: false };
    }
  }

  /** Null also after the person has changed their mind about the folder. */
  function knownHere(id: WorkspaceId): Instructions | null {
    const known = cache.get(id);
    return known && known.isTrusted === deps.trust.isTrusted(id) ? known : null;
  }

  /** A step connects to no host for what is known, and waits for none that does not answer. */
  async function load(workspaceId: WorkspaceId, signal: AbortSignal) {
    const known = knownHere(workspaceId);
    if (known && deps.clock.now() - known.at < INSTRUCTIONS_TTL_MS) return known;
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(INSTRUCTIONS_TIMEOUT_MS)]);
    try {
      return await read(workspaceId, bounded);
    } catch (error) {
      const isAway = error instanceof WorkspaceProblem || error instanceof LinkDown;
      if (isAway || bounded.aborted) return known;
      throw error;
    } finally {
      signal.throwIfAborted();
    }
  }

  return {
    async texts(chat: StepChat, signal: AbortSignal): Promise<readonly string[]> {
      const found = chat.workspaceId && (await load(chat.workspaceId, signal));
      const text = found ? formatInstructions(found.place, found.files) : null;
      return text === null ? [] : [text];
    },
    async files(workspaceId: WorkspaceId | null, signal: AbortSignal) {
      const found = workspaceId && (await load(workspaceId, signal));
      if (!found) return [];
      return found.files
        .filter((file) => file.content !== '')
        .map(({ source, content, truncated }) => ({
          source,
          bytes: Buffer.byteLength(content),
          truncated,
        }));
    },
  };
}
