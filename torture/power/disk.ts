import fs from 'node:fs';
import path from 'node:path';
import type { Chance } from '../random.ts';
import type { Entry } from './record.ts';

/** A change of a file's content that may or may not have reached the disk. */
type Change =
  | { readonly kind: 'write'; readonly at: number; readonly data: Buffer }
  | { readonly kind: 'truncate'; readonly length: number };

class File {
  /** What is on the disk for certain. */
  durable = Buffer.alloc(0);
  size = 0;
  pending: Change[] = [];

  apply(change: Change): void {
    if (change.kind === 'truncate') {
      const cut = this.durable.subarray(0, Math.min(this.size, change.length));
      this.grow(change.length);
      this.durable.fill(0, cut.length, this.size);
      this.size = change.length;
      return;
    }
    const end = change.at + change.data.length;
    this.grow(end);
    if (change.at > this.size) this.durable.fill(0, this.size, change.at);
    change.data.copy(this.durable, change.at);
    this.size = Math.max(this.size, end);
  }

  private grow(length: number): void {
    if (length <= this.durable.length) return;
    const larger = Buffer.alloc(Math.max(length, this.durable.length * 2, 8192));
    this.durable.copy(larger, 0, 0, this.size);
    this.durable = larger;
  }

  copy(): File {
    const copy = new File();
    copy.durable = Buffer.from(this.durable.subarray(0, this.size));
    copy.size = this.size;
    return copy;
  }

  content(): Buffer {
    return this.durable.subarray(0, this.size);
  }
}

type NameChange =
  | { readonly kind: 'link'; readonly name: string; readonly node: Node }
  | { readonly kind: 'unlink'; readonly name: string }
  | { readonly kind: 'rename'; readonly from: string; readonly to: string; readonly node: Node };

class Directory {
  /** Names that are on the disk for certain, and names as the running system sees them. */
  durable = new Map<string, Node>();
  seen = new Map<string, Node>();
  pending: NameChange[] = [];

  change(change: NameChange): void {
    applyName(this.seen, change);
    this.pending.push(change);
  }
}

type Node = File | Directory;

function applyName(names: Map<string, Node>, change: NameChange): void {
  if (change.kind === 'link') names.set(change.name, change.node);
  else if (change.kind === 'unlink') names.delete(change.name);
  else {
    // The old name may be gone or stand for something newer where changes between were lost.
    if (names.get(change.from) === change.node) names.delete(change.from);
    names.set(change.to, change.node);
  }
}

/** How much of what was not synced survives one power cut. */
export interface Loss {
  /** Chance of each unsynced change of a content to be on the disk. */
  readonly kept: number;
  /** Bytes that are written whole or not at all; 0: a write is. */
  readonly tornAt: 0 | 512 | 4096;
  /** `prefix`: a directory's changes reach the disk in order, as journalling file systems do it; `any`: no order. */
  readonly names: 'prefix' | 'any';
}

/**
 * A disk under a page cache. Entries of the record are applied in order; at any moment `cut` makes a directory as it
 * may be found after the power failed then: everything synced, and of the rest any part.
 */
export class Disk {
  readonly #root = new Directory();
  #open = new Map<string | number, { node: Node; synced: number | null }>();

