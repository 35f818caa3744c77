import type { WorkspaceId } from '@shared/model/ids.ts';
import type { TrustAnswer, WorkspaceTrust } from '@shared/model/workspace.ts';
import { AgentError } from '../agent-client/client.ts';
import type { WorkspaceConnection } from './connection.ts';
import { pathsOf } from './files/inside.ts';

const INSTRUCTION_FILES = ['AGENTS.md', 'CLAUDE.md'];
/** So many hooks are named; more say no more. */
const MOST_HOOKS = 5;

/** Who is to be trusted: the record, and the mode that the command line gave for this run. */
export interface Trustee {
  readonly id: WorkspaceId;
  readonly trust: TrustAnswer;
  /** The person who starts Gaffer with "let everything through" has decided. */
  readonly isGivenFreely: boolean;
}

/** What each folder brings along, as it was found last. Nothing of it is used before the person said so. */
export class TrustLooks {
  readonly #brings = new Map<WorkspaceId, readonly string[]>();

  of({ id, trust, isGivenFreely }: Trustee): WorkspaceTrust {
    return { answer: isGivenFreely ? 'trusted' : trust, brings: this.#brings.get(id) ?? null };
  }

  /** True: something else than before was found. Throws as the agent's client. */
  async look(id: WorkspaceId, connection: WorkspaceConnection, signal: AbortSignal): Promise<boolean> {
    const before = this.#brings.get(id);
    const found = await findBrought(connection, signal);
    this.#brings.set(id, found);
    return before?.join('\n') !== found.join('\n');
  }
}

/** Nothing that was brought along waits for an answer, or the answer was yes. */
export function isTrusted({ answer, brings }: WorkspaceTrust): boolean {
  return answer === 'trusted' || (answer === 'unknown' && brings?.length === 0);
}

/** What of a folder steers those who work there: instruction files, and hooks that git runs by itself. */
async function findBrought(
  { client, directory }: WorkspaceConnection,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const paths = pathsOf(directory);
  const at = (...names: readonly string[]) => paths.join(directory, ...names);
  const isThere = async (name: string) => (await client.stat(at(name), { signal })).kind === 'file';
  const files = await Promise.all(
    INSTRUCTION_FILES.map(async (name) => ((await isThere(name)) ? [name] : [])),
  );
  const hooks = await listHooks();
  return [...files.flat(), ...hooks];

  async function listHooks(): Promise<readonly string[]> {
    try {
      const { contents } = await client.listDirectory(at('.git', 'hooks'), { signal });
      return contents
        .filter((entry) => !entry.is_dir && !entry.name.includes('.'))
        .slice(0, MOST_HOOKS)
        .map(({ name }) => `git hook ${name}`);
    } catch (error) {
      // No repository, or a worktree, whose hooks are those of its repository.
      if (error instanceof AgentError) return [];
      throw error;
    }
  }
}
