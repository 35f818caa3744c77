import type { Found, FoundCommit, RemovalFindings } from '@shared/model/workspace.ts';
import { plural } from '../../lib/format.ts';

/** One thing that is found there, with the first few of it. */
export interface RemovalList {
  /** Its accessible name. */
  readonly label: string;
  readonly lines: readonly string[];
  readonly more: number;
}

/** Everything that removing it would touch, what is lost first. */
export function removalLists(findings: RemovalFindings): readonly RemovalList[] {
  const { uncommitted, unpushed, unmerged, processes } = findings;
  const known = new Set(unmerged.first.map(({ hash }) => hash));
  // What nothing else has is in no remote either: it is named once.
  const rest = unpushed.first.filter(({ hash }) => !known.has(hash));
  const restCount = Math.max(rest.length, unpushed.count - unmerged.count);
  return [
    listOf(
      uncommitted,
      (path) => path,
      (n) => plural(n, 'change that is in no commit', 'changes that are in no commit'),
    ),
    listOf(
      unmerged,
      commitLine,
      (n) => `${plural(n, 'commit')} that nothing else has, unmerged and unpushed`,
    ),
    listOf(
      { count: restCount, first: rest },
      commitLine,
      (n) => `${plural(n, 'commit')} that ${n === 1 ? 'was' : 'were'} not pushed`,
    ),
    listOf(
      processes,
      (command) => command,
      (n) => plural(n, 'command that runs there', 'commands that run there'),
    ),
  ].filter(({ lines, more }) => lines.length + more > 0);
}

function listOf<T>(
  { count, first }: Found<T>,
  line: (one: T) => string,
  label: (n: number) => string,
): RemovalList {
  return { label: label(count), lines: first.map(line), more: Math.max(0, count - first.length) };
}

function commitLine({ hash, subject }: FoundCommit): string {
  return `${hash} ${subject}`.trim();
}

/** What happens to the directory and the branch. */
export function removalWords({ directory, branch }: RemovalFindings, name: string): string {
  if (directory === null)
    return `Gaffer forgets ${name}. Its folder stays as it is, and its chats stay in the list.`;
  const branchWords =
    branch === null ? '' : `, and the branch ${branch} with it when nothing on it would be lost`;
  return `The directory is deleted${branchWords}. Its chats stay in the list.`;
}
