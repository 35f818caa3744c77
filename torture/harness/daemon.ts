import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  type CallInput,
  type CallName,
  type CallResult,
  contract,
  type FeedEvent,
  type FeedInput,
  type FeedName,
} from '../../shared/contract/index.ts';

const out = path.resolve(import.meta.dirname, '../../out');

/** What the built daemon offers, as the window's transport sees it: parsed inputs in, results and events out. */
interface BuiltDaemon {
  readonly calls: Readonly<Record<CallName, (input: unknown) => Promise<unknown>>>;
  readonly feeds: Readonly<
    Record<FeedName, (input: unknown, signal: AbortSignal) => AsyncIterable<unknown>>
  >;
  readonly lost: Promise<Error>;
  wake(): void;
  close(): Promise<void>;
}

interface BuiltModule {
  startDaemon(options: object): Promise<BuiltDaemon>;
}

/** One line of the daemon's log. */
export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface DaemonSetup {
  /** Made if it is not there. Holds the database, the home directory and the log; a second start finds the first's. */
  readonly dir: string;
  /** On top of nothing: the accounts are what stands here (`OPENAI_BASE_URL`, `GAFFER_DEFAULT_MODEL` …). */
  readonly env: Readonly<Record<string, string>>;
  /** A folder that is opened as workspace, with its approval mode. */
  readonly folder?: { readonly path: string; readonly approvals: 'ask' | 'edit' | 'auto' };
  /** More of `DaemonOptions`, by name; what main's own types would say is not known here. */
  readonly options?: Readonly<Record<string, unknown>>;
}

/** The built daemon in this process, under plain Node: no Electron, no window. */
export interface TortureDaemon {
  call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallResult<N>>;
  watch<N extends FeedName>(name: N, input: FeedInput<N>, signal: AbortSignal): AsyncIterable<FeedEvent<N>>;
  /** Every line so far. */
  readonly log: readonly LogLine[];
  /** Resolves when the database's worker died. */
  readonly lost: Promise<Error>;
  /** The machine woke up, or its network changed. */
  wake(): void;
  close(): Promise<void>;
}

export async function startTortureDaemon(setup: DaemonSetup): Promise<TortureDaemon> {
  const { startDaemon } = (await import(
    pathToFileURL(path.join(out, 'main/daemon.js')).href
  )) as BuiltModule;
  const homeDir = path.join(setup.dir, 'home');
  const dataDir = path.join(setup.dir, 'data');
  for (const dir of [homeDir, dataDir]) fs.mkdirSync(dir, { recursive: true });
  const log: LogLine[] = [];
  const daemon = await startDaemon({ ...surroundings(setup, { homeDir, dataDir, log }), ...setup.options });
  return {
    log,
    lost: daemon.lost,
    call: async (name, input) => (await daemon.calls[name](contract[name].input.parse(input))) as never,
    watch: (name, input, signal) =>
      daemon.feeds[name](contract[name].input.parse(input), signal) as AsyncIterable<never>,
    wake: () => daemon.wake(),
    close: () => daemon.close(),
  };
}

/** `DaemonOptions`, with nothing of a desktop behind it. */
function surroundings(
  setup: DaemonSetup,
  { homeDir, dataDir, log }: { homeDir: string; dataDir: string; log: LogLine[] },
): object {
  const logFile = fs.openSync(path.join(setup.dir, 'daemon.log'), 'a');
  const put =
    (level: LogLine['level']) =>
    (message: string, fields: LogLine['fields'] = {}) => {
      log.push({ level, message, fields });
      fs.writeSync(
        logFile,
        `${JSON.stringify({ time: new Date().toISOString(), level, message, ...fields })}\n`,
      );
    };
  return {
    dataDir,
    homeDir,
    dbWorkerFile: path.join(out, 'main/db-worker.js'),
    preparedDir: path.join(out, 'resources'),
    agentFile: path.join(out, 'agent/agent.cjs'),
    nodePath: process.execPath,
    env: { ...setup.env, HOME: homeDir, PATH: process.env['PATH'] },
    secrets: memorySecrets(),
    attended: false,
    notify() {},
    takeBack() {},
    focusWindow: () => null,
    onCrew() {},
    showInFolder() {},
    pickFolder: async () => null,
    openUrl: async () => {},
    onSettings() {},
    clock: systemClock,
    random: { uuid: () => randomUUID(), fraction: () => Math.random() },
    log: { debug: put('debug'), info: put('info'), warn: put('warn'), error: put('error') },
    folder: setup.folder?.path ?? null,
    approvals: setup.folder?.approvals ?? null,
    version: '0.0.0',
    runtime: `Node ${process.versions.node}`,
  };
}

function memorySecrets() {
  const keys = new Map<string, string>();
  return {
    persist: false,
    kept: 'memory',
    keepInFile: async () => {},
    get: async (id: string) => keys.get(id) ?? null,
    set: async (id: string, key: string) => void keys.set(id, key),
    remove: async (id: string) => void keys.delete(id),
    names: () => [...keys.keys()],
  };
}

export const systemClock = {
  now: () => Date.now(),
  sleep: (ms: number, signal?: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason as Error);
        return;
      }
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal?.reason as Error);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      }, ms);
      signal?.addEventListener('abort', onAbort, { once: true });
    }),
};
