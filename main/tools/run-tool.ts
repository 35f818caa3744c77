import { AgentError, LinkDown } from '../agent-client/client.ts';
import { errorFields, type Log } from '../base/log.ts';
import { DatabaseFault } from '../db/fault.ts';
import { LinkFault } from '../ssh/fault.ts';
import { WorkspaceProblem } from '../workspaces/connection.ts';
import { abortable } from './abortable.ts';
import { type Tool, type ToolAnswer, type ToolContext, toolError } from './define.ts';
import { tellingLeave } from './leaving.ts';
import { prepareCall, type RequestedCall } from './prepare-call.ts';
import { guardSize, mapTexts } from './size-guard.ts';
import { isUnknown } from './unknown-outcome.ts';

export interface RunContext extends ToolContext {
  /** Of the model that reads the result, in tokens; null: not known. */
  readonly contextLimit: number | null;
  /** Hides the secrets that Gaffer knows. */
  mask(text: string): string;
  readonly log: Log;
}

export interface ToolRun extends ToolAnswer {
  readonly durationMs: number;
}

/**
 * Runs one call. Whatever goes wrong is a result that the model reads; only an abort is thrown (the signal's
 * reason) and a fault of our own database: what was begun goes on, and a repeat finds it by its key. After `Interrupted` a command that could be stopped still answers, with its output so far.
 */
export async function runTool(
  tools: readonly Tool[],
  call: RequestedCall,
  context: RunContext,
): Promise<ToolRun> {
  const startedAt = context.clock.now();
  const { onLeave } = context;
  const connect = async () => {
    const connection = await abortable(context.connect(), context.signal);
    return onLeave ? tellingLeave(connection, onLeave) : connection;
  };
  const reachable = { ...context, connect };
  const prepared = prepareCall(tools, call);
  const raw = prepared.ok
    ? await answerOf(
        prepared.value.tool,
        () => {
          // Its effect may be elsewhere than in the workspace, where nobody tells when it leaves.
          if (['free', 'provision'].includes(prepared.value.access.kind)) onLeave?.();
          return prepared.value.run(reachable);
        },
        context,
      )
    : toolError(prepared.error);
  const masked = mapTexts(raw.result, (text) => context.mask(text));
  return {
    ...raw,
    result: guardSize(masked, context.contextLimit),
    durationMs: Math.max(0, Math.round(context.clock.now() - startedAt)),
  };
}

async function answerOf(
  tool: Tool,
  run: () => Promise<ToolAnswer>,
  context: RunContext,
): Promise<ToolAnswer> {
  context.signal.throwIfAborted();
  try {
    return await run();
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof DatabaseFault) throw error;
    const known = knownFailure(tool, error);
    if (known) return known;
    context.log.error('A tool failed.', { tool: tool.name, key: context.key, ...errorFields(error) });
    return toolError(`The tool failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function knownFailure(tool: Tool, error: unknown): ToolAnswer | null {
  if (error instanceof WorkspaceProblem) {
    if (error.code !== 'unreachable') return toolError(error.message);
    const unknown = error.inFlight && tool.effect === 'effect';
    const message = unknown ? `${error.message} ${CHECK_FIRST}` : error.message;
    const result = { error: 'workspace_unreachable', message };
    return { result, isError: true, ...(unknown ? { unknown } : {}) };
  }
  if (error instanceof AgentError) {
    if (isUnknown(error)) return unknownOutcome(error.message);
    return toolError(error.detail ? `${error.message}\n${error.detail}` : error.message);
  }
  if (error instanceof LinkFault) {
    return knownFailure(tool, new WorkspaceProblem('unreachable', error.message, true));
  }
  if (error instanceof LinkDown) {
    return tool.effect === 'effect'
      ? unknownOutcome('The connection to the workspace broke before the answer came.')
      : toolError('The connection to the workspace broke before the answer came.');
  }
  return null;
}

const CHECK_FIRST = 'It is not known whether the call had its effect: check before you repeat it.';

function unknownOutcome(message: string): ToolAnswer {
  const result = {
    outcome: 'unknown',
    message: `${message} ${CHECK_FIRST}`,
  };
  return { result, isError: true, unknown: true };
}
