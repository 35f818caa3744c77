import { openRepository } from './open-repository.ts';
import type { RunGit } from './run-git.ts';

/** What a repository is known by elsewhere. */
export interface GitRefs {
  /** Null: HEAD is detached. */
  readonly branch: string | null;
  /** Of the remote `origin`; null: there is none. */
  readonly origin: string | null;
  /** The addresses of all remotes, as git uses them, without passwords. */
  readonly remotes: readonly string[];
}

const NONE: GitRefs = { branch: null, origin: null, remotes: [] };

/** Where there is no repository, nothing of it. */
export async function gitRefs(run: RunGit, directory: string, signal: AbortSignal): Promise<GitRefs> {
  const repository = await openRepository(run, directory, signal);
  return repository.kind === 'repository' ? refsOf(run, repository.root, signal) : NONE;
}

export async function refsOf(run: RunGit, root: string, signal: AbortSignal): Promise<GitRefs> {
  const lineOf = async (args: readonly string[]) => {
    const result = await run(args, { cwd: root, signal });
    return result !== 'no-git' && result.code === 0 ? result.stdout.toString('utf8').trim() : '';
  };
  const branch = await lineOf(['symbolic-ref', '--quiet', '--short', 'HEAD']);
  const remotes = remotesIn(await lineOf(['remote', '--verbose']));
  return {
    branch: branch === '' ? null : branch,
    origin: remotes.find(({ name }) => name === 'origin')?.url ?? null,
    remotes: [...new Set(remotes.map(({ url }) => url))],
  };
}

/** Lines of `git remote --verbose`: `<name>\t<url> (fetch)`. */
function remotesIn(text: string): readonly { readonly name: string; readonly url: string }[] {
  return text.split('\n').flatMap((line) => {
    const [name, rest] = line.split('\t');
    const url = rest?.replace(/ \((?:fetch|push)\).*$/, '');
    return name && url ? [{ name, url: withoutPassword(url) }] : [];
  });
}

/** Some write their password into the address. */
function withoutPassword(address: string): string {
  const found = /^([a-z][a-z0-9+.-]*:\/\/)([^/]*)@/i.exec(address);
  if (!found) return address;
  const [all, scheme = '', user = ''] = found;
  const kept = /^ssh:/i.test(scheme) ? `${user.split(':')[0]}@` : '';
  return `${scheme}${kept}${address.slice(all.length)}`;
}
