import { spawn } from 'node:child_process';
import { limits } from '../base/limits.ts';
import { errorCode, Refusal } from '../base/refusal.ts';

type Env = Readonly<Record<string, string | undefined>>;

export interface GitCall {
  readonly cwd: string;
  readonly signal: AbortSignal;
  /** Over the environment of every call. */
  readonly env?: Env;
  readonly input?: string;
  readonly maxBytes?: number;
  readonly maxMs?: number;
}

export interface GitResult {
  /** Null: it was ended because it printed more than it may. */
  readonly code: number | null;
  readonly stdout: Buffer;
  /** The first of it, for people. */
  readonly stderr: string;
}

/** `no-git`: the program is not there. */
export type RunGit = (args: readonly string[], call: GitCall) => Promise<GitResult | 'no-git'>;

/** Git, and what it must not show or keep. */
export interface Git {
  readonly run: RunGit;
  /** The agent's home, without links: a repository may lie around it. */
  readonly own: string;
}

/**
 * A folder may bring its own configuration: nothing in it shall run a program of its choice. What is given here wins
 * over every file. Filters are dealt with where files are compared.
 */
const SAFE = [
  ['core.fsmonitor', 'false'],
  ['core.hooksPath', '/dev/null'],
  ['core.pager', 'cat'],
  ['core.quotePath', 'false'],
  ['core.splitIndex', 'false'],
  ['core.untrackedCache', 'keep'],
  ['core.bigFileThreshold', String(limits.gitLargeFile)],
  ['protocol.ext.allow', 'never'],
  ['advice.addEmbeddedRepo', 'false'],
  ['color.ui', 'false'],
].flatMap(([name, value]) => ['-c', `${name}=${value}`]);

const STDERR_CHARACTERS = 2_000;

/** Runs git, a few at once, each within bounds of time and output. `base`: the environment that commands get. */
export function createGit(base: () => Promise<Env>): RunGit {
  const slots = new Slots(limits.gitAtOnce);
  return async (args, call) => {
    const env = { ...safeEnv(await base()), ...call.env };
    return slots.hold(call.signal, () => run([...SAFE, ...args], { ...call, env }));
  };
}

/** No variable of git's own, but those that keep it quiet, alone and local. */
export function safeEnv(base: Env): Env {
  const kept = Object.entries(base).filter(([name]) => !name.startsWith('GIT_'));
  return {
    ...Object.fromEntries(kept),
    LC_ALL: 'C',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    GIT_PAGER: 'cat',
    GIT_LITERAL_PATHSPECS: '1',
    GIT_DISCOVERY_ACROSS_FILESYSTEM: '1',
    // A clone without all of its objects would fetch them, by whatever program its configuration names.
    GIT_ALLOW_PROTOCOL: 'none',
    GIT_NO_LAZY_FETCH: '1',
    GIT_SSH_COMMAND: 'false',
    GIT_ASKPASS: 'false',
    GIT_EDITOR: 'false',
  };
}

function run(args: readonly string[], call: GitCall): Promise<GitResult | 'no-git'> {
  const { cwd, env, signal, input, maxBytes = limits.gitOutput, maxMs = limits.gitMs } = call;
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new Refusal(503, 'io', 'the caller has gone'));
    const child = spawn('git', args, { cwd, env, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
    const chunks: Buffer[] = [];
    let size = 0;
    let stderr = '';
    let cut = false;
    const end = (error: Error | null) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', gone);
      if (error) reject(error);
    };
    const kill = () => killGroup(child.pid);
    const late = () => {
      kill();
      end(new Refusal(504, 'timeout', `git took longer than ${maxMs / 1000} s`));
    };
    const gone = () => {
      kill();
      end(new Refusal(503, 'io', 'the caller has gone'));
    };
    const timer = setTimeout(late, maxMs);
    signal.addEventListener('abort', gone, { once: true });
    child.once('error', (error) => {
      end(null);
      // Also said of a directory that is not there.
      if (errorCode(error) === 'ENOENT') resolve('no-git');
      else reject(error);
    });
    child.stdin.on('error', () => {});
    child.stdin.end(input ?? '');
    child.stderr.on('data', (chunk: Buffer) => {
      if (stderr.length < STDERR_CHARACTERS) stderr += chunk.toString('utf8');
    });
    child.stdout.on('data', (chunk: Buffer) => {
      if (size + chunk.length > maxBytes) {
        cut = true;
        kill();
      }
      chunks.push(chunk.subarray(0, maxBytes - size));
      size = Math.min(maxBytes, size + chunk.length);
    });
    child.once('close', (code) => {
      end(null);
      resolve({ code: cut ? null : (code ?? -1), stdout: Buffer.concat(chunks), stderr });
    });
  });
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

/** So many at once; the others wait in the order in which they came. */
class Slots {
  private free: number;
  private readonly waiting = new Set<() => void>();

  constructor(count: number) {
    this.free = count;
  }

  async hold<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free -= 1;
    else await this.turn(signal);
    try {
      return await work();
    } finally {
      const [next] = this.waiting;
      if (next) next();
      else this.free += 1;
    }
  }

  private turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const gone = () => {
        this.waiting.delete(mine);
        reject(new Refusal(503, 'io', 'the caller has gone'));
      };
      const mine = () => {
        this.waiting.delete(mine);
        signal.removeEventListener('abort', gone);
        resolve();
      };
      this.waiting.add(mine);
      signal.addEventListener('abort', gone, { once: true });
    });
  }
}
