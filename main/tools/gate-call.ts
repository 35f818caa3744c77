import { createHash } from 'node:crypto';
import type { ApprovalView } from '@shared/model/chat.ts';
import type { ApprovalMode } from '@shared/model/workspace.ts';
import { ok, type Result } from '@shared/util/result.ts';
import { type Clock, systemClock } from '../base/clock.ts';
import { type Access, canonicalJson, verdict } from '../workspaces/approvals.ts';
import { type WorkspaceConnection, WorkspaceProblem } from '../workspaces/connection.ts';
import { abortable } from './abortable.ts';
import { type CallView, type Tool, type ToolAnswer, toolError } from './define.ts';
import { bounded } from './link-clock.ts';
import { REQUEST_LIMIT_MS } from './on-agent.ts';
import { resolvePath } from './paths.ts';
import { prepareCall, type RequestedCall } from './prepare-call.ts';

export interface GateContext {
  readonly mode: ApprovalMode;
  connect(): Promise<WorkspaceConnection>;
  readonly chatId: string;
  /** Default: the system's. */
  readonly clock?: Clock;
  readonly signal: AbortSignal;
}

/** The start of a ledger row. `done`: answered without running, because the tool or its arguments are wrong. */
export type GatedCall = { readonly effect: 'read' | 'effect'; readonly argsHash: string } & (
  | { readonly state: 'cleared'; readonly approval: null }
  | { readonly state: 'gated'; readonly approval: ApprovalView }
  | { readonly state: 'done'; readonly approval: null; readonly answer: ToolAnswer }
);

/** The verdict on one call of a step, before anything of it runs. */
export async function gateCall(
  tools: readonly Tool[],
  call: RequestedCall,
  context: GateContext,
): Promise<GatedCall> {
  const argsHash = createHash('sha256')
    .update(canonicalJson([call.name, call.args ?? {}]))
    .digest('hex');
  const prepared = prepareCall(tools, call);
  const done = (message: string): GatedCall => ({
    effect: 'read',
    argsHash,
    state: 'done',
    approval: null,
    answer: toolError(message),
  });
  if (!prepared.ok) return done(prepared.error);
  const { tool, view, access, input } = prepared.value;
  if (access.kind === 'free') return { effect: tool.effect, argsHash, state: 'cleared', approval: null };

  try {
    const connection = await abortable(context.connect(), context.signal);
    const resolved = resolveAccess(connection, access);
    if (!resolved.ok) return done(resolved.error);
    const subject = approvalSubject(view);
    const request = {
      mode: context.mode,
      tool: tool.name,
      input,
      access: resolved.value,
      verb: view.verb,
      subject,
    };
    const limits = {
      clock: context.clock ?? systemClock,
      link: connection.link,
      limitMs: REQUEST_LIMIT_MS,
      signal: context.signal,
    };
    const judged = await bounded(limits, (signal) =>
      verdict({ ...request, connection, chatId: context.chatId, signal }),
    );
    if (judged.kind === 'timeout') return done('The workspace did not answer in time.');
    return { effect: tool.effect, argsHash, ...judged.value };
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof WorkspaceProblem) return done(error.message);
    throw error;
  }
}

function approvalSubject({ subject, content }: CallView): string {
  return content === undefined ? subject : `${subject}\n\n${content}`;
}

/** The tools declare paths as the model wrote them; the verdict is about the paths that they stand for. */
function resolveAccess(connection: WorkspaceConnection, access: Access): Result<Access, string> {
  if (access.kind === 'free') return ok(access);
  if (access.kind === 'command') {
    const workdir = resolvePath(connection, access.workdir || '.');
    return workdir.ok ? ok({ kind: 'command', workdir: workdir.value }) : workdir;
  }
  const paths: string[] = [];
  for (const path of access.paths) {
    const absolute = resolvePath(connection, path);
    if (!absolute.ok) return absolute;
    paths.push(absolute.value);
  }
  return ok({ kind: access.kind, paths });
}
