import nodePath from 'node:path';
import { AgentError, LinkDown } from '../agent-client/client.ts';
import { LinkFault } from '../ssh/fault.ts';
import type { WorkspaceConnection } from './connection.ts';
import { isLibraryPath, isProtected } from './protected-paths.ts';

/** Where a path is looked at from. */
export interface PathRequest {
  readonly connection: WorkspaceConnection;
  readonly chatId: string;
  readonly signal: AbortSignal;
}

/** `never`: no one can allow it. What cannot be found out asks. */
export type PathVerdict = 'free' | 'asks' | 'never';

/**
 * What the path rules say of each path (WORKSPACES, Approvals). The paths are absolute; they are judged where they lead.
 */
export async function judgePaths(
  request: PathRequest,
  kind: 'read' | 'write',
  paths: readonly string[],
): Promise<readonly PathVerdict[]> {
  const [top, ...found] = await Promise.all([
    lookAt(request, request.connection.directory),
    ...paths.map((path) => lookAt(request, path)),
  ]);
  return found.map((path) => {
    if (path === null || !top) return 'asks';
    if (isNever(path)) return 'never';
    const below = pathBelow(request.connection.platform, top.realPath, path.realPath);
    if (kind === 'read') return below === null && !isLibraryPath(path.realPath) ? 'asks' : 'free';
    return below === null || isProtected(below) ? 'asks' : 'free';
  });
}

interface Found {
  readonly realPath: string;
  readonly kind: 'file' | 'directory' | 'missing' | 'other';
}

/** Null when the agent does not tell: then the person decides. */
async function lookAt({ connection, chatId, signal }: PathRequest, path: string): Promise<Found | null> {
  try {
    return await connection.client.stat(path, { chatId, signal });
  } catch (error) {
    if (error instanceof AgentError || error instanceof LinkDown || error instanceof LinkFault) return null;
    throw error;
  }
}

/** Other processes' environments hold their keys; devices, sockets and FIFOs block or do harm. The agent refuses them, too. */
function isNever({ realPath, kind }: Found): boolean {
  return kind === 'other' || /^\/proc\/[^/]+\/(?:task\/[^/]+\/)?(?:environ|mem)$/.test(realPath);
}

/** The path below `root`, "" for the root itself, null outside. Both have their links resolved. */
export function pathBelow(platform: string, root: string, real: string): string | null {
  const flavour = platform === 'win32' ? nodePath.win32 : nodePath.posix;
  const relative = flavour.relative(root, real);
  const outside =
    relative === '..' || relative.startsWith(`..${flavour.sep}`) || flavour.isAbsolute(relative);
  return outside ? null : relative;
}

/** Where a directory lies below the workspace's, links resolved; null outside, or when nobody tells. */
export async function fetchBelow(request: PathRequest, directory: string): Promise<string | null> {
  const [top, real] = await Promise.all([
    lookAt(request, request.connection.directory),
    lookAt(request, directory),
  ]);
  return top && real ? pathBelow(request.connection.platform, top.realPath, real.realPath) : null;
}
