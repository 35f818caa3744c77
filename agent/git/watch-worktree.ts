import type { WorktreeEvent } from '@shared/agent-protocol/events.ts';
import { limits } from '../base/limits.ts';
import { WatchSet } from '../base/watch-set.ts';
import { joined, type Watch, type Watched } from '../base/watched.ts';
import type { Git } from './run-git.ts';
import { worktreeDirectories } from './worktree-directories.ts';

export function watchWorktree(given: string, git: Git): Watch<WorktreeEvent> {
  return (changed) => new WatchedWorktree(given, git, changed);
}

/** A directory that is made while its parent is not watched yet is found when they are looked for again. */
const ROUNDS = 4;

class WatchedWorktree implements Watched<WorktreeEvent> {
  private readonly given: string;
  private readonly git: Git;
  private readonly changed: ReturnType<typeof joined>;
  private readonly watches: WatchSet;
  private readonly left = new AbortController();
  private known: ReadonlySet<string> = new Set();
  private whole = true;
  /** A name came or went: there may be other directories now. */
  private stale = true;
  private touched = true;

  constructor(given: string, git: Git, changed: () => void) {
    this.given = given;
    this.git = git;
    this.changed = joined(limits.eventJoinMs, changed);
    this.watches = new WatchSet((_dir, _name, entries) => {
      this.touched = true;
      this.stale ||= entries;
      this.changed();
    });
  }

  async tell(): Promise<readonly WorktreeEvent[]> {
    if (this.stale) {
      this.stale = false;
      await this.follow();
    }
    if (!this.touched) return [];
    this.touched = false;
    return [{ type: 'worktree', path: this.given, whole: this.whole }];
  }

  close(): void {
    this.left.abort();
    this.changed.cancel();
    this.watches.close();
  }

  private async follow(): Promise<void> {
    for (let round = 0; round < ROUNDS && !this.left.signal.aborted; round++) {
      // A git that fails now says so when it is asked for the changes.
      const found = await worktreeDirectories(this.git, this.given, this.left.signal).catch(() => null);
      // Where there is no working tree, one may be made.
      const directories = found?.directories ?? [this.given];
      await this.watches.sync(directories);
      this.whole = found?.whole ?? true;
      const isKnown = directories.every((dir) => this.known.has(dir));
      this.known = new Set(directories);
      if (isKnown) return;
    }
  }
}
