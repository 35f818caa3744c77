import type { ConnectTrace, StageName, TraceStage } from '@shared/model/host.ts';
import type { Clock } from '../base/clock.ts';

/** A stage that was begun. Ends once; whatever comes after its end is ignored. */
export interface OpenStage {
  /** The person is asked; `go` when it goes on. */
  wait(summary: string): void;
  go(summary: string): void;
  ok(summary: string, detail?: string | null): void;
  failed(summary: string, more?: { readonly detail?: string | null; readonly fix?: string | null }): void;
}

/** Keeps the stages of one attempt to connect and tells each change. */
export class Trace {
  readonly #clock: Clock;
  readonly #onChange: (trace: ConnectTrace) => void;
  #now: ConnectTrace;

  constructor(host: string, clock: Clock, onChange: (trace: ConnectTrace) => void) {
    this.#clock = clock;
    this.#onChange = onChange;
    this.#now = { host, startedAt: iso(clock.now()), outcome: 'running', stages: [] };
  }

  get(): ConnectTrace {
    return this.#now;
  }

  begin(stage: StageName, hop: string, summary: string): OpenStage {
    const at = this.#now.stages.length;
    const startedMs = this.#clock.now();
    this.#put(at, {
      stage,
      hop,
      state: 'running',
      startedAt: iso(startedMs),
      tookMs: null,
      summary,
      detail: null,
      fix: null,
    });
    const change = (to: Partial<TraceStage>) => {
      const before = this.#now.stages[at];
      if (before === undefined || before.state === 'ok' || before.state === 'failed') return;
      this.#put(at, { ...before, ...to });
    };
    const end = (to: Partial<TraceStage>) => change({ tookMs: this.#clock.now() - startedMs, ...to });
    return {
      wait: (text) => change({ state: 'waiting', summary: text }),
      go: (text) => change({ state: 'running', summary: text }),
      ok: (text, detail = null) => end({ state: 'ok', summary: text, detail }),
      failed: (text, more = {}) =>
        end({ state: 'failed', summary: text, detail: more.detail ?? null, fix: more.fix ?? null }),
    };
  }

  /** What was learned of a stage that went well after it had ended. */
  addDetail(stage: StageName, detail: string): void {
    const at = this.#now.stages.findLastIndex((one) => one.stage === stage && one.state === 'ok');
    const found = this.#now.stages[at];
    if (!found) return;
    const lines = found.detail === null ? detail : `${found.detail}\n${detail}`;
    this.#put(at, { ...found, detail: lines });
  }

  end(outcome: 'ok' | 'failed'): void {
    this.#now = { ...this.#now, outcome };
    this.#onChange(this.#now);
  }

  #put(at: number, stage: TraceStage): void {
    const stages = [...this.#now.stages.slice(0, at), stage, ...this.#now.stages.slice(at + 1)];
    this.#now = { ...this.#now, stages };
    this.#onChange(this.#now);
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
