import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createHosts } from './agent-client/hosts.ts';
import { systemClock } from './base/clock.ts';
import { errorFields, type Log } from './base/log.ts';
import { systemRandom } from './base/random.ts';
import { type Daemon, type DaemonOptions, startDaemon } from './daemon.ts';
import { type Arguments, parseArguments } from './shell/arguments.ts';
import { describeFailure } from './shell/failure-text.ts';
import { openLogFile } from './shell/log-file.ts';
import { defaultUserDataDir } from './shell/user-data.ts';

// The daemon for those who load it as a module, and a program without a window for those who run this file:
// `node out/main/daemon.js [FOLDER] [--approvals=ask|edit|auto] [--user-data-dir=DIR]`.
// What it reaches hosts with, alone: for the benches.
export { createHosts, startDaemon };

/** As a crash would leave it after this long. */
const CLOSE_WITHIN_MS = 10_000;
/** `out/` in a checkout, the same tree inside a package. */
const out = path.resolve(import.meta.dirname, '..');

if (isProgram()) void main(parseArguments(process.argv.slice(2), process.cwd(), 'refused'));

function isProgram(): boolean {
  const [, program] = process.argv;
  return (
    program !== undefined && fs.realpathSync(program) === fs.realpathSync(fileURLToPath(import.meta.url))
  );
}

/** Ends with 0 after a signal, 1 when the daemon cannot start or is lost, 2 when it was called wrongly. */
async function main(args: Arguments): Promise<void> {
  if (args.problem !== null) return end(2, args.problem);
  // From the first moment on: a signal during the start closes what was started.
  const asked = new Promise<'signal'>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
      process.on(signal, () => resolve('signal'));
  });
  const surroundings = { platform: process.platform, env: process.env, homeDir: os.homedir() };
  const dataDir = args.userDataDir ?? defaultUserDataDir(surroundings);
  try {
    fs.mkdirSync(path.join(dataDir, 'logs'), { recursive: true, mode: 0o700 });
    const log = openLogFile(path.join(dataDir, 'logs', 'daemon.log'));
    const daemon = await startDaemon(optionsOf(args, dataDir, log));
    say(daemon);
    const why = await Promise.race([asked, daemon.lost]);
    await close(daemon, log);
    if (why !== 'signal') throw why;
    end(0);
  } catch (error) {
    const { title, cause, help } = describeFailure(error, dataDir);
    end(1, `${title}. ${cause}\n${help}`);
  }
}

/** One line of JSON, once the chats run: whoever started us waits for it. */
function say({ replica }: Daemon): void {
  const line = { state: 'ready', pid: process.pid, database: replica ? 'shared' : 'local', replica };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

async function close(daemon: Daemon, log: Log): Promise<void> {
  const bound = new AbortController();
  const late = systemClock.sleep(CLOSE_WITHIN_MS, bound.signal).then(
    () => log.warn('closing took too long; leaving as a crash would'),
    () => undefined,
  );
  const closed = daemon.close().catch((error: unknown) => log.error('closing failed', errorFields(error)));
  await Promise.race([closed, late]);
  bound.abort();
}

function end(code: number, words?: string): void {
  if (words !== undefined) process.stderr.write(`${words}\n`);
  process.exit(code);
}

function optionsOf(args: Arguments, dataDir: string, log: Log): DaemonOptions {
  return {
    dataDir,
    dbWorkerFile: path.join(out, 'main/db-worker.js'),
    preparedDir: path.join(out, 'resources'),
    agentFile: path.join(out, 'agent/agent.cjs'),
    nodePath: process.execPath,
    env: process.env,
    homeDir: os.homedir(),
    secrets: memorySecrets(),
    clock: systemClock,
    random: systemRandom,
    log,
    folder: args.folder,
    approvals: args.approvals,
    version: versionOf(path.join(out, '..', 'package.json')),
    runtime: `Node ${process.versions.node}`,
    ...noWindow,
  };
}

function versionOf(packageFile: string): string {
  return (JSON.parse(fs.readFileSync(packageFile, 'utf8')) as { version: string }).version;
}

/** Nobody sits here: what asks for a person waits until one looks at the chat from an app. */
const noWindow = {
  attended: false,
  notify() {},
  takeBack() {},
  onCrew() {},
  focusWindow: () => null,
  newWindow() {},
  pickFolder: async () => null,
  pickSaveFile: async () => null,
  pickImportFile: async () => null,
  showInFolder() {},
  openUrl: async () => {},
  openPath: async () => 'There is no screen.',
  onSettings() {},
};

/** The system's own store belongs to the app: without it, keys come from the environment. */
function memorySecrets(): DaemonOptions['secrets'] {
  const keys = new Map<string, string>();
  return {
    persist: false,
    kept: 'memory',
    keepInFile: async () => {},
    get: async (id) => keys.get(id) ?? null,
    set: async (id, key) => void keys.set(id, key),
    remove: async (id) => void keys.delete(id),
    names: () => [...keys.keys()],
  };
}
