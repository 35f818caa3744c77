import type { WorkspaceId } from '@shared/model/ids.ts';
import type { TrustAnswer, WorkspaceTrust } from '@shared/model/workspace.ts';
import { AgentError } from '../agent-client/client.ts';
import type { WorkspaceConnection } from './connection.ts';
import { pathsOf } from './files/inside.ts';

const INSTRUCTION_FILES = ['AGENTS.md', 'CLAUDE.md'];
/** So many hooks are named; more say no more. */
const MOST_HOOKS = 5;
const MOST_CONFIG = 64 * 1024;
/** Settings of a repository by which git runs programs of its choice, as `husky` sets the first. */
const RUNS_PROGRAMS =
  /^\s*(hooksPath|fsmonitor|sshCommand|pager|editor|askPass|gitProxy)\s*=(?!\s*(?:true|false)\b)/gim;

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

/** No repository, or a worktree, whose hooks and settings are those of its repository. */
async function orNone(list: () => Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await list();
  } catch (error) {
    if (error instanceof AgentError) return [];
    throw error;
  }
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
  const [hooks, programs] = await Promise.all([orNone(listHooks), orNone(listPrograms)]);
  return [...files.flat(), ...hooks, ...programs];

  async function listHooks(): Promise<readonly string[]> {
    const { contents } = await client.listDirectory(at('.git', 'hooks'), { signal });
    return contents
      .filter((entry) => !entry.is_dir && !entry.name.includes('.'))
      .slice(0, MOST_HOOKS)
      .map(({ name }) => `git hook ${name}`);
  }

  async function listPrograms(): Promise<readonly string[]> {
    const bytes = await client.readFile(at('.git', 'config'), { limit: MOST_CONFIG }, { signal });
    const found = new TextDecoder().decode(bytes).matchAll(RUNS_PROGRAMS);
    const names = new Set([...found].map(([, name = '']) => name.toLowerCase()));
    return [...names].map((name) => `git setting ${name}`);
  }
}
