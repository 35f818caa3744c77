import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type {
  OpenTerminalRequest,
  TerminalInfo,
  TerminalInput,
  TerminalList,
  TerminalOutput,
  TerminalSize,
} from '@shared/agent-protocol/terminals.ts';
import { limits } from '../base/limits.ts';
import { noteOf } from '../base/process-identity.ts';
import { badRequest, Refusal } from '../base/refusal.ts';
import { Wake } from '../base/wake.ts';
import { LeftTerminals } from './left-terminals.ts';
import { openPty } from './open-pty.ts';
import { Terminal } from './terminal.ts';
import { isTerminalId, putMeta, removeMeta, type TerminalMeta } from './terminal-files.ts';

type Env = Readonly<Record<string, string>>;

export interface TerminalTableOptions {
  /** For what is written down of running terminals; one per host. */
  readonly dir: string;
  readonly agentFile: string;
  /** The person's login shell and its environment. */
  readonly shell: string;
  readonly baseEnv: () => Promise<Env>;
  /** Whether what is asked of its terminals can be passed on to that other agent. */
  readonly reaches: (agentPid: number) => boolean;
}

interface Own {
  readonly meta: TerminalMeta;
  readonly terminal: Terminal;
}

/** All terminals of this home on this host: those of this agent, and what is left of those of others. */
export class TerminalTable {
  private readonly options: TerminalTableOptions;
  private readonly left: LeftTerminals;
  private readonly own = new Map<string, Own>();
  /** Being ended: no longer shown, still counted. */
  private readonly closing = new Set<string>();
  private opening = 0;
  /** No agent before or after this one counts the same. */
  private readonly life = randomBytes(6).toString('hex');
  private changes = 0;
  private readonly wake = new Wake();

  constructor(options: TerminalTableOptions) {
    this.options = options;
    this.left = new LeftTerminals(options.dir, (id) => this.own.has(id), options.reaches);
  }

  /** Ends what the terminals of a dead agent left running. */
  async sweep(): Promise<void> {
    await this.left.list();
  }

  /** Everything that can be refused. */
  async prepare(request: OpenTerminalRequest): Promise<void> {
    checkSize(request);
    if (!isTerminalId(request.id)) throw badRequest('id must be a uuid');
    if (this.own.has(request.id)) throw new Refusal(409, 'conflict', `there is a terminal ${request.id}`);
    const cwd = request.cwd ?? request.workspace;
    for (const dir of [request.workspace, cwd])
      if (!path.isAbsolute(dir)) throw badRequest(`the directory must be absolute: ${dir}`);
    const found = await stat(cwd).catch(() => null);
    if (!found) throw new Refusal(404, 'not-found', `there is no directory ${cwd}`);
    if (!found.isDirectory()) throw new Refusal(400, 'not-a-directory', `${cwd} is not a directory`);
    if (this.countRunning() + this.opening >= limits.terminals)
      throw new Refusal(409, 'too-many', `${limits.terminals} terminals are open; close one of them first`);
  }

  async open(request: OpenTerminalRequest): Promise<void> {
    await this.prepare(request);
    this.opening++;
    try {
      // Asked for before, of an agent that died over it.
      await this.left.close(request.id);
      await this.start(request);
    } finally {
      this.opening--;
    }
    this.forgetOldest();
    this.changed();
  }

  async list(workspace: string): Promise<TerminalList> {
    const revision = this.revision();
    const own = [...this.own.values()]
      .filter(({ meta }) => !this.closing.has(meta.id))
      .map(({ meta, terminal }) => infoOf(meta, terminal));
    const terminals = [...own, ...(await this.left.list())].filter((info) => info.workspace === workspace);
    return { terminals: terminals.sort((a, b) => a.started_at_unix - b.started_at_unix), revision };
  }

  /** The pid of the other agent that held it when it was opened, if any. */
  holderOf(id: string): number | null {
    return this.left.holderOf(id);
  }

  /** Until the revision is another one than `after`, or the time is over. */
  async waitForChange(after: string, signal: AbortSignal): Promise<void> {
    const until = Date.now() + limits.waitMs;
    while (this.revision() === after && !signal.aborted && Date.now() < until)
      await this.wake.wait(until - Date.now(), signal);
  }

