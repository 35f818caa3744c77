import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { failpoint } from '../base/failpoints.ts';
import { noteOf } from '../base/process-identity.ts';
import { putFile, putNewFile } from '../base/small-file.ts';
import { syncDirectory, syncFile } from '../base/sync-directory.ts';
import { type RunExit, runFile } from './run-files.ts';
import { SpoolWriter } from './spool-writer.ts';

/** What the agent writes to the launcher's standard input; it may hold secrets, so it is in no file. */
export interface LaunchOrder {
  readonly dir: string;
  readonly command: string;
  readonly workdir: string;
  readonly env: Readonly<Record<string, string>>;
}

/** One word a line on the launcher's standard output; nobody may be there to read them. */
export type LaunchWord = 'started' | 'exists' | 'exit';

/** After the command itself ended, its children may hold the output open; so long we wait for their last words. */
const HELD_OUTPUT_MS = 1_000;
/** One a second: a person has an hour to make room. */
const EXIT_TRIES = 3_600;
const ARGUMENT_BYTES = 100_000;

/**
 * `node agent.cjs launch`: runs one command, keeps its output and writes its exit. It is detached from the agent
 * and outlives it. Output that grandchildren write after the exit still goes to the spool.
 */
export async function launch(): Promise<void> {
  for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});
  // Torn input: the agent died while it wrote. Nothing has happened yet, and nothing does.
  const order = JSON.parse(readFileSync(0, 'utf8')) as LaunchOrder;
  failpoint('launcher-before-started');
  if (!putNewFile(runFile.started(order.dir), await noteOf(process.pid))) {
    say('exists');
    return;
  }
  // Whoever finds no `started` runs the command (again): it must be on the disk before anything else is.
  syncFile(runFile.started(order.dir));
  for (const dir of [order.dir, path.dirname(order.dir)]) syncDirectory(dir);
  failpoint('launcher-after-started');
  const spool = new SpoolWriter(order.dir);
  const { output, exited } = await startCommand(order, spool);
  const drained = new Promise<void>((resolve) => output?.once('close', resolve) ?? resolve());
  output?.on('data', (chunk: Buffer) => spool.write(chunk));
  output?.on('error', () => output.destroy());
  const code = await exited;
  await withinMs(drained, HELD_OUTPUT_MS);
  const exit: RunExit = { code, at: Date.now(), written: spool.written };
  await putExit(order.dir, exit);
  say('exit');
  await drained;
  spool.close();
}

/** On a full disk it waits for room: an exit that is not written is one that nobody will ever know. */
async function putExit(dir: string, exit: RunExit): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      putFile(runFile.exit(dir), exit);
      return;
    } catch (error) {
      if (tries === EXIT_TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  }
}

interface Started {
  readonly output: Readable | null;
  readonly exited: Promise<number>;
}

async function startCommand(order: LaunchOrder, spool: SpoolWriter): Promise<Started> {
  lowerPriority();
  const pipe = openPipe(runFile.fifo(order.dir));
  try {
    const child = spawnCommand(order, pipe?.writer ?? null);
    const exited = new Promise<number>((resolve, reject) => {
      child.once('exit', (code, signal) => resolve(signal === null ? (code ?? -1) : -1));
      child.once('error', reject);
    });
    if (child.pid === undefined) await exited;
    const pid = child.pid ?? 0;
    putFile(runFile.pid(order.dir), await noteOf(pid));
    say('started');
    return { output: pipe ? pipe.reader : child.stdout, exited };
  } catch (error) {
    pipe?.reader.destroy();
    spool.write(Buffer.from(`${error instanceof Error ? error.message : String(error)}\n`));
    return { output: null, exited: Promise.resolve(-1) };
  } finally {
    if (pipe) closeSync(pipe.writer);
  }
}

/** In a session of its own. The outer shell only raises the command's score for the out-of-memory killer. */
function spawnCommand(order: LaunchOrder, output: number | null): ChildProcess {
  const prepare = '{ echo 500 >/proc/self/oom_score_adj; } 2>/dev/null; ';
  const long = Buffer.byteLength(order.command) > ARGUMENT_BYTES;
  if (long) writeFileSync(runFile.command(order.dir), order.command, { mode: 0o600 });
  const run = long ? 'exec /bin/sh "$1"' : 'exec /bin/sh -c "$1"';
  const merge = output === null ? 'exec 2>&1; ' : '';
  const argument = long ? runFile.command(order.dir) : order.command;
  return spawn('/bin/sh', ['-c', merge + prepare + run, 'sh', argument], {
    cwd: order.workdir,
    env: order.env,
    detached: true,
    stdio: output === null ? ['ignore', 'pipe', 'pipe'] : ['ignore', output, output],
  });
}

/**
 * A real pipe, unlike the socket pair that Node makes: one for both streams keeps their order, and commands can
 * open /dev/stdout. Null where the file system has no FIFOs.
 */
function openPipe(path: string): { reader: net.Socket; writer: number } | null {
  try {
    rmSync(path, { force: true });
    execFileSync('mkfifo', ['-m', '600', path], { stdio: 'ignore' });
    // Read-write first: opening one end alone would wait for the other.
    const both = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    const readFd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const writer = openSync(path, constants.O_WRONLY);
    closeSync(both);
    return { reader: new net.Socket({ fd: readFd, readable: true, writable: false }), writer };
  } catch {
    return null;
  } finally {
    rmSync(path, { force: true });
  }
}

function lowerPriority(): void {
  try {
    if (process.platform === 'linux') os.setPriority(0, 5);
  } catch {
    // Not permitted: the command runs as it is.
  }
}

function say(word: LaunchWord): void {
  try {
    writeSync(1, `${word}\n`);
  } catch {
    // The agent has gone; it finds what it needs in the files.
  }
}

function withinMs(promise: Promise<void>, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    void promise.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
