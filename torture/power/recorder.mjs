// Loaded before anything else (`node --import`) into the thread that is to be recorded: node:fs itself is wrapped, so
// that everything below one directory is written down, in order, with its data, before the caller goes on. What may
// change files there and is not known here throws: a record with holes would prove nothing.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import { isMainThread, parentPort } from 'node:worker_threads';

const root = process.env.GAFFER_RECORD_ROOT;
const thread = process.env.GAFFER_RECORD_THREAD ?? 'worker';
if (root !== undefined && (thread === 'worker') === !isMainThread) {
  record(path.resolve(root), fs.openSync(process.env.GAFFER_RECORD_LOG, 'a'));
}

function record(below, log) {
  const real = { ...fs };
  const promised = { ...fs.promises };
  /** Open files: their path is only where they were opened. */
  const open = new Set();
  const appending = new Set();
  let handles = 0;
  /** Trees that Node removes through its own functions; what goes was noted before. */
  let removing = 0;

  function note(entry, data) {
    const head = Buffer.from(JSON.stringify(entry));
    const sizes = Buffer.alloc(8);
    sizes.writeUInt32LE(head.length, 0);
    sizes.writeUInt32LE(data?.length ?? 0, 4);
    const all = Buffer.concat(data ? [sizes, head, data] : [sizes, head]);
    for (let at = 0; at < all.length; ) at += real.writeSync(log, all, at, all.length - at);
  }
  /** Relative to the recorded directory, or null: not ours. */
  function within(target) {
    if (typeof target !== 'string') return null;
    const relative = path.relative(below, path.resolve(placeOf(target)));
    return relative.startsWith('..') ? null : relative;
  }
  /** A name in a directory that is held open stands for a name where that directory is. */
  function placeOf(target) {
    const held = /^\/proc\/self\/fd\/\d+(?=\/)/.exec(target)?.[0];
    return held === undefined ? target : real.readlinkSync(held) + target.slice(held.length);
  }
  function bytesOf(data, offset = 0, length) {
    if (typeof data === 'string') return Buffer.from(data);
    const buffer = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    return Buffer.from(buffer.subarray(offset, length === undefined ? undefined : offset + length));
  }
  const { O_CREAT, O_TRUNC, O_APPEND, O_RDWR, O_WRONLY } = real.constants;
  const textFlags = {
    r: 0,
    'r+': O_RDWR,
    w: O_CREAT | O_TRUNC | O_WRONLY,
    wx: O_CREAT | O_WRONLY,
    a: O_CREAT | O_APPEND | O_WRONLY,
  };
  function flagsOf(flags = 'r') {
    const known = typeof flags === 'number' ? flags : (textFlags[flags] ?? null);
    if (known === null) throw new Error(`the recorder does not know the flags ${flags}`);
    return known;
  }
  /** What opening does to the directory and the content, after it went well. */
  function noteOpen(fd, target, flags, before) {
    const relative = within(target);
    if (relative === null) return;
    if (before !== null && before.isDirectory()) note({ op: 'open-directory', fd, path: relative });
    else {
      if (before === null) note({ op: 'create', path: relative });
      note({ op: 'open', fd, path: relative });
      if (before !== null && before.size > 0 && flags & O_TRUNC) note({ op: 'truncate', fd, length: 0 });
    }
    open.add(fd);
    if (flags & O_APPEND) appending.add(fd);
  }
  const statOf = (target) => real.statSync(target, { throwIfNoEntry: false }) ?? null;

  fs.openSync = (target, flags, mode) => {
    const before = within(target) === null ? null : statOf(target);
    const fd = real.openSync(target, flags, mode);
    noteOpen(fd, target, flagsOf(flags), before);
    return fd;
  };
  const positions = new Map();
  fs.writeSync = (fd, data, ...rest) => {
    if (!open.has(fd)) return real.writeSync(fd, data, ...rest);
    const isText = typeof data === 'string';
    const [offset, length, position] = isText ? [0, undefined, rest[0]] : rest;
    const size = real.fstatSync(fd).size;
    const written = real.writeSync(fd, data, ...rest);
    const current = appending.has(fd) ? size : (positions.get(fd) ?? 0);
    const at = typeof position === 'number' ? position : current;
    if (typeof position !== 'number') positions.set(fd, at + written);
    note({ op: 'write', fd, at }, bytesOf(data, offset ?? 0, length).subarray(0, written));
    return written;
  };
  fs.closeSync = (fd) => {
    real.closeSync(fd);
    positions.delete(fd);
    appending.delete(fd);
    if (open.delete(fd)) note({ op: 'close', fd });
  };
  fs.ftruncateSync = (fd, length = 0) => {
    real.ftruncateSync(fd, length);
    if (open.has(fd)) note({ op: 'truncate', fd, length });
  };
  fs.truncateSync = (target, length = 0) => {
    if (typeof target === 'number') return fs.ftruncateSync(target, length);
    real.truncateSync(target, length);
    if (within(target) !== null) note({ op: 'truncate', path: within(target), length });
  };
  for (const name of ['fsyncSync', 'fdatasyncSync']) {
    fs[name] = (fd) => {
      if (open.has(fd)) note({ op: 'sync-begins', fd });
      real[name](fd);
      if (open.has(fd)) note({ op: 'sync-ends', fd });
    };
  }
  for (const name of ['fsync', 'fdatasync']) {
    fs[name] = (fd, done) => {
      if (open.has(fd)) note({ op: 'sync-begins', fd });
      real[name](fd, (error) => {
        if (open.has(fd) && !error) note({ op: 'sync-ends', fd });
        done(error);
      });
    };
  }
  const renamed = (from, to) => {
    if (within(from) !== null || within(to) !== null)
      note({ op: 'rename', from: within(from), to: within(to) });
  };
  const gone = (target) => {
    if (within(target) !== null) note({ op: 'unlink', path: within(target) });
  };
  function noteNewDirectories(target) {
    const missing = [];
    for (let at = path.resolve(target); within(at) !== null && statOf(at) === null; at = path.dirname(at))
      missing.unshift(at);
    return () => {
      for (const made of missing) note({ op: 'mkdir', path: within(made) });
    };
  }
  function noteTreeGone(target) {
    const found = within(target) === null ? null : statOf(target);
    if (found === null) return;
    if (found.isDirectory())
      for (const name of real.readdirSync(target)) noteTreeGone(path.join(target, name));
    gone(target);
  }
  fs.renameSync = (from, to) => {
    real.renameSync(from, to);
    renamed(from, to);
  };
  fs.unlinkSync = (target) => {
    real.unlinkSync(target);
    gone(target);
  };
  fs.rmdirSync = (target, options) => {
    real.rmdirSync(target, options);
    gone(target);
  };
  fs.rmSync = (target, options) => {
    noteTreeGone(target);
    real.rmSync(target, options);
  };
  fs.mkdirSync = (target, options) => {
    const made = noteNewDirectories(target);
    const answer = real.mkdirSync(target, options);
    made();
    return answer;
  };
  function noteContent(target, fd, content) {
    note({ op: 'truncate', fd, length: 0 });
    note({ op: 'write', fd, at: 0 }, content);
  }
  fs.writeFileSync = (target, data, options) => {
    if (typeof target === 'number' && !open.has(target)) return real.writeFileSync(target, data, options);
    if (typeof target !== 'number' && within(target) === null)
      return real.writeFileSync(target, data, options);
    const fd =
      typeof target === 'number' ? target : fs.openSync(target, options?.flag ?? 'w', options?.mode);
    fs.writeSync(fd, typeof data === 'string' ? Buffer.from(data) : data);
    if (typeof target !== 'number') fs.closeSync(fd);
  };
  fs.appendFileSync = (target, data, options) => {
    const fd = fs.openSync(target, 'a', options?.mode);
    fs.writeSync(fd, Buffer.from(data));
    fs.closeSync(fd);
  };
  fs.linkSync = (from, to) => {
    real.linkSync(from, to);
    if (within(to) !== null) note({ op: 'link', from: within(from), to: within(to) });
  };

  fs.promises.open = async (target, flags, mode) => {
    const before = within(target) === null ? null : statOf(target);
    const handle = await promised.open(target, flags, mode);
    if (within(target) === null) return handle;
    handles += 1;
    // A number of our own: the kernel gives the same one to the next file.
    const fd = `handle ${handles}`;
    noteOpen(fd, target, flagsOf(flags), before);
    const close = handle.close.bind(handle);
    handle.close = async () => {
      await close();
      note({ op: 'close', fd });
    };
    for (const name of ['sync', 'datasync']) {
      const sync = handle[name].bind(handle);
      handle[name] = async () => {
        note({ op: 'sync-begins', fd });
        await sync();
        note({ op: 'sync-ends', fd });
      };
    }
    const writeFile = handle.writeFile.bind(handle);
    handle.writeFile = async (data, options) => {
      await writeFile(data, options);
      noteContent(target, fd, bytesOf(data));
    };
    for (const name of ['write', 'writev', 'appendFile', 'truncate'])
      handle[name] = unknown(`handle.${name}`);
    return handle;
  };
  fs.promises.rename = async (from, to) => {
    renamed(from, to);
    await promised.rename(from, to);
  };
  fs.promises.unlink = async (target) => {
    gone(target);
    await promised.unlink(target);
  };
  fs.promises.rmdir = async (target, options) => {
    gone(target);
    await promised.rmdir(target, options);
  };
  fs.promises.rm = async (target, options) => {
    noteTreeGone(target);
    removing += 1;
    await promised.rm(target, options).finally(() => (removing -= 1));
  };
  fs.promises.mkdir = async (target, options) => {
    const made = noteNewDirectories(target);
    const answer = await promised.mkdir(target, options);
    made();
    return answer;
  };
  function wholeFile(target, before) {
    handles += 1;
    const fd = `handle ${handles}`;
    noteOpen(fd, target, O_CREAT | O_TRUNC | O_WRONLY, before);
    noteContent(target, fd, real.readFileSync(target));
    note({ op: 'close', fd });
    open.delete(fd);
  }
  fs.promises.writeFile = async (target, data, options) => {
    const before = within(target) === null ? null : statOf(target);
    await promised.writeFile(target, data, options);
    if (within(target) !== null) wholeFile(target, before);
  };
  fs.promises.copyFile = async (from, to, mode) => {
    const before = within(to) === null ? null : statOf(to);
    await promised.copyFile(from, to, mode);
    if (within(to) !== null) wholeFile(to, before);
  };

  function unknown(name) {
    return (...args) => {
      throw new Error(`the recorder does not know ${name}(${args.map((arg) => typeof arg).join(', ')})`);
    };
  }
  function refuseBelow(of, names, prefix) {
    for (const name of names) {
      const before = of[name];
      of[name] = (...args) => {
        // Looking changes nothing.
        if (name === 'open' && (args[1] === 'r' || args[1] === 0)) return before(...args);
        if (removing > 0 && (name === 'unlink' || name === 'rmdir')) return before(...args);
        if (args.some((arg) => within(arg) !== null && typeof arg === 'string' && path.isAbsolute(arg)))
          return unknown(prefix + name)(...args);
        return before(...args);
      };
    }
  }
  const callbacks = [
    'open',
    'writeFile',
    'rename',
    'unlink',
    'rm',
    'rmdir',
    'mkdir',
    'truncate',
    'copyFile',
    'link',
  ];
  const others = ['symlink', 'appendFile', 'cp'];
  const synchronous = ['symlinkSync', 'cpSync', 'copyFileSync'];
  refuseBelow(fs, [...callbacks, ...others, ...synchronous, 'createWriteStream'], 'fs.');
  refuseBelow(fs.promises, [...others, 'link', 'truncate'], 'fs.promises.');
  syncBuiltinESMExports();

  // An answer counts from the moment when it is given.
  if (parentPort) {
    const post = parentPort.postMessage.bind(parentPort);
    parentPort.postMessage = (message, ...rest) => {
      if (message?.type === 'answer') note({ op: 'answer', id: message.id });
      post(message, ...rest);
    };
  }
}
