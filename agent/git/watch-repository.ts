import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { RepositoryEvent, RepositoryState } from '@shared/agent-protocol/events.ts';
import { sha256 } from '../base/hash.ts';
import { limits } from '../base/limits.ts';
import { WatchSet } from '../base/watch-set.ts';
import { joined, type Watch, type Watched } from '../base/watched.ts';
import { findRepository, type RepositoryPlace, readSmall } from './find-repository.ts';

export function watchRepository(given: string): Watch<RepositoryEvent> {
  return (changed) => new WatchedRepository(given, changed);
}

class WatchedRepository implements Watched<RepositoryEvent> {
  private readonly given: string;
  private readonly changed: ReturnType<typeof joined>;
  private readonly watches: WatchSet;
  private told: string | null = null;

  constructor(given: string, changed: () => void) {
    this.given = given;
    this.changed = joined(limits.eventJoinMs, changed);
    this.watches = new WatchSet(() => this.changed());
  }

  async tell(): Promise<readonly RepositoryEvent[]> {
    const place = await findRepository(this.given);
    const refs = place ? await refDirectories(place.commonDir) : [];
    // Where there is none, one may be made.
    await this.watches.sync(place ? [place.gitDir, place.commonDir, ...refs] : [this.given]);
    const repository = place ? await stateOf(place, refs) : null;
    const now = JSON.stringify(repository);
    if (now === this.told) return [];
    this.told = now;
    return [{ type: 'repository', path: this.given, repository }];
  }

  close(): void {
    this.changed.cancel();
    this.watches.close();
  }
}

/** `refs` with what is below it, as far as the limit goes, and where refs lie in the newer format. */
async function refDirectories(commonDir: string): Promise<readonly string[]> {
  const found = [path.join(commonDir, 'refs')];
  for (let at = 0; at < found.length; at++) {
    const dir = found[at] ?? '';
    for (const entry of await readdir(dir, { withFileTypes: true }).catch(() => [])) {
      if (entry.isDirectory() && found.length < limits.watchedRefs) found.push(path.join(dir, entry.name));
    }
  }
  const reftable = path.join(commonDir, 'reftable');
  return (await stampOf(reftable)) === null ? found : [...found, reftable];
}

/** What changes when HEAD, the index, a ref or what git is in the middle of does. */
const TOLD_BY = [
  'HEAD',
  'index',
  'MERGE_HEAD',
  'CHERRY_PICK_HEAD',
  'REVERT_HEAD',
  'rebase-merge',
  'rebase-apply',
];

async function stateOf(
  { root, gitDir, commonDir }: RepositoryPlace,
  refs: readonly string[],
): Promise<RepositoryState> {
  const head = (await readSmall(path.join(gitDir, 'HEAD'))) ?? '';
  const files = TOLD_BY.map((name) => path.join(gitDir, name));
  const stamps = await Promise.all([...files, path.join(commonDir, 'packed-refs'), ...refs].map(stampOf));
  return { root, ...headOf(head), stamp: sha256(head, JSON.stringify(stamps)) };
}

/** Reads the content of a HEAD file. */
export function headOf(head: string): Pick<RepositoryState, 'branch' | 'commit'> {
  const branch = /^ref: refs\/heads\/(.+)$/m.exec(head)?.[1]?.trim() ?? null;
  const commit = /^([0-9a-f]{40}|[0-9a-f]{64})\s*$/.exec(head)?.[1] ?? null;
  return { branch: branch === '.invalid' ? null : branch, commit };
}

async function stampOf(at: string): Promise<string | null> {
  return stat(at).then(
    (found) => `${found.ino}:${found.mtimeMs}:${found.size}`,
    () => null,
  );
}
