import type { RepositoryState } from '@shared/agent-protocol/events.ts';
import { errorFields, type Log } from '../base/log.ts';
import type { Place } from './place.ts';

/** So many directories of one machine are followed, the ones that were used last. */
const MOST = 100;

export interface BranchFollowerDeps {
  readonly place: Place;
  /** The workspaces there, last used first. */
  directories(): readonly string[];
  onBranch(directory: string, branch: string | null): void;
  readonly log: Log;
}

/** One loop follows what is checked out in the workspaces of one machine, while it is reached anyway. */
export class BranchFollower {
  readonly #deps: BranchFollowerDeps;
  #following: { readonly what: string; readonly left: AbortController } | null = null;
  #wake: () => void = () => undefined;

  constructor(deps: BranchFollowerDeps) {
    this.#deps = deps;
  }

  /** The workspaces or the link may have changed, or it may be worth another try. */
  look(): void {
    if (this.#following && this.#following.what !== JSON.stringify(this.#wanted()))
      this.#following.left.abort();
    this.#wake();
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const directories = this.#wanted();
      if (directories.length > 0) await this.#follow(directories, signal);
      // One that is over by itself, as with an agent that was told to end, is tried again when there is reason to.
      if (JSON.stringify(directories) === JSON.stringify(this.#wanted())) await this.#untilLook(signal);
    }
  }

  /** A host that is not connected is not connected for its branches. */
  #wanted(): readonly string[] {
    const { place, directories } = this.#deps;
    return place.link && !place.link.up() ? [] : directories().slice(0, MOST).toSorted();
  }

  async #follow(directories: readonly string[], signal: AbortSignal): Promise<void> {
    const left = new AbortController();
    const until = AbortSignal.any([signal, left.signal]);
    this.#following = { what: JSON.stringify(directories), left };
    try {
      const { client } = await this.#deps.place.reach();
      until.throwIfAborted();
      for await (const event of client.events({ repositories: directories }, { signal: until }))
        if (event.type === 'repository') this.#deps.onBranch(event.path, branchOf(event.repository));
    } catch (error) {
      if (!until.aborted) this.#deps.log.warn('Branches are not followed.', errorFields(error));
    } finally {
      this.#following = null;
    }
  }

  #untilLook(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        signal.removeEventListener('abort', done);
        this.#wake = () => undefined;
        resolve();
      };
      this.#wake = done;
      if (signal.aborted) done();
      else signal.addEventListener('abort', done, { once: true });
    });
  }
}

/** What is checked out, the short commit when HEAD is detached, null when it is no repository. */
function branchOf(repository: RepositoryState | null): string | null {
  return repository ? (repository.branch ?? repository.commit?.slice(0, 7) ?? null) : null;
}
