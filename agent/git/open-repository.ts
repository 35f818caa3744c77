import { lstat } from 'node:fs/promises';
import type { GitAbsent } from '@shared/agent-protocol/git.ts';
import { Refusal } from '../base/refusal.ts';
import { findRepository } from './find-repository.ts';
import type { GitResult, RunGit } from './run-git.ts';

/** A repository with a working tree, as git itself sees it. */
export interface Repository {
  readonly kind: 'repository';
  readonly root: string;
  /** HEAD and the index of this working tree. */
  readonly gitDir: string;
}

export async function openRepository(
  run: RunGit,
  directory: string,
  signal: AbortSignal,
): Promise<Repository | GitAbsent> {
  const asked = ['--is-inside-work-tree', '--absolute-git-dir', '--show-toplevel'];
  const result = await run(['rev-parse', ...asked], { cwd: directory, signal });
  if (result === 'no-git') return { kind: 'no-git' };
  // What it can tell it tells in this order, before it fails at the rest.
  const [inside, gitDir, ...root] = result.stdout.toString('utf8').replace(/\n$/, '').split('\n');
  if (gitDir === undefined) return absent(directory, result);
  if (inside !== 'true' || root.length === 0) return { kind: 'bare', git_dir: gitDir };
  return { kind: 'repository', root: root.join('\n'), gitDir };
}

/** Git says that it finds none, or that it will not touch what it found: which it is, the disk tells. */
async function absent(directory: string, result: GitResult): Promise<GitAbsent> {
  const place = await findRepository(directory);
  if (!place) return { kind: 'none' };
  const root = place.root ?? place.gitDir;
  const owned = await Promise.all([root, place.gitDir, place.commonDir].map(isOurs));
  if (owned.includes(false)) return { kind: 'unsafe', root };
  throw failed(result);
}

async function isOurs(at: string): Promise<boolean> {
  const found = await lstat(at).catch(() => null);
  return !process.getuid || found === null || found.uid === process.getuid();
}

/** Git did not do what it was asked to. */
export function failed({ stderr, code }: GitResult): Refusal {
  return new Refusal(500, 'io', `git: ${stderr.trim().split('\n', 1)[0] || `it ended with ${code}`}`);
}
