import { createHash } from 'node:crypto';
import type { ApprovalView } from '@shared/model/chat.ts';
import type { RuleId } from '@shared/model/ids.ts';
import type { ApprovalMode } from '@shared/model/workspace.ts';
import { ok, type Result } from '@shared/util/result.ts';
import { type Clock, systemClock } from '../base/clock.ts';
import type { StoredRule } from '../db/rules.ts';
import {
  type Access,
  canonicalJson,
  type ProvisionPlace,
  provisionVerdict,
  type Verdict,
  verdict,
} from '../workspaces/approvals.ts';
import { type WorkspaceConnection, WorkspaceProblem } from '../workspaces/connection.ts';
import { abortable } from './abortable.ts';
import { type CallView, type PreparedCall, type Tool, type ToolAnswer, toolError } from './define.ts';
import { bounded } from './link-clock.ts';
import { REQUEST_LIMIT_MS } from './on-agent.ts';
import { resolvePath } from './paths.ts';
import { prepareCall, type RequestedCall } from './prepare-call.ts';

export interface GateContext {
  readonly mode: ApprovalMode;
  connect(): Promise<WorkspaceConnection>;
  /** Of the chat's workspace as it is shown, without connecting; absent: it has none. */
  place?(): ProvisionPlace | undefined;
  /** The person's rules that hold in this chat now. */
  loadRules(): Promise<readonly StoredRule[]>;
  readonly chatId: string;
  /** Default: the system's. */
  readonly clock?: Clock;
  readonly signal: AbortSignal;
}

/** The start of a ledger row. `done`: answered without running, because the tool or its arguments are wrong. */
export type GatedCall = { readonly effect: 'read' | 'effect'; readonly argsHash: string } & (
  | { readonly state: 'cleared'; readonly approval: null; readonly rules: readonly RuleId[] }
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
  const judged = prepared.ok ? await judge(prepared.value, context) : refused(prepared.error);
  if (judged.state === 'refused' || !prepared.ok) {
    const message = judged.state === 'refused' ? judged.message : '';
    return { effect: 'read', argsHash, state: 'done', approval: null, answer: toolError(message) };
  }
  return { effect: prepared.value.tool.effect, argsHash, ...judged };
}

async function judge(
  { tool, view, access, input }: PreparedCall & { readonly tool: Tool },
  { mode, chatId, loadRules, ...context }: GateContext,
): Promise<Verdict> {
  if (access.kind === 'free') return { state: 'cleared', approval: null, rules: [] };
  const shown = { mode, tool: tool.name, input, verb: view.verb, subject: approvalSubject(view) };
  if (access.kind === 'provision')
    return provisionVerdict({ ...shown, ...(access.at ?? context.place?.() ?? NOWHERE) });
  try {
    const connection = await abortable(context.connect(), context.signal);
    const resolved = resolveAccess(connection, access);
    if (!resolved.ok) return refused(resolved.error);
    const request = { ...shown, access: resolved.value, connection, chatId, loadRules };
    const limits = {
      clock: context.clock ?? systemClock,
      link: connection.link,
      limitMs: REQUEST_LIMIT_MS,
      signal: context.signal,
    };
    const judged = await bounded(limits, (signal) => verdict({ ...request, signal }));
    return judged.kind === 'timeout' ? refused('The workspace did not answer in time.') : judged.value;
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof WorkspaceProblem) return refused(error.message);
    throw error;
  }
}

const NOWHERE: ProvisionPlace = { host: 'no workspace', directory: '' };

function refused(message: string): Verdict & { readonly state: 'refused' } {
  return { state: 'refused', message };
}

function approvalSubject({ subject, content }: CallView): string {
  return content === undefined ? subject : `${subject}\n\n${content}`;
}

type LocalAccess = Exclude<Access, { kind: 'provision' }>;

/** The tools declare paths as the model wrote them; the verdict is about the paths that they stand for. */
function resolveAccess(connection: WorkspaceConnection, access: LocalAccess): Result<LocalAccess, string> {
  if (access.kind === 'free') return ok(access);
  if (access.kind === 'command') {
    const workdir = resolvePath(connection, access.workdir || '.');
    return workdir.ok ? ok({ ...access, workdir: workdir.value }) : workdir;
  }
  const paths: string[] = [];
  for (const path of access.paths) {
    const absolute = resolvePath(connection, path);
    if (!absolute.ok) return absolute;
    paths.push(absolute.value);
  }
  return ok({ kind: access.kind, paths });
}
