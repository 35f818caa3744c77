import { createHash } from 'node:crypto';
import nodePath from 'node:path';
import type { ApprovalView } from '@shared/model/chat.ts';
import type { ApprovalMode } from '@shared/model/workspace.ts';
import { AgentError, LinkDown } from '../agent-client/client.ts';
import { LinkFault } from '../ssh/fault.ts';
import type { WorkspaceConnection } from './connection.ts';
import { isLibraryPath, isProtected } from './protected-paths.ts';

/** What a call would touch. Tools declare it with paths as the model wrote them; `verdict` gets them absolute. */
export type Access =
  | { readonly kind: 'free' }
  | { readonly kind: 'command'; readonly workdir: string | null }
  | { readonly kind: 'read' | 'write'; readonly paths: readonly string[] };

export interface ApprovalRequest {
  readonly mode: ApprovalMode;
  readonly tool: string;
  /** The arguments as the tool will read them; the hash covers them. */
  readonly input: unknown;
  readonly access: Access;
  readonly verb: string;
  /** All that the person must see to decide, not shortened. */
  readonly subject: string;
  readonly connection: WorkspaceConnection;
  readonly chatId: string;
  readonly signal: AbortSignal;
}

export type Verdict =
  | { readonly state: 'cleared'; readonly approval: null }
  | { readonly state: 'gated'; readonly approval: ApprovalView };

/**
 * Whether a call may run without the person (WORKSPACES, Approvals). What cannot be found out asks.
 * A seat belt against mistakes, not a sandbox: an allowed command can do anything that the person can.
 */
export async function verdict(request: ApprovalRequest): Promise<Verdict> {
  if (await asks(request)) return { state: 'gated', approval: approvalOf(request) };
  return { state: 'cleared', approval: null };
}

async function asks(request: ApprovalRequest): Promise<boolean> {
  const { mode, access } = request;
  if (mode === 'auto' || access.kind === 'free') return false;
  if (access.kind === 'command') return true;
  if (access.kind === 'write' && mode === 'ask') return true;
  const root = await realPathOf(request, request.connection.directory);
  if (root === null) return true;
  const verdicts = await Promise.all(access.paths.map((path) => pathAsks(request, root, path)));
  return verdicts.includes(true);
}

async function pathAsks(request: ApprovalRequest, root: string, path: string): Promise<boolean> {
  const real = await realPathOf(request, path);
  if (real === null) return true;
  const below = pathBelow(request.connection.platform, root, real);
  if (request.access.kind === 'read') return below === null && !isLibraryPath(real);
  return below === null || isProtected(below);
}

/** Null when the agent does not tell: then the person decides. */
async function realPathOf(
  { connection, chatId, signal }: ApprovalRequest,
  path: string,
): Promise<string | null> {
  try {
    const stat = await connection.client.stat(path, { chatId, signal });
    return stat.realPath;
  } catch (error) {
    if (error instanceof AgentError || error instanceof LinkDown || error instanceof LinkFault) return null;
    throw error;
  }
}

/** The path below `root`, "" for the root itself, null outside. Both have their links resolved. */
function pathBelow(platform: string, root: string, real: string): string | null {
  const flavour = platform === 'win32' ? nodePath.win32 : nodePath.posix;
  const relative = flavour.relative(root, real);
  const outside =
    relative === '..' || relative.startsWith(`..${flavour.sep}`) || flavour.isAbsolute(relative);
  return outside ? null : relative;
}

function approvalOf({ tool, input, access, verb, subject, connection }: ApprovalRequest): ApprovalView {
  const { host } = connection;
  const directory = (access.kind === 'command' ? access.workdir : null) ?? connection.directory;
  const hash = createHash('sha256')
    .update(canonicalJson([tool, input, directory, host]))
    .digest('hex');
  return { hash, host, directory, verb, subject };
}

/** JSON with the properties of every object in one order, so that equal values have equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_name, child: unknown) =>
    typeof child === 'object' && child !== null && !Array.isArray(child)
      ? Object.fromEntries(Object.entries(child).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : child,
  );
}
