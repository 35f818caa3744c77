import type { ProcessInfo } from '@shared/agent-protocol/index.ts';
import { isAlive } from '../base/process-identity.ts';
import { putNewFile } from '../base/small-file.ts';
import { Wake } from '../base/wake.ts';
import { getExit, getIdentity, type RunExit, type RunMeta, runFile } from './run-files.ts';

const LOOK_AGAIN_MS = 100;

/** One process that some agent of this home has started; the truth is in its directory. */
export class Run {
  readonly dir: string;
  readonly meta: RunMeta;
  /** The launcher said something. */
  readonly wake = new Wake();
  private exit: RunExit | null = null;

  constructor(dir: string, meta: RunMeta) {
    this.dir = dir;
    this.meta = meta;
  }

  /** Null: it is running. */
  async loadExit(): Promise<RunExit | null> {
    this.exit ??= getExit(this.dir);
    if (this.exit || (await this.someoneIsAlive())) return this.exit;
    // The launcher may have written it between our two looks. Otherwise nobody will ever tell how it ended.
    putNewFile(runFile.exit(this.dir), { code: -1, at: Date.now() } satisfies RunExit);
    this.exit = getExit(this.dir);
    return this.exit;
  }

  /** Resolves at the exit, after `ms`, or when the signal aborts. */
  async waitForExit(ms: number, signal: AbortSignal): Promise<void> {
    const until = Date.now() + ms;
    while (!signal.aborted && Date.now() < until && (await this.loadExit()) === null) {
      await this.wake.wait(Math.min(LOOK_AGAIN_MS, until - Date.now()), signal);
    }
  }

  async loadInfo(): Promise<ProcessInfo> {
    const exit = await this.loadExit();
    return {
      id: this.meta.id,
      command: this.meta.command,
      workdir: this.meta.workdir,
      background: this.meta.background,
      running: exit === null,
      started_at_unix: Math.floor(this.meta.startedAt / 1000),
      ...(exit ? { exit_code: exit.code, exited_at_unix: Math.floor(exit.at / 1000) } : {}),
    };
  }

  /** False: it has ended. */
  async signal(signal: 'SIGTERM' | 'SIGKILL', ends: AbortSignal): Promise<boolean> {
    const until = Date.now() + 5_000;
    while (!ends.aborted && Date.now() < until && (await this.loadExit()) === null) {
      const command = getIdentity(runFile.pid(this.dir));
      if (command) return (await isAlive(command)) && killGroup(command.pid, signal);
      // Between `started` and `pid`: the command is about to run.
      await this.wake.wait(LOOK_AGAIN_MS, ends);
    }
    return false;
  }

  private async someoneIsAlive(): Promise<boolean> {
    const launcher = getIdentity(runFile.started(this.dir));
    if (launcher && (await isAlive(launcher))) return true;
    // A launcher that was killed leaves the command running, without its output.
    const command = getIdentity(runFile.pid(this.dir));
    return command !== null && (await isAlive(command));
  }
}

function killGroup(pid: number, signal: 'SIGTERM' | 'SIGKILL'): boolean {
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    return false;
  }
}
