import { type FileRules, resolvePath } from './paths.ts';

/**
 * Calls that change the same file run one after another: an edit is computed from what it read, and another
 * chat's write in between would be lost.
 */
export class PathLocks {
  private readonly tails = new Map<string, Promise<void>>();

  async hold<T>(given: readonly string[], rules: FileRules, run: () => Promise<T>): Promise<T> {
    // A path that cannot be resolved is refused by the call itself, with all its other faults.
    const resolved = await Promise.all(given.map((one) => resolvePath(one, rules).catch(() => one)));
    const paths = [...new Set(resolved)];
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    // All places in all queues are taken at once, so two calls cannot wait for each other.
    const before = paths.flatMap((path) => this.tails.get(path) ?? []);
    const tail = Promise.all([...before, held]).then(() => {
      for (const path of paths) if (this.tails.get(path) === tail) this.tails.delete(path);
    });
    for (const path of paths) this.tails.set(path, tail);
    await Promise.all(before);
    try {
      return await run();
    } finally {
      release();
    }
  }
}
