import type { DirectoryEvent } from '@shared/agent-protocol/events.ts';
import { limits } from '../base/limits.ts';
import { Refusal } from '../base/refusal.ts';
import { WatchSet } from '../base/watch-set.ts';
import { joined, type Watch, type Watched } from '../base/watched.ts';
import { directoryStamp } from './directory-stamp.ts';
import { type FileRules, resolvePath } from './paths.ts';

export function watchDirectory(path: string, rules: FileRules): Watch<DirectoryEvent> {
  return (changed) => new WatchedDirectory(path, rules, changed);
}

interface Touched {
  readonly entries: boolean;
  readonly names: ReadonlySet<string> | null;
}

const NOTHING: Touched = { entries: false, names: new Set() };

class WatchedDirectory implements Watched<DirectoryEvent> {
  private readonly path: string;
  private readonly rules: FileRules;
  private readonly changed: ReturnType<typeof joined>;
  private readonly watches: WatchSet;
  private touched = NOTHING;
  private told: { readonly state: DirectoryEvent['state']; readonly stamp: string } | null = null;

  constructor(path: string, rules: FileRules, changed: () => void) {
    this.path = path;
    this.rules = rules;
    this.changed = joined(limits.eventJoinMs, changed);
    this.watches = new WatchSet((_dir, name, entries) => {
      this.touched = withTouch(this.touched, name, entries);
      this.changed();
    });
  }

  async tell(): Promise<readonly DirectoryEvent[]> {
    const { state, resolved } = await this.resolve();
    // The watch comes before the look, and what is touched after the look is told the next time.
    await this.watches.sync(resolved === null ? [] : [resolved]);
    const touched = this.touched;
    this.touched = NOTHING;
    const stamp = resolved === null ? null : await directoryStamp(resolved);
    const now = {
      state: stamp === null && state === 'present' ? ('missing' as const) : state,
      stamp: stamp ?? '',
    };
    const { told } = this;
    this.told = now;
    const moved = told === null || told.state !== now.state || told.stamp !== now.stamp;
    const silent = touched.names?.size === 0;
    if (!moved && (silent || now.state !== 'present')) return [];
    // Nobody told of it, yet it is another: that may be anything.
    const unknown = told === null || told.state !== now.state || (moved && !touched.entries);
    return [
      {
        type: 'directory',
        path: this.path,
        ...now,
        real_path: resolved,
        entries: unknown || touched.entries,
        names: unknown || touched.names === null ? null : [...touched.names],
      },
    ];
  }

  close(): void {
    this.changed.cancel();
    this.watches.close();
  }

  private async resolve(): Promise<{ state: DirectoryEvent['state']; resolved: string | null }> {
    try {
      return { state: 'present', resolved: await resolvePath(this.path, this.rules) };
    } catch (error) {
      const refused = error instanceof Refusal && error.code === 'forbidden';
      return { state: refused ? 'refused' : 'missing', resolved: null };
    }
  }
}

function withTouch({ entries, names }: Touched, name: string | null, more: boolean): Touched {
  const known = names !== null && name !== null && (names.size < limits.eventNames || names.has(name));
  return { entries: entries || more, names: known ? new Set(names).add(name) : null };
}
