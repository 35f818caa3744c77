import { failed, type Repository } from './open-repository.ts';
import type { GitResult, RunGit } from './run-git.ts';

/** What well-known filters run. */
const KNOWN =
  /^git(?:-lfs| lfs) (?:clean|smudge|filter-process)(?: --skip)?(?: -- %f)?$|^"?git-crypt"? (?:clean|smudge)$/;

/**
 * A git for commands that compare or store files: the repository's own configuration runs no program on each of them.
 * Its filters are off, unless they are well known or the person has them for all repositories. That goes for every
 * command that reads the index: `write-tree` compares files, too, that are as young as it is.
 */
export async function withoutFilters(
  run: RunGit,
  { root }: Repository,
  signal: AbortSignal,
): Promise<RunGit> {
  const effective = await filtersOf(run, [], root, signal);
  const unknown = effective.filter(({ value }) => value !== '' && !KNOWN.test(value));
  if (unknown.length === 0) return run;
  const own = await Promise.all(
    ['--global', '--system'].map((scope) => filtersOf(run, [scope, '--includes'], root, signal)),
  );
  const trusted = new Set(own.flat().map(({ key, value }) => `${key}\0${value}`));
  const foreign = unknown.filter(({ key, value }) => !trusted.has(`${key}\0${value}`));
  const options = [...new Set(foreign.map(({ key }) => driverOf(key)))].flatMap((driver) =>
    ['clean=', 'smudge=', 'process=', 'required=false'].flatMap((set) => ['-c', `filter.${driver}.${set}`]),
  );
  return (args, call) => run([...options, ...args], call);
}

interface Setting {
  readonly key: string;
  readonly value: string;
}

async function filtersOf(
  run: RunGit,
  scope: readonly string[],
  cwd: string,
  signal: AbortSignal,
): Promise<readonly Setting[]> {
  const pattern = '^filter\\..*\\.(clean|smudge|process)$';
  const result = await run(['config', ...scope, '--null', '--get-regexp', pattern], { cwd, signal });
  if (result === 'no-git') return [];
  // 1: there is none.
  if (result.code !== 0 && result.code !== 1) throw failed(result);
  return settingsOf(result);
}

function settingsOf(result: GitResult): readonly Setting[] {
  const settings = result.stdout.toString('utf8').split('\0').filter(Boolean);
  return settings.map((setting) => {
    const [key = '', ...value] = setting.split('\n');
    // On the command line it would end the name.
    if (key.includes('=')) throw failed({ ...result, stderr: 'the name of a filter holds a "="' });
    return { key, value: value.join('\n') };
  });
}

/** "filter.lfs.clean" is of "lfs"; a name may hold points. */
function driverOf(key: string): string {
  return key.slice('filter.'.length, key.lastIndexOf('.'));
}