  apply(entry: Entry, data: Buffer): void {
    switch (entry.op) {
      case 'create':
        return this.#in(entry.path).change({
          kind: 'link',
          name: path.basename(entry.path),
          node: new File(),
        });
      case 'mkdir': {
        if (entry.path === '') return;
        const node = new Directory();
        return this.#in(entry.path).change({ kind: 'link', name: path.basename(entry.path), node });
      }
      case 'open':
      case 'open-directory':
        this.#open.set(entry.fd, { node: this.#find(entry.path), synced: null });
        return;
      case 'close':
        this.#open.delete(entry.fd);
        return;
      case 'write':
        this.#file(entry.fd).pending.push({ kind: 'write', at: entry.at, data });
        return;
      case 'truncate': {
        const node = entry.fd === undefined ? this.#find(entry.path ?? '') : this.#file(entry.fd);
        if (node instanceof File) node.pending.push({ kind: 'truncate', length: entry.length });
        return;
      }
      case 'link':
        return this.#in(entry.to).change({
          kind: 'link',
          name: path.basename(entry.to),
          node: this.#find(entry.from),
        });
      case 'unlink':
        if (this.#seen(entry.path))
          this.#in(entry.path).change({ kind: 'unlink', name: path.basename(entry.path) });
        return;
      case 'rename':
        return this.#rename(entry.from, entry.to);
      case 'sync-begins': {
        const open = this.#of(entry.fd);
        open.synced = open.node.pending.length;
        return;
      }
      case 'sync-ends':
        return this.#synced(entry.fd);
      case 'begins':
        // The process is gone; what it wrote is still in the page cache.
        this.#open.clear();
        return;
      case 'answer':
        return;
    }
  }

  /** Writes what a power cut at this moment leaves. */
  cut(target: string, loss: Loss, chance: Chance): void {
    const copies = new Map<File, File>();
    const put = (directory: Directory, at: string) => {
      fs.mkdirSync(at, { recursive: true });
      const names = new Map(directory.durable);
      for (const change of surviving(directory.pending, loss, chance)) applyName(names, change);
      for (const [name, node] of names) {
        if (node instanceof Directory) put(node, path.join(at, name));
        else {
          const copy = copies.get(node) ?? afterLoss(node, loss, chance);
          copies.set(node, copy);
          fs.writeFileSync(path.join(at, name), copy.content());
        }
      }
    };
    put(this.#root, target);
  }

  /** Every file as the running system sees it: what the recorded directory must be like. */
  *files(directory = this.#root, below = ''): Generator<{ path: string; content: Buffer }> {
    for (const [name, node] of directory.seen) {
      const at = path.join(below, name);
      if (node instanceof Directory) yield* this.files(node, at);
      else {
        const copy = node.copy();
        for (const change of node.pending) copy.apply(change);
        yield { path: at, content: copy.content() };
      }
    }
  }

  #synced(fd: string | number): void {
    const open = this.#of(fd);
    const { node } = open;
    // Another descriptor may have synced a part in the meantime: nothing is applied twice.
    const count = Math.min(open.synced ?? 0, node.pending.length);
    if (node instanceof File) for (const change of node.pending.slice(0, count)) node.apply(change);
    else for (const change of node.pending.slice(0, count)) applyName(node.durable, change);
    node.pending.splice(0, count);
    for (const other of this.#open.values()) {
      if (other.node === node && other.synced !== null) other.synced = Math.max(0, other.synced - count);
    }
    open.synced = null;
  }

  #rename(from: string | null, to: string | null): void {
    if (from === null || to === null) throw new Error('a rename across the border of the record');
    const node = this.#seen(from);
    if (!node) return;
    const [source, target] = [this.#in(from), this.#in(to)];
    if (source === target) {
      source.change({ kind: 'rename', from: path.basename(from), to: path.basename(to), node });
    } else {
      target.change({ kind: 'link', name: path.basename(to), node });
      source.change({ kind: 'unlink', name: path.basename(from) });
    }
  }

  #of(fd: string | number) {
    const open = this.#open.get(fd);
    if (!open) throw new Error(`descriptor ${fd} is not open`);
    return open;
  }

  #file(fd: string | number): File {
    const { node } = this.#of(fd);
    if (!(node instanceof File)) throw new Error(`descriptor ${fd} is of a directory`);
    return node;
  }

  #in(target: string): Directory {
    const parent = this.#find(path.dirname(target));
    if (!(parent instanceof Directory)) throw new Error(`${target} is not in a directory`);
    return parent;
  }

  #find(target: string): Node {
    const node = this.#seen(target);
    if (!node) throw new Error(`the record names ${target}, which was never made`);
    return node;
  }

  #seen(target: string): Node | null {
    let node: Node | undefined = this.#root;
    for (const name of target.split(path.sep)) {
      if (name === '' || name === '.') continue;
      node = node instanceof Directory ? node.seen.get(name) : undefined;
    }
    return node ?? null;
  }
}

function surviving(changes: readonly NameChange[], loss: Loss, chance: Chance): readonly NameChange[] {
  if (loss.names === 'prefix') return changes.slice(0, chance.between(0, changes.length));
  return changes.filter(() => chance.hit(loss.kept));
}

function afterLoss(file: File, loss: Loss, chance: Chance): File {
  const copy = file.copy();
  for (const change of file.pending) {
    if (change.kind === 'truncate' || loss.tornAt === 0) {
      if (chance.hit(loss.kept)) copy.apply(change);
      continue;
    }
    for (let at = 0; at < change.data.length; ) {
      // Blocks of the disk, not of the write.
      const length = Math.min(loss.tornAt - ((change.at + at) % loss.tornAt), change.data.length - at);
      if (chance.hit(loss.kept))
        copy.apply({ kind: 'write', at: change.at + at, data: change.data.subarray(at, at + length) });
      at += length;
    }
  }
  return copy;
}
