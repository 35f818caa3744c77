import type { ProcessInfo } from '@shared/agent-protocol/index.ts';
import { isAlive, pidExists, UNKNOWN_START } from '../base/process-identity.ts';
import { Refusal } from '../base/refusal.ts';
import { putNewFile } from '../base/small-file.ts';
import { Wake } from '../base/wake.ts';
import { pauseAfter } from './pause-after.ts';
import { type RunExit, type RunMeta, readExit, readIdentity, runFile } from './run-files.ts';

const LOOK_AGAIN_MS = 100;
/** So long a process that was seen counts as the same while its pid exists: each look costs a `ps` on macOS. */
const SURE_MS = 3_000;

/** One process that some agent of this home has started; the truth is in its directory. */
export class Run {
  readonly dir: string;
  readonly meta: RunMeta;
  /** The launcher said something. */
  readonly wake = new Wake();
  private readonly alive: typeof isAlive;
  private exit: RunExit | null = null;
  private seen: { readonly pid: number; readonly at: number } | null = null;

  constructor(dir: string, meta: RunMeta, alive = isAlive) {
    this.dir = dir;
    this.meta = meta;
    this.alive = alive;
  }

  /** Null: it is running, or it cannot be told. */
  async loadExit(): Promise<RunExit | null> {
    try {
      this.exit ??= readExit(this.dir);
      if (this.exit || (await this.someoneIsAlive())) return this.exit;
      this.exit = this.putLostExit();
      return this.exit;
    } catch {
      // A look that failed says nothing, and an end that was said cannot be taken back.
      return null;
    }
  }

  /** Resolves at the exit, after `ms`, or when the signal aborts. */
  async waitForExit(ms: number, signal: AbortSignal): Promise<void> {
    const since = Date.now();
    const until = since + ms;
    while (!signal.aborted && Date.now() < until && (await this.loadExit()) === null) {
      const now = Date.now();
      await this.wake.wait(Math.min(pauseAfter(now - since), until - now), signal);
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
      const command = readIdentity(runFile.pid(this.dir));
      // A pid alone may be anybody's by now: that is no reason to kill it.
      if (command?.start === UNKNOWN_START)
        throw new Refusal(500, 'io', 'the process cannot be identified');
      if (command) return (await this.alive(command)) && killGroup(command.pid, signal);
      // Between `started` and `pid`: the command is about to run.
      await this.wake.wait(LOOK_AGAIN_MS, ends);
    }
    return false;
  }

  /** Nobody is left who will ever tell how it ended, unless the launcher wrote it between our two looks. */
  private putLostExit(): RunExit | null {
    const lost: RunExit = { code: -1, at: Date.now() };
    return putNewFile(runFile.exit(this.dir), lost) ? lost : readExit(this.dir);
  }

  private async someoneIsAlive(): Promise<boolean> {
    if (this.seen && Date.now() - this.seen.at < SURE_MS && pidExists(this.seen.pid)) return true;
    // A launcher that was killed leaves the command running, without its output.
    for (const file of [runFile.started(this.dir), runFile.pid(this.dir)]) {
      const identity = readIdentity(file);
      if (!identity || !(await this.alive(identity))) continue;
      this.seen = { pid: identity.pid, at: Date.now() };
      return true;
    }
    return false;
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
