import { type FSWatcher, watch } from 'node:fs';
import { stat } from 'node:fs/promises';

/** `name` null: it is not known what. `entries`: a name came or went, rather than that a file was written to. */
export type OnTouch = (dir: string, name: string | null, entries: boolean) => void;

interface Armed {
  readonly watcher: FSWatcher;
  readonly inode: number;
}

/** So often a directory is looked at that cannot be watched: it is missing, or the system has no watch left. */
const BLIND_LOOK_MS = 1_000;

/** The directories that one client follows, each without what is below it. */
export class WatchSet {
  private readonly onTouch: OnTouch;
  private readonly armed = new Map<string, Armed>();
  private blind: ReturnType<typeof setTimeout> | undefined;
  private closed = false;

  constructor(onTouch: OnTouch) {
    this.onTouch = onTouch;
  }

  /** Watches these from now on: also one that was replaced by another of its name. Resolves when it does. */
  async sync(dirs: readonly string[]): Promise<void> {
    const wanted = new Set(dirs);
    for (const dir of this.armed.keys()) if (!wanted.has(dir)) this.disarm(dir);
    const blind: string[] = [];
    for (const dir of wanted) if (!(await this.arm(dir))) blind.push(dir);
    clearTimeout(this.blind);
    if (blind.length === 0 || this.closed) return;
    this.blind = setTimeout(() => {
      for (const dir of blind) this.onTouch(dir, null, true);
    }, BLIND_LOOK_MS);
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.blind);
    for (const dir of this.armed.keys()) this.disarm(dir);
  }

  private async arm(dir: string): Promise<boolean> {
    const inode = await stat(dir).then(
      (found) => (found.isDirectory() ? found.ino : null),
      () => null,
    );
    const now = this.armed.get(dir);
    if (now && now.inode === inode) return true;
    this.disarm(dir);
    if (inode === null || this.closed) return false;
    try {
      const watcher = watch(dir, { persistent: false });
      watcher.on('change', (kind, name) => this.onTouch(dir, nameOf(name), kind === 'rename'));
      watcher.on('error', () => {
        this.disarm(dir);
        this.onTouch(dir, null, true);
      });
      this.armed.set(dir, { watcher, inode });
      return true;
    } catch {
      return false;
    }
  }

  private disarm(dir: string): void {
    this.armed.get(dir)?.watcher.close();
    this.armed.delete(dir);
  }
}

function nameOf(name: string | Buffer | null): string | null {
  return typeof name === 'string' ? name : null;
}
