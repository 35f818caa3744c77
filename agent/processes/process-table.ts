import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type {
  ProcessInfo,
  ProcessOutput,
  SpoolChunk,
  StartProcessRequest,
} from '@shared/agent-protocol/index.ts';
import type { Home } from '../base/home.ts';
import { limits } from '../base/limits.ts';
import type { TokenMask } from '../base/mask-tokens.ts';
import { badRequest, Refusal } from '../base/refusal.ts';
import { putFile, putNewFile } from '../base/small-file.ts';
import { pauseAfter } from './pause-after.ts';
import { Run } from './run.ts';
import { getMeta, type RunMeta, runFile, wasStarted } from './run-files.ts';
import { readHeadTail, readSpool, SpoolEnd, spoolTotal } from './spool.ts';
import { startLauncher } from './start-launcher.ts';

type Env = Readonly<Record<string, string>>;

export interface ProcessTableOptions {
  readonly home: Home;
  readonly agentFile: string;
  /** The environment of every command, below that of its request. */
  readonly baseEnv: () => Promise<Env>;
  readonly mask: TokenMask;
  /** What leads git in this process to whoever may answer it. */
  readonly askpass?: (id: string) => Env;
  readonly mostRunning?: number;
}

/** All processes of this home that run on this host or ran here in the last days, whoever started them. */
export class ProcessTable {
  private readonly options: ProcessTableOptions;
  private readonly runs = new Map<string, Run>();
  private readonly followers = new Set<() => void>();

  constructor(options: ProcessTableOptions) {
    this.options = options;
  }

  /** Adopts what an earlier agent has started. */
  async open(): Promise<void> {
    await this.sweep(Date.now());
  }

  /** Removes what ended, or was announced and never started, more than `limits.keepMs` ago. */
  async sweep(now: number): Promise<void> {
    const oldest = now - limits.keepMs;
    for (const id of await readdir(this.options.home.runs)) {
      const dir = path.join(this.options.home.runs, id);
      const run = this.runs.get(id) ?? this.adopt(id);
      if (run ? !(await endedBefore(run, oldest)) : !(await isLeftOver(dir, oldest))) continue;
      this.runs.delete(id);
      await rm(dir, { recursive: true, force: true });
    }
  }

  /** The same key names the same process, also after a crash. */
  idOf(key: string): string {
    const hex = createHash('sha256').update(key).digest('hex');
    return [
      hex.slice(0, 8),
      hex.slice(8, 12),
      hex.slice(12, 16),
      hex.slice(16, 20),
      hex.slice(20, 32),
    ].join('-');
  }

  /** Checks before anything is promised. */
  async prepare(request: StartProcessRequest): Promise<string> {
    if (request.command.trim() === '') throw badRequest('command is required');
    const workdir = request.workdir || os.homedir();
    if (!path.isAbsolute(workdir)) throw badRequest(`workdir must be absolute: ${workdir}`);
    const found = await stat(workdir).catch(() => null);
    if (!found) throw new Refusal(404, 'not-found', `workdir does not exist: ${workdir}`);
    if (!found.isDirectory())
      throw new Refusal(400, 'not-a-directory', `workdir is not a directory: ${workdir}`);
    const running = await this.countRunning();
    if (running >= (this.options.mostRunning ?? limits.runningProcesses))
      throw new Refusal(503, 'busy', `${running} processes are running; end some of them first`);
    return workdir;
  }

  /** Runs the command, or finds that this id runs or ran already. */
  async start(id: string, request: StartProcessRequest, chatId: string | null): Promise<void> {
    const workdir = await this.prepare(request);
    const dir = path.join(this.options.home.runs, id);
    await mkdir(dir, { recursive: true, mode: 0o700 });
    const meta = this.announce(dir, {
      id,
      command: request.command,
      workdir,
      background: request.background ?? false,
      chatId,
      host: this.options.home.hostname,
      startedAt: Date.now(),
    });
    const run = new Run(dir, meta);
    const env = {
      ...(await this.options.baseEnv()),
      ...this.options.askpass?.(id),
      ...request.env,
      ...(chatId === null ? {} : { GAFFER_CHAT_ID: chatId }),
    };
    await startLauncher({ dir, command: request.command, workdir, env }, this.options.agentFile, run.wake);
    this.runs.set(id, this.runs.get(id) ?? run);
    for (const more of this.followers) more();
  }

  /** Calls back whenever there is one more, until the answer is called. */
  follow(more: () => void): () => void {
    this.followers.add(more);
    return () => this.followers.delete(more);
  }

  async list(chatId: string | null): Promise<readonly ProcessInfo[]> {
    const mine = [...this.runs.values()].filter((run) => chatId === null || run.meta.chatId === chatId);
    const infos = await Promise.all(
      mine.map(async (run) => ({ info: await run.loadInfo(), startedAt: run.meta.startedAt })),
    );
    const reapedBefore = (Date.now() - limits.exitedListedMs) / 1000;
    return infos
      .filter(({ info }) => info.running || (info.exited_at_unix ?? 0) >= reapedBefore)
      .sort((a, b) => Number(b.info.running) - Number(a.info.running) || b.startedAt - a.startedAt)
      .slice(0, limits.listedProcesses)
      .map(({ info }) => info);
  }

