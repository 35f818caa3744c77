import type { ProcessOutput } from '@shared/agent-protocol/index.ts';
import { z } from 'zod';
import { AgentError, LinkDown } from '../agent-client/client.ts';
import { LinkFault } from '../ssh/fault.ts';
import { type WorkspaceConnection, WorkspaceProblem } from '../workspaces/connection.ts';
import { type CommandResult, shownOutput } from './command-result.ts';
import { defineTool, type ToolAnswer, type ToolContext, toolError } from './define.ts';
import { formatDuration } from './duration.ts';
import { type FollowedProcess, lastLook, stopProcess, waitForExit } from './follow-process.ts';
import { Interrupted } from './interrupted.ts';
import { bounded } from './link-clock.ts';
import { REQUEST_LIMIT_MS } from './on-agent.ts';
import { resolvePath } from './paths.ts';
import { type CommandPlan, isFileDump, planCommand } from './plan-command.ts';
import { isUnknown } from './unknown-outcome.ts';

/** How long an interrupt waits for the answer to a start that has left, to know what to terminate. */
const START_GRACE_MS = 5_000;

export const execute = defineTool({
  name: 'execute',
  description:
    'Run a short, non-interactive shell command. For servers and other long-running programs set run_in_background and read them with process_output. Prefer read_file for reading files. A command that exceeds its timeout keeps running and can be read with process_output.',
  effect: 'effect',
  input: z.object({
    command: z.string().describe('The shell command.'),
    timeout: z
      .string()
      .nullish()
      .describe('How long to wait, such as "30s" or "5m". Default "10s", at most "4h".'),
    workdir: z.string().nullish().describe('Directory to run in. Default: the workspace directory.'),
    run_in_background: z.boolean().nullish().describe('Return at once and leave the command running.'),
    model_intent: z
      .string()
      .nullish()
      .describe('One short phrase for the person: what this command is for.'),
  }),
  describe: ({ command }) => ({ verb: 'Run', doing: 'Running', subject: command }),
  access(input) {
    // What is judged is what runs: without the ampersand that stands for "in the background".
    const plan = planCommand(input);
    const command = plan.ok ? plan.value.command : input.command;
    return { kind: 'command', command, workdir: input.workdir ?? null };
  },
  async run(input, context) {
    const plan = planCommand(input);
    if (!plan.ok) return toolError(plan.error);
    const connection = await context.connect();
    const workdir = resolvePath(connection, input.workdir || '.');
    if (!workdir.ok) return toolError(workdir.error);
    return runPlan(plan.value, workdir.value, context, connection);
  },
});

async function runPlan(
  plan: CommandPlan,
  workdir: string,
  context: ToolContext,
  connection: WorkspaceConnection,
): Promise<ToolAnswer> {
  const startedAt = context.clock.now();
  const wall = () => Math.max(0, Math.round(context.clock.now() - startedAt));
  let process: FollowedProcess | null = null;
  try {
    const { id } = await startProcess(plan, workdir, context, connection);
    process = { id, connection, context };
    await context.onProcess(id);
    if (plan.background) return answer(started(id));
    const end = await waitForExit(process, plan.timeoutMs);
    return answer(end ? exited(plan, end, wall()) : await timedOut(plan, process, wall));
  } catch (error) {
    if (context.signal.reason instanceof Interrupted && process) {
      if (!plan.background) return interrupted(await stopProcess(process), process.id, wall());
      return answer(started(process.id));
    }
    if (error instanceof AgentError && !isUnknown(error)) {
      return failed(error.message, process?.id ?? null, wall());
    }
    const gone = error instanceof WorkspaceProblem || error instanceof LinkFault;
    if (gone && process) return failed('workspace_unreachable', process.id, wall());
    throw error;
  }
}

async function startProcess(
  plan: CommandPlan,
  workdir: string,
  context: ToolContext,
  connection: WorkspaceConnection,
): Promise<{ id: string }> {
  const { chatId, key, clock, signal } = context;
  signal.throwIfAborted();
  const start = new AbortController();
  const onAbort = () => {
    if (!(signal.reason instanceof Interrupted)) start.abort(signal.reason);
    else
      clock.sleep(START_GRACE_MS, start.signal).then(
        () => start.abort(signal.reason),
        () => {},
      );
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const limits = { clock, link: connection.link, limitMs: REQUEST_LIMIT_MS, signal: start.signal };
    const request = {
      command: plan.command,
      workdir,
      background: plan.background,
      env: commandEnv(chatId),
    };
    const answer = await bounded(limits, (within) =>
      connection.client.startProcess(request, { chatId, key, signal: within, outlasts: 'when-left' }),
    );
    if (answer.kind === 'timeout') throw new LinkDown('The workspace did not answer in time.');
    return answer.value;
  } finally {
    signal.removeEventListener('abort', onAbort);
    start.abort(new DOMException('The start is over.', 'AbortError'));
  }
}

/** Nothing may wait for a person at a terminal that is not there. */
function commandEnv(chatId: string): Readonly<Record<string, string>> {
  return {
    GAFFER_CHAT_AGENT: 'true',
    GAFFER_CHAT_ID: chatId,
    GIT_EDITOR: 'true',
    GIT_SEQUENCE_EDITOR: 'true',
    EDITOR: 'true',
    VISUAL: 'true',
    GIT_TERMINAL_PROMPT: '0',
    NO_COLOR: '1',
    TERM: 'dumb',
    PAGER: 'cat',
    GIT_PAGER: 'cat',
  };
}

function answer(result: CommandResult): ToolAnswer {
  return { result, isError: false };
}

function started(id: string): CommandResult {
  return {
    success: true,
    output: '',
    background_process_id: id,
    note: 'The command runs in the background. Read its output with process_output, end it with process_signal.',
  };
}

function exited(plan: CommandPlan, end: ProcessOutput, wallMs: number): CommandResult {
  const code = end.exit_code ?? -1;
  return {
    success: code === 0,
    ...shownOutput(end),
    exit_code: code,
    wall_duration_ms: wallMs,
    ...(isFileDump(plan.command)
      ? { note: 'Prefer read_file to read files: it numbers lines and reads ranges.' }
      : {}),
  };
}

async function timedOut(
  plan: CommandPlan,
  process: FollowedProcess,
  wall: () => number,
): Promise<CommandResult> {
  const last = await lastLook(process);
  if (last && !last.running) return exited(plan, last, wall());
  return {
    success: false,
    ...(last ? shownOutput(last) : { output: '' }),
    exit_code: -1,
    wall_duration_ms: wall(),
    error: `command timed out after ${formatDuration(plan.timeoutMs)}`,
    background_process_id: process.id,
    note: 'The command is still running. Read on with process_output or end it with process_signal.',
  };
}

function interrupted(end: ProcessOutput | null, id: string, wallMs: number): ToolAnswer {
  const result: CommandResult = {
    success: false,
    ...(end ? shownOutput(end) : { output: '', background_process_id: id }),
    exit_code: end?.exit_code ?? -1,
    wall_duration_ms: wallMs,
    stopped: true,
    error: end ? 'interrupted by the user' : 'interrupted by the user; the process did not confirm its end',
  };
  return { result, isError: true };
}

function failed(message: string, id: string | null, wallMs: number): ToolAnswer {
  const result: CommandResult = {
    success: false,
    output: '',
    exit_code: -1,
    wall_duration_ms: wallMs,
    error: message,
    ...(id ? { background_process_id: id } : {}),
  };
  return { result, isError: true };
}
