import type { CallFailure } from '@shared/contract/define.ts';
import { err, type Result } from '@shared/util/result.ts';
import { AgentError } from '../../agent-client/client.ts';
import { isAway } from '../away.ts';
import type { WorkspaceConnection } from '../connection.ts';
import { isInside, pathsOf } from './inside.ts';

const WAIT_MS = 30_000;

export type FilesProblem = CallFailure<'not-found' | 'not-readable' | 'outside' | 'unreachable'>;

export interface Look {
  readonly connection: WorkspaceConnection;
  /** As it is called on the machine, before resolving symlinks. */
  readonly at: string;
  readonly signal: AbortSignal;
  /** Whether a path lies in the workspace, after resolving symlinks. */
  isInside(real: string): boolean;
}

/** Looks at something below a workspace's directory, within a bound of time. */
export async function lookAt<T>(
  connect: () => Promise<WorkspaceConnection>,
  path: string,
  signal: AbortSignal,
  look: (at: Look) => Promise<Result<T, FilesProblem>>,
): Promise<Result<T, FilesProblem>> {
  const late = AbortSignal.timeout(WAIT_MS);
  try {
    const connection = await connect();
    const { directory } = connection;
    return await look({
      connection,
      at: path === '' ? directory : pathsOf(directory).join(directory, ...path.split('/')),
      signal: AbortSignal.any([signal, late]),
      isInside: (real) => isInside(directory, real),
    });
  } catch (error) {
    return err(problemOf(error, late));
  }
}

export const OUTSIDE: FilesProblem = {
  code: 'outside',
  message: 'This link leads out of the workspace.',
};

function problemOf(error: unknown, late: AbortSignal): FilesProblem {
  if (isAway(error)) return { code: 'unreachable', message: error.message };
  if (late.aborted) return { code: 'unreachable', message: 'The machine did not answer in time.' };
  if (!(error instanceof AgentError)) throw error;
  if (error.code === 'not-found') return { code: 'not-found', message: 'This is not there any more.' };
  if (error.code === 'forbidden')
    return { code: 'not-readable', message: 'This may not be read.', detail: error.message };
  return { code: 'not-readable', message: 'This cannot be read.', detail: error.message };
}
