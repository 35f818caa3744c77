import { closeSync, fdatasyncSync, fsyncSync, openSync } from 'node:fs';
import path from 'node:path';
import type { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';

/** What of Emscripten's file layer is used here; it has no types of its own. */
interface FileNode {
  readonly name: string;
  readonly parent: FileNode;
}
interface FileLayer {
  realPath(node: FileNode): string;
  readonly stream_ops: {
    /** Offset in the buffer, length, position in the file. */
    write(stream: { node: FileNode }, buffer: Uint8Array, ...range: [number, number, number]): number;
    setattr(stream: { node: FileNode }, change: { size?: number }): void;
  };
  readonly node_ops: {
    setattr(node: FileNode, change: { size?: number }): void;
    mknod(parent: FileNode, ...rest: unknown[]): unknown;
    rename(node: FileNode, directory: FileNode, name: string): void;
    unlink(parent: FileNode, name: string): void;
  };
}

type Options = Parameters<NodeFS['init']>[1];

/**
 * The engine's files, with the one order kept that it relies on and nobody else keeps: what is in the log comes to the
 * disk before the page, the truncation or the removal that it tells of. The engine itself never syncs, and the system
 * writes pages back when it likes: a page that is ahead of the log cannot be recovered after a power cut. Nor is a file renamed before its content is there.
 */
export class OrderedFiles extends NodeFS {
  override async init(engine: PGlite, options: Options): ReturnType<NodeFS['init']> {
    const { emscriptenOpts } = await super.init(engine, options);
    const order = (module: unknown) =>
      keepOrder((module as { NODEFS: FileLayer }).NODEFS, new UnsyncedLog(this.rootDir));
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [order, ...(emscriptenOpts.preRun ?? [])] } };
  }
}

function keepOrder(layer: FileLayer, log: UnsyncedLog): void {
  const { stream_ops, node_ops } = layer;
  const before = { stream: { ...stream_ops }, node: { ...node_ops } };
  stream_ops.write = (stream, buffer, ...range) => {
    if (isLog(stream.node)) log.wrote(stream.node.name);
    // A page that only makes room says nothing about what comes into it.
    else if (!isEmpty(buffer, range[0], range[1])) log.sync();
    return before.stream.write(stream, buffer, ...range);
  };
  stream_ops.setattr = (stream, change) => {
    if (change.size !== undefined && !isLog(stream.node)) log.sync();
    before.stream.setattr(stream, change);
  };
  node_ops.setattr = (node, change) => {
    if (change.size !== undefined && !isLog(node)) log.sync();
    before.node.setattr(node, change);
  };
  node_ops.mknod = (parent, ...rest) => {
    if (parent.name === LOG) log.named();
    return before.node.mknod(parent, ...rest);
  };
  node_ops.rename = (node, directory, name) => {
    if (directory.name === LOG) log.renamed(node.name, name);
    else {
      log.sync();
      // A name must not come to the disk before what it names: the engine does not open with an empty file.
      syncNow(layer.realPath(node), fdatasyncSync);
    }
    before.node.rename(node, directory, name);
  };
  node_ops.unlink = (parent, name) => {
    if (parent.name === LOG) log.forget(name);
    else log.sync();
    before.node.unlink(parent, name);
  };
}

const LOG = 'pg_wal';

function isLog(node: FileNode): boolean {
  return node.parent.name === LOG;
}

const NOTHING = Buffer.alloc(64 * 1024);

function isEmpty(buffer: Uint8Array, offset: number, length: number): boolean {
  if (length > NOTHING.length) return false;
  const written = Buffer.from(buffer.buffer, buffer.byteOffset + offset, length);
  return written.equals(NOTHING.subarray(0, length));
}

/** Segments that were written and not synced since. Another sync of them in between costs one too many, no more. */
class UnsyncedLog {
  readonly #directory: string;
  readonly #written = new Set<string>();
  #isNamed = false;

  constructor(data: string) {
    this.#directory = path.join(data, LOG);
  }

  wrote(name: string): void {
    this.#written.add(name);
  }

  /** A segment got its name. */
  named(): void {
    this.#isNamed = true;
  }

  renamed(from: string, to: string): void {
    this.#written.delete(from);
    this.#written.add(to);
    this.#isNamed = true;
  }

  forget(name: string): void {
    this.#written.delete(name);
  }

  sync(): void {
    for (const name of this.#written) syncNow(path.join(this.#directory, name), fdatasyncSync);
    this.#written.clear();
    if (this.#isNamed && process.platform !== 'win32') syncNow(this.#directory, fsyncSync);
    this.#isNamed = false;
  }
}

function syncNow(target: string, sync: (fd: number) => void): void {
  const fd = openSync(target, process.platform === 'win32' ? 'r+' : 'r');
  try {
    sync(fd);
  } finally {
    closeSync(fd);
  }
}
