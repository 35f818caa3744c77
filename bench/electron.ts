import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { _electron, type ElectronApplication, type Page } from '@playwright/test';
import { cleanEnv, electronPath, launchArgs, root } from '../e2e/fixtures/app.ts';
import { isAlive, killNow, processTree } from '../e2e/fixtures/process-tree.ts';

/** What a bench launches: the built app on a data directory, or a window with nothing in it. */
export type Subject =
  | { readonly kind: 'app'; readonly dataDir: string; readonly homeDir: string }
  | { readonly kind: 'empty'; readonly dataDir: string; readonly homeDir: string };

function argsOf(subject: Subject): string[] {
  const args = launchArgs({ dataDir: subject.dataDir });
  const emptyWindow = path.join(root, 'bench/empty-window');
  return subject.kind === 'app' ? args : args.map((arg) => (arg === root ? emptyWindow : arg));
}

/** A directory for one bench; its `remove` also ends the agents that were started with a home inside. */
export interface Scratch {
  readonly dir: string;
  remove(): Promise<void>;
}

export function makeScratch(): Scratch {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'gaffer-bench-'));
  return {
    dir,
    async remove() {
      killNow(agentsIn(dir));
      fs.rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    },
  };
}

/** Workspace agents outlive the app that started them; their command line or home names where they belong. */
export function agentsIn(dir: string): number[] {
  if (process.platform !== 'linux') return [];
  return fs.readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) return [];
    try {
      const said = ['cmdline', 'environ'].map((file) => fs.readFileSync(`/proc/${name}/${file}`, 'utf8'));
      const isAgent = said[0]?.includes('agent') ?? false;
      return isAgent && said.some((text) => text.includes(dir)) ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

/** Starts it as a person would, with nothing attached but the probe. Ended by `stop`. */
export interface Started {
  /** When the process was started, on the launcher's clock. */
  readonly process: ChildProcess;
  stop(): Promise<void>;
}

export function start(subject: Subject): Started {
  const probe = path.join(root, 'bench/probe/main.cjs');
  const child = spawn(electronPath(), ['-r', probe, ...argsOf(subject)], {
    cwd: root,
    env: cleanEnv(subject.homeDir, {}),
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const gone = once(child, 'exit');
  return {
    process: child,
    async stop() {
      child.kill('SIGTERM');
      await gone;
    },
  };
}

export interface Driven {
  readonly electron: ElectronApplication;
  readonly window: Page;
  readonly pid: number;
  stop(): Promise<void>;
}

/** The same under Playwright, for benches that type into the window or look inside the processes. */
export async function drive(subject: Subject, env: Readonly<Record<string, string>> = {}): Promise<Driven> {
  fs.mkdirSync(subject.homeDir, { recursive: true });
  const electron = await _electron.launch({
    executablePath: electronPath(),
    args: argsOf(subject),
    cwd: root,
    env: cleanEnv(subject.homeDir, env),
    timeout: 60_000,
  });
  const window = await electron.firstWindow({ timeout: 60_000 });
  // tsx wraps named functions in a call to this; those that `evaluate` sends over do not find it there.
  const define = 'globalThis.__name = (f) => f';
  await electron.evaluate(define);
  await window.evaluate(define);
  const child = electron.process();
  const pid = child.pid ?? 0;
  const gone = child.exitCode === null ? once(child, 'exit') : Promise.resolve();
  return {
    electron,
    window,
    pid,
    async stop() {
      if (isAlive(pid)) process.kill(pid, 'SIGTERM');
      await gone;
      await electron.close().catch(() => undefined);
      killNow(processTree(pid).slice(1));
    },
  };
}
