import {
  closeSync,
  constants,
  type Dirent,
  fstatSync,
  lstatSync,
  opendirSync,
  openSync,
  readlinkSync,
  readSync,
  type Stats,
} from 'node:fs';
import { Refusal } from '../base/refusal.ts';

const LINUX = process.platform === 'linux';
const DIRECTORY = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
const FILE = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;

/**
 * A directory below a root, held open while it is looked at, and each of its parts opened from the one above: on Linux
 * nothing that is reached through it lies outside of the root, whatever is put in the place of what was seen. Synchronous,
 * for the thread that searches. Elsewhere it is a path.
 */
export class HeldBelow {
  /** What is read and opened: the held directory itself. */
  private readonly place: string;
  private readonly fd: number | null;

  private constructor(place: string, fd: number | null) {
    this.place = place;
    this.fd = fd;
  }

  /** At a path without links; throws what the system says, and when a link has led elsewhere since. */
  static open(root: string): HeldBelow {
    const held = HeldBelow.hold(root);
    if (held.fd === null || readlinkSync(held.place) === root) return held;
    held.close();
    throw new Refusal(409, 'conflict', `${root}: something else was put there meanwhile`);
  }

  private static hold(place: string): HeldBelow {
    if (!LINUX) return new HeldBelow(place, null);
    const fd = openSync(place, DIRECTORY);
    return new HeldBelow(`/proc/self/fd/${fd}`, fd);
  }

  /** Null: no directory is there, or none that may be read. */
  below(name: string): HeldBelow | null {
    try {
      return HeldBelow.hold(`${this.place}/${name}`);
    } catch {
      return null;
    }
  }

  close(): void {
    if (this.fd !== null) closeSync(this.fd);
  }

  /** At most `most`, by name. */
  entries(most: number): readonly Dirent[] {
    const found: Dirent[] = [];
    try {
      const dir = opendirSync(this.place, { bufferSize: 512 });
      try {
        for (let entry = dir.readSync(); entry && found.length < most; entry = dir.readSync())
          found.push(entry);
      } finally {
        dir.closeSync();
      }
    } catch {
      // Gone, or not to be read: what was seen of it is what there is.
    }
    return found.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  has(name: string): boolean {
    return this.look(name) !== null;
  }

  look(name: string): Stats | null {
    try {
      return lstatSync(`${this.place}/${name}`);
    } catch {
      return null;
    }
  }

  /** The whole of a plain file; null: it is none, is larger, cannot be read, or is one of `barred`. */
  read(name: string, most: number, barred: ReadonlySet<string> = new Set()): Buffer | null {
    try {
      // Opening a device does something; a FIFO that is put there after this look is not waited for.
      if (!lstatSync(`${this.place}/${name}`).isFile()) return null;
      const fd = openSync(`${this.place}/${name}`, FILE);
      try {
        const found = fstatSync(fd);
        if (!found.isFile() || found.size > most || barred.has(inodeOf(found))) return null;
        return readWhole(fd, most);
      } finally {
        closeSync(fd);
      }
    } catch {
      return null;
    }
  }
}

export function inodeOf({ dev, ino }: Stats): string {
  return `${dev}:${ino}`;
}

/** A file may grow while it is read. */
function readWhole(fd: number, most: number): Buffer | null {
  const chunks: Buffer[] = [];
  for (let got = 0; got <= most; ) {
    const chunk = Buffer.allocUnsafe(Math.min(most + 1 - got, 1 << 18));
    const count = readSync(fd, chunk, 0, chunk.length, got);
    if (count === 0) return Buffer.concat(chunks);
    chunks.push(chunk.subarray(0, count));
    got += count;
  }
  return null;
}
