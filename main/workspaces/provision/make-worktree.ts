import path from 'node:path';
import type { WorkspaceId } from '@shared/model/ids.ts';
import { err, ok, type Result } from '@shared/util/result.ts';
import { type Entry, modeOf } from '../entry.ts';
import { builtIns } from '../templates/built-in.ts';
import { sanitizeName } from '../templates/workspace-name.ts';
import type { WorkspaceMaker } from './workspace-maker.ts';

/** What a chat that works beside another one gets. */
export interface WorktreeRequest {
  /** The workspace whose repository and present commit it gets. */
  readonly from: WorkspaceId;
  /** The same key makes one worktree, also after a restart: a repeat waits for it or finds it. */
  readonly key: string;
  /** What its directory and its branch are called after. */
  readonly name: string;
  /** Ends the wait; what was begun goes on. */
  readonly signal: AbortSignal;
}

export interface WorktreeRefusal {
  readonly code: 'no-workspace' | 'not-possible' | 'failed';
  readonly message: string;
}

interface WorktreeDeps {
  readonly maker: Pick<WorkspaceMaker, 'createFrom' | 'settled'>;
  readonly list: { find(id: WorkspaceId): Entry | undefined };
}

/**
 * A worktree of the repository of another workspace, on the same machine, at its present commit and on a branch of its
 * own, in the same mode. Answers when it can be worked in. What is not committed there is not in it.
 */
export async function makeWorktree(
  { maker, list }: WorktreeDeps,
  { from, key, name, signal }: WorktreeRequest,
): Promise<Result<WorkspaceId, WorktreeRefusal>> {
  const parent = list.find(from);
  if (!parent) return err({ code: 'no-workspace', message: 'The workspace does not exist any more.' });
  const { kind, host, directory, making } = parent.record;
  if (kind === 'container') {
    return err({ code: 'not-possible', message: 'A container has no worktrees beside it.' });
  }
  const wanted = host ? 'ssh-worktree' : 'worktree';
  const template = builtIns.find((one) => one.template.name === wanted)?.template;
  if (!template) throw new Error(`The template ${wanted} is missing.`);
  // Beside what Gaffer made; the neighbours of a directory that was opened are the person's.
  const beside = making ? { directory: path.posix.join(path.posix.dirname(directory), '{name}') } : {};
  const made = await maker.createFrom(template, {
    name: sanitizeName(name) ?? 'agent',
    parameters: { repository: directory, ...beside },
    hostId: host?.id ?? null,
    mode: modeOf(parent),
    key,
  });
  if (!made.ok) return err({ code: 'not-possible', message: made.error.message });
  const settled = await maker.settled(made.value, signal);
  const state = settled?.record.making;
  if (state?.state === 'running') return ok(made.value);
  return err({ code: 'failed', message: state?.error ?? 'The worktree was removed.' });
}
