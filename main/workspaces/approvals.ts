import { createHash } from 'node:crypto';
import type { ApprovalView } from '@shared/model/chat.ts';
import type { RuleId } from '@shared/model/ids.ts';
import type { ApprovalMode } from '@shared/model/workspace.ts';
import type { StoredRule } from '../db/rules.ts';
import { type CommandVerdict, judgeCommand } from './command-rules.ts';
import { judgePaths, type PathRequest } from './path-rules.ts';

/** What a call would touch. Tools declare it with paths as the model wrote them; `verdict` gets them absolute. */
export type Access =
  | { readonly kind: 'free' }
  | { readonly kind: 'command'; readonly command: string; readonly workdir: string | null }
  | { readonly kind: 'read' | 'write'; readonly paths: readonly string[] }
  /** Makes, starts or stops a workspace: there may be none yet to be connected to. Null: that of the chat. */
  | { readonly kind: 'provision'; readonly at: ProvisionPlace | null };

/** Where something is made, as the card shows it. */
export interface ProvisionPlace {
  readonly host: string;
  readonly directory: string;
}

/** What is shown, and what the answer is bound to. */
interface ShownCall {
  readonly mode: ApprovalMode;
  readonly tool: string;
  /** The arguments as the tool will read them; the hash covers them. */
  readonly input: unknown;
  readonly verb: string;
  /** All that the person must see to decide, not shortened. */
  readonly subject: string;
}

export interface ApprovalRequest extends ShownCall, PathRequest {
  readonly access: Exclude<Access, { kind: 'provision' }>;
  /** The person's rules that hold here now. */
  loadRules(): Promise<readonly StoredRule[]>;
}

export type Verdict =
  /** `rules`: those that let it through, where it would have asked. */
  | { readonly state: 'cleared'; readonly approval: null; readonly rules: readonly RuleId[] }
  | { readonly state: 'gated'; readonly approval: ApprovalView }
  /** Nobody can allow it. */
  | { readonly state: 'refused'; readonly message: string };

/**
 * Whether a call may run without the person (WORKSPACES, Approvals). What cannot be found out asks.
 * A seat belt against mistakes, not a sandbox: an allowed command can do anything that the person can.
 */
export async function verdict(request: ApprovalRequest): Promise<Verdict> {
  const { mode, access } = request;
  if (mode === 'auto' || access.kind === 'free') return cleared();
  if (access.kind === 'command') return commandVerdict(request, access.command, access.workdir);
  const verdicts = await judgePaths(request, access.kind, access.paths);
  const never = verdicts.indexOf('never');
  if (never >= 0) {
    const message = `${access.paths[never]}: devices, sockets, FIFOs and the environment of processes are not for tools.`;
    return { state: 'refused', message };
  }
  const asks = (access.kind === 'write' && mode === 'ask') || verdicts.includes('asks');
  const { host, directory } = request.connection;
  return asks ? gated(request, host, directory) : cleared();
}

/** In every mode but Full auto the person says yes to what makes machines or runs a template's scripts. */
export function provisionVerdict(call: ShownCall & { host: string; directory: string }): Verdict {
  return call.mode === 'auto' ? cleared() : gated(call, call.host, call.directory);
}

async function commandVerdict(
  request: ApprovalRequest,
  command: string,
  given: string | null,
): Promise<Verdict> {
  const workdir = given ?? request.connection.directory;
  const rules = await request.loadRules();
  const judged = await judgeCommand({ ...request, command, workdir, rules });
  return judged.passed ? cleared(judged.by) : gated(request, request.connection.host, workdir, judged);
}

function cleared(rules: readonly RuleId[] = []): Verdict {
  return { state: 'cleared', approval: null, rules };
}

function gated(
  { tool, input, verb, subject }: ShownCall,
  host: string,
  directory: string,
  judged?: Extract<CommandVerdict, { passed: false }>,
): Verdict {
  const hash = createHash('sha256')
    .update(canonicalJson([tool, input, directory, host]))
    .digest('hex');
  const about =
    judged === undefined ? {} : 'offers' in judged ? { rules: judged.offers } : { unruly: judged.unruly };
  return { state: 'gated', approval: { hash, host, directory, verb, subject, ...about } };
}

/** JSON with the properties of every object in one order, so that equal values have equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_name, child: unknown) =>
    typeof child === 'object' && child !== null && !Array.isArray(child)
      ? Object.fromEntries(Object.entries(child).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : child,
  );
}
