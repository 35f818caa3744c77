import { errorFields, type Log } from '../base/log.ts';
import { BranchFollower } from './branch-follower.ts';
import { type Entry, isUsable } from './entry.ts';
import type { Place } from './place.ts';

export interface PlaceFollowerDeps {
  entries(): readonly Entry[];
  /** A link has changed. */
  onChange(): void;
  onBranch(machine: Place, directory: string, branch: string | null): void;
  /** Nothing is known yet of what its folder brings along. */
  isNew(entry: Entry): boolean;
  /** Looks at what it brings along. */
  lookAt(entry: Entry): Promise<void>;
  readonly log: Log;
  /** Everything here ends with it. */
  readonly signal: AbortSignal;
}

/** What goes on in the background at the places of workspaces: links, branches, and what folders bring along. */
export class PlaceFollower {
  readonly #deps: PlaceFollowerDeps;
  readonly #machines = new Map<Place, BranchFollower>();
  readonly #containers = new WeakSet<Place>();
  readonly #background = new Set<Promise<void>>();

  constructor(deps: PlaceFollowerDeps) {
    this.#deps = deps;
  }

  /** Its link, and what is checked out in the directories there. Once for each. */
  followMachine(machine: Place): void {
    if (this.#machines.has(machine)) return;
    const { entries, onBranch, log, signal } = this.#deps;
    const isThere = (one: Entry) => one.machine === machine && isUsable(one);
    const branches = new BranchFollower({
      place: machine,
      directories: () => entries().flatMap((one) => (isThere(one) ? one.record.directory : [])),
      onBranch: (directory, branch) => onBranch(machine, directory, branch),
      log,
    });
    this.#machines.set(machine, branches);
    this.#followLink(machine, () => branches.look());
    this.#inBackground(branches.run(signal));
  }

  /** Its link: branches are its machine's to tell. */
  followContainer(place: Place): void {
    if (this.#containers.has(place)) return;
    this.#containers.add(place);
    this.#followLink(place, () => undefined);
  }

  /** Something may have changed there; null: anywhere. */
  look(machine: Place | null): void {
    for (const [place, branches] of this.#machines)
      if (machine === null || place === machine) branches.look();
  }

  /** Where a machine is reached, what its folders bring along is known before the first message is written. */
  lookAtFolders(place: Place): void {
    const { entries, isNew, lookAt } = this.#deps;
    for (const entry of entries().filter((one) => one.place === place && isUsable(one) && isNew(one)))
      this.#inBackground(lookAt(entry));
  }

  /** At all machines that can be asked now. */
  lookAtAllFolders(): void {
    for (const place of this.#machines.keys()) if (place.link?.up() ?? true) this.lookAtFolders(place);
  }

  /** After the signal has aborted. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#background);
  }

  #followLink(place: Place, onChange: () => void): void {
    const changed = () => {
      onChange();
      if (place.link?.up()) this.lookAtFolders(place);
      this.#deps.onChange();
    };
    this.#inBackground(place.follow(changed, this.#deps.signal));
  }

  #inBackground(work: Promise<void>): void {
    const task = work
      .catch((error: unknown) => {
        if (this.#deps.signal.aborted) return;
        this.#deps.log.warn('A workspace could not be looked at.', errorFields(error));
      })
      .finally(() => this.#background.delete(task));
    this.#background.add(task);
  }
}