  async output(
    id: string,
    after: number,
    wait: { readonly signal: AbortSignal } | null,
  ): Promise<TerminalOutput> {
    const own = this.own.get(id);
    if (!own) {
      const { state } = await this.left.find(id);
      return { data: '', start: after, next: after, total: after, state, exit_code: null };
    }
    if (wait) await own.terminal.waitForOutput(after, wait.signal);
    return own.terminal.read(after);
  }

  async write(id: string, input: TerminalInput, signal: AbortSignal): Promise<void> {
    await (await this.find(id)).terminal.write(input, signal);
  }

  async resize(id: string, size: TerminalSize): Promise<void> {
    checkSize(size);
    const { terminal } = await this.find(id);
    const { cols, rows } = terminal.size;
    await terminal.resize(size);
    // Whoever else shows it takes that size.
    if (cols !== size.cols || rows !== size.rows) this.changed();
  }

  /** Ends what runs in it and forgets it. One that is not known was closed before. */
  async close(id: string): Promise<void> {
    this.closing.add(id);
    this.changed();
    try {
      await this.own.get(id)?.terminal.close();
      await this.left.close(id);
    } finally {
      this.forget(id);
      this.closing.delete(id);
      this.changed();
    }
  }

  countRunning(): number {
    return [...this.own.values()].filter(({ terminal }) => terminal.running).length;
  }

  /** The agent ends because somebody wants it: nothing of its terminals is left to be told. */
  async closeAll(): Promise<void> {
    await Promise.all([...this.own.keys()].map((id) => this.close(id)));
  }

  /** The agent ends: its terminals go with it, and who comes after it will say so. */
  async hangUp(): Promise<void> {
    const running = [...this.own.values()].filter(({ terminal }) => terminal.running);
    this.own.clear();
    await Promise.all([...running.map(({ terminal }) => terminal.close()), this.left.settle()]);
  }

  private async start(request: OpenTerminalRequest): Promise<void> {
    const { agentFile, shell, dir } = this.options;
    const { id, cols, rows, workspace } = request;
    const cwd = request.cwd ?? workspace;
    const env = { ...(await this.options.baseEnv()), TERM: 'xterm-256color', COLORTERM: 'truecolor' };
    const terminal = new Terminal({ cols, rows }, () => {
      if (this.own.has(id)) removeMeta(dir, id);
      this.changed();
    });
    const pid = await terminal.start((events) =>
      openPty(agentFile, { shell, cwd, env, size: { cols, rows }, ...events }),
    );
    const [agent, leader] = await Promise.all([noteOf(process.pid), noteOf(pid)]);
    const title = path.basename(shell);
    const meta = { id, title, workspace, cwd, cols, rows, startedAt: Date.now(), agent, shell: leader };
    this.own.set(id, { meta, terminal });
    if (terminal.running) putMeta(dir, meta);
  }

  private async find(id: string): Promise<Own> {
    const own = this.own.get(id);
    if (own) return own;
    await this.left.find(id);
    throw new Refusal(409, 'already-exited', 'the terminal is not held by this agent');
  }

  /** Ended ones are kept to be read, as many as may run. */
  private forgetOldest(): void {
    const ended = [...this.own].filter(([, { terminal }]) => !terminal.running);
    for (const [id] of ended.slice(0, Math.max(0, ended.length - limits.terminals))) this.forget(id);
  }

  private forget(id: string): void {
    this.own.delete(id);
    removeMeta(this.options.dir, id);
  }

  private revision(): string {
    return `${this.life}-${this.changes}`;
  }

  private changed(): void {
    this.changes++;
    this.wake.notify();
  }
}

function infoOf({ id, title, workspace, cwd, startedAt }: TerminalMeta, terminal: Terminal): TerminalInfo {
  return {
    id,
    title,
    workspace,
    cwd,
    ...terminal.size,
    state: terminal.running ? 'running' : 'ended',
    exit_code: terminal.exitCode,
    started_at_unix: Math.floor(startedAt / 1000),
  };
}

function checkSize({ cols, rows }: TerminalSize): void {
  const isCount = (value: number) => Number.isInteger(value) && value > 0 && value <= limits.terminalCells;
  if (!isCount(cols) || !isCount(rows))
    throw badRequest(`cols and rows must be whole numbers from 1 to ${limits.terminalCells}`);
}