  async countRunning(): Promise<number> {
    const exits = await Promise.all([...this.runs.values()].map((run) => run.loadExit()));
    return exits.filter((exit) => exit === null).length;
  }

  async output(id: string, chatId: string | null): Promise<ProcessOutput> {
    const run = this.find(id, chatId);
    // The state before the text: "not running" then means that the text is complete.
    const exit = await run.loadExit();
    const text = await readHeadTail(run.dir, exit?.written);
    const output = this.options.mask.text(text.output);
    return { ...text, output, running: exit === null, exit_code: exit?.code ?? null };
  }

  async waitForExit(id: string, chatId: string | null, signal: AbortSignal): Promise<void> {
    await this.find(id, chatId).waitForExit(limits.waitMs, signal);
  }

  async spool(id: string, chatId: string | null, after: number): Promise<SpoolChunk> {
    const run = this.find(id, chatId);
    const exit = await run.loadExit();
    const from = after < 0 ? Math.max(0, (await spoolTotal(run.dir, exit?.written)) + after) : after;
    const { data, start: found } = await readSpool(run.dir, from, limits.spoolChunk);
    // What is missing at the end is skipped like any other hole.
    const start = data.length === 0 ? Math.max(found, exit?.written ?? 0) : found;
    return {
      data: this.options.mask.bytes(data).toString('base64'),
      start,
      next: start + data.length,
      running: exit === null,
      exit_code: exit?.code ?? null,
    };
  }

  /** Until there are bytes past `after`, the process ended, or the time is over. */
  async waitForSpool(id: string, chatId: string | null, after: number, signal: AbortSignal): Promise<void> {
    const run = this.find(id, chatId);
    const spool = new SpoolEnd(run.dir);
    const since = Date.now();
    const until = since + limits.waitMs;
    while (!signal.aborted && Date.now() < until) {
      const total = await spool.loadTotal();
      if (total > Math.max(0, after) || (await run.loadExit()) !== null) return;
      await run.wake.wait(pauseAfter(Date.now() - since), signal);
    }
  }

  async signal(
    id: string,
    chatId: string | null,
    signal: 'SIGTERM' | 'SIGKILL',
    ends: AbortSignal,
  ): Promise<void> {
    if (!(await this.find(id, chatId).signal(signal, ends))) throw alreadyExited(id);
  }

  async refuseExited(id: string, chatId: string | null): Promise<void> {
    if ((await this.find(id, chatId).loadExit()) !== null) throw alreadyExited(id);
  }

  has(id: string): boolean {
    return this.runs.has(id) || this.adopt(id) !== null;
  }

  /** Throws 404 for an unknown process and for that of another chat, 409 for that of another host. */
  find(id: string, chatId: string | null): Run {
    const run = this.runs.get(id) ?? this.adopt(id);
    const meta = run?.meta ?? this.startedMeta(id);
    if (!meta || (chatId !== null && meta.chatId !== chatId)) {
      throw new Refusal(404, 'not-found', `there is no process ${id}`);
    }
    if (!run) throw startedOn(meta);
    return run;
  }

  /** Whoever announces it first runs it: the home may be shared, and nothing here tells what another host does. */
  private announce(dir: string, mine: RunMeta): RunMeta {
    const file = runFile.meta(dir);
    const first = putNewFile(file, mine) ? mine : getMeta(dir);
    if (first && first.host !== mine.host) throw startedOn(first);
    if (!first) putFile(file, mine);
    return first ?? mine;
  }

  /** Null: no such process, one of another host, or one that was announced and never started. */
  private adopt(id: string): Run | null {
    const meta = this.startedMeta(id);
    if (meta?.host !== this.options.home.hostname) return null;
    const run = new Run(path.join(this.options.home.runs, id), meta);
    this.runs.set(id, run);
    return run;
  }

  /** Of a process that was started, on whatever host. */
  private startedMeta(id: string): RunMeta | null {
    if (!/^[0-9a-f-]{36}$/.test(id)) return null;
    const dir = path.join(this.options.home.runs, id);
    return wasStarted(dir) ? getMeta(dir) : null;
  }
}

async function endedBefore(run: Run, oldest: number): Promise<boolean> {
  const exit = await run.loadExit();
  return exit !== null && exit.at < oldest;
}

/** No process of this host. One that another host has started is old only when it has ended: nothing else tells here. */
async function isLeftOver(dir: string, oldest: number): Promise<boolean> {
  const found = await stat(dir).catch(() => null);
  if (!found || found.mtimeMs >= oldest) return false;
  return !wasStarted(dir) || existsSync(runFile.exit(dir));
}

/** That is another machine with the same home; whether it lives can be found out there only. */
function startedOn({ id, host }: RunMeta): Refusal {
  return new Refusal(409, 'unknown-outcome', `process ${id} runs on ${host}, another machine of this home`);
}

function alreadyExited(id: string): Refusal {
  return new Refusal(409, 'already-exited', `process ${id} has already exited`);
}
