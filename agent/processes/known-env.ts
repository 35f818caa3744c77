import { limits } from '../base/limits.ts';
import { Wake } from '../base/wake.ts';
import { type Asked, loadLoginEnv, loginShell, ownEnv } from './login-env.ts';

type Env = Readonly<Record<string, string>>;

export interface KnownEnvOptions {
  /** Bounded by itself. */
  readonly ask: () => Promise<Asked>;
  /** So long who wants it waits for an answer. */
  readonly waitMs: number;
  /** So long after a failure nobody waits again. */
  readonly againMs: number;
}

/** A cold disk and a slow startup file take longer once: the answer is then for whoever comes next. */
const PATIENCE_MS = 60_000;

const DEFAULTS: KnownEnvOptions = {
  ask: () => loadLoginEnv(loginShell(), PATIENCE_MS),
  waitMs: limits.loginShellMs,
  againMs: 60_000,
};

/**
 * The environment of the person's login shell, asked once. While it could not be read, our own stands in for it and the
 * shell is asked again as things are started: an agent lives for days.
 */
export class KnownEnv {
  private readonly options: KnownEnvOptions;
  private readonly answered = new Wake();
  private state: Asked = { env: null, failure: `${loginShell()} was not asked yet` };
  private askedAt = 0;
  private asking = false;
  private failedAt: number | null = null;

  constructor(options: KnownEnvOptions = DEFAULTS) {
    this.options = options;
    this.ask();
  }

  async get(): Promise<Env> {
    await this.settle();
    return this.state.env ?? ownEnv();
  }

  /** What commands are started with, and why it is not that of the login shell. */
  async tell(): Promise<{ readonly env: Env; readonly failure: string | null }> {
    return { env: await this.get(), failure: this.state.failure };
  }

  private async settle(): Promise<void> {
    const { waitMs, againMs } = this.options;
    if (this.state.env !== null) return;
    if (!this.asking && Date.now() - (this.failedAt ?? 0) >= againMs) this.ask();
    const left = this.askedAt + waitMs - Date.now();
    if (this.asking && left > 0) await this.answered.wait(left, new AbortController().signal);
  }

  private ask(): void {
    this.asking = true;
    this.askedAt = Date.now();
    this.state = { env: null, failure: `${loginShell()} has not answered yet` };
    void this.options.ask().then((asked) => {
      this.state = asked;
      this.asking = false;
      if (asked.env === null) this.failedAt = Date.now();
      this.answered.notify();
    });
  }
}
