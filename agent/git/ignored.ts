import { readdir } from 'node:fs/promises';
import type { GitIgnoredResponse } from '@shared/agent-protocol/git.ts';
import { limits } from '../base/limits.ts';
import { refusalOf } from '../base/refusal.ts';
import { failed, openRepository } from './open-repository.ts';
import type { Git } from './run-git.ts';

/** As many names as a listing has, in no order. */
export async function gitIgnored(
  { run }: Git,
  directory: string,
  signal: AbortSignal,
): Promise<GitIgnoredResponse> {
  const names = await readdir(directory).catch((error: unknown) => {
    throw refusalOf(error, directory);
  });
  const input = names.map((name) => `./${name}\0`).join('');
  // Of this one git wants no word on how names are meant; none that begins so can mean anything else.
  const env = { GIT_LITERAL_PATHSPECS: '0' };
  const result = await run(['check-ignore', '-z', '--stdin'], { cwd: directory, signal, input, env });
  if (result === 'no-git') return { kind: 'no-git' };
  // 1: none.
  if (result.code === 0 || result.code === 1) {
    const found = result.stdout.toString('utf8').split('\0').filter(Boolean);
    return { kind: 'ignored', names: found.map((name) => name.slice(2)).slice(0, limits.gitFiles) };
  }
  const repository = await openRepository(run, directory, signal);
  if (repository.kind !== 'repository') return repository;
  throw failed(result);
}
