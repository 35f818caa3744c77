import { createHash, randomBytes } from 'node:crypto';
import { realpathSync } from 'node:fs';
import path from 'node:path';
import { type Home, openHome, socketPath } from '../base/home.ts';
import { Journal } from '../base/journal.ts';
import { type Log, logFile } from '../base/log-file.ts';
import { TokenMask } from '../base/mask-tokens.ts';
import { Wake } from '../base/wake.ts';
import { PathLocks } from '../files/path-locks.ts';
import { Scanner } from '../files/scanner.ts';
import { CredentialAsks } from '../git/credential-asks.ts';
import { createGit } from '../git/run-git.ts';
import { getAddress, knownTokens } from './address-file.ts';
import { Entrance } from './entrance.ts';
import { helloOf } from './hello.ts';
import { KeyedCalls } from './keyed.ts';
import { takeLock } from './lock.ts';
import { removeOldVersions } from './old-versions.ts';
import { Door } from './server.ts';
import { openTables } from './tables.ts';

export interface RunOptions {
  readonly home: string;
  readonly agentFile: string;
  readonly version: string;
  readonly idleMs: number;
}

const LOOK_MS = 2_000;
const SWEEP_MS = 3_600_000;

/** Serves until it is idle, told to stop, or terminated. False: another agent of this version lives. */
export async function runAgent(options: RunOptions): Promise<boolean> {
  const home = openHome(options.home);
  const release = await takeLock(path.join(home.run, `${options.version}.lock`));
  if (!release) return false;
  const log = logFile(path.join(home.log, `agent-${options.version}.log`));
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());
  process.on('SIGHUP', () => {});
  const journal = new Journal(home.journal, journalName(home, options.version));
  try {
    log('started', { pid: process.pid, version: options.version, node: process.version });
    await serveUntil({ options, home, log, journal, stop });
  } finally {
    await journal.close();
    log('ended', { pid: process.pid });
    release();
  }
  return true;
}

interface Serving {
  readonly options: RunOptions;
  readonly home: Home;
  readonly log: Log;
  readonly journal: Journal;
  readonly stop: AbortController;
}

async function serveUntil({ options, home, log, journal, stop }: Serving): Promise<void> {
  const token = getAddress(home, options.version)?.token ?? randomBytes(32).toString('hex');
  const mask = new TokenMask([...new Set([token, ...knownTokens(home)])]);
  const { agentFile } = options;
  const tables = await openTables({ ...options, home, mask, token });
  const { processes, terminals, baseEnv, environment, processOfToken } = tables;
  const address = {
    socket: socketPath(home, options.version),
    token,
    version: options.version,
    pid: process.pid,
    journal: journal.id,
  };
  const parts = {
    home,
    processes,
    terminals,
    scanner: new Scanner({
      agentFile,
      rules: home,
      searchPath: async () => (await baseEnv()).PATH ?? process.env.PATH ?? '',
    }),
    git: { run: createGit(baseEnv), own: realpathSync(home.root) },
    asks: new CredentialAsks(),
    processOfToken,
    keyed: new KeyedCalls(journal, log),
    locks: new PathLocks(),
    mask,
    hello: () => helloOf({ ...options, journal: journal.id }, home),
    environment,
    listen: () => entrance.openPort(),
    stop: () => stop.abort(),
  };
  const door = new Door({ token, parts, log, ends: stop.signal });
  const entrance = new Entrance(door, home, address);
  await entrance.open();
  await removeOldVersions(home, options.agentFile, log).catch((error: unknown) => {
    log('old versions stay', { error: String(error) });
  });
  let sweptAt = Date.now();
  let saidIdle = false;
  while (!stop.signal.aborted) {
    await pause(Math.min(LOOK_MS, options.idleMs), stop.signal);
    if (!entrance.isThere() && !stop.signal.aborted) {
      log('the socket is missing; made again');
      await entrance.open();
    }
    if (Date.now() - sweptAt > SWEEP_MS) {
      sweptAt = Date.now();
      await processes.sweep(sweptAt);
    }
    const isIdle = door.idleMs() >= options.idleMs;
    const running = isIdle ? (await processes.countRunning()) + terminals.countRunning() : null;
    if (running === 0) stop.abort();
    else if (running !== null && !saidIdle) log('idle, and not alone', { running });
    saidIdle = running !== null;
  }
  await Promise.all([entrance.close(), terminals.hangUp()]);
}

/** Two hosts with one home directory must not write one file. */
function journalName(home: Home, version: string): string {
  return createHash('sha256').update(`${version} ${home.hostname}`).digest('hex').slice(0, 16);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Wake().wait(ms, signal);
}
