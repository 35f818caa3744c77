import path from 'node:path';
import type { TransferState } from '@shared/contract/transfer.ts';
import { createBroadcast } from '../base/broadcast.ts';
import type { Clock } from '../base/clock.ts';

/** As often as a person sees it move. */
const TELL_EVERY_MS = 100;

export type JobKind = 'export' | 'look' | 'import';

/** What runs now, one at a time. */
export interface Step {
  readonly signal: AbortSignal;
  /** One more message, and how many there are in all when that is known. */
  tell(done: number, total: number | null): void;
  done(): number;
}

export function createJob(clock: Clock) {
  const states = createBroadcast<TransferState>();
  let now: TransferState = { state: 'rest' };
  let abort: AbortController | null = null;
  let rest: Promise<void> = Promise.resolve();
  const set = (state: TransferState) => {
    now = state;
    states.send(state);
  };
  return {
    isBusy: () => abort !== null,
    idle: () => rest,
    cancel: () => abort?.abort(new Error('cancelled')),
    async *watch(signal: AbortSignal): AsyncGenerator<TransferState> {
      const coming = states.watch(signal);
      yield now;
      yield* coming;
    },
    begin(what: JobKind, file: string): (Step & { end(): void }) | null {
      if (abort) return null;
      const own = new AbortController();
      abort = own;
      let settle = () => {};
      rest = new Promise((resolve) => {
        settle = resolve;
      });
      let count = 0;
      let toldAt = clock.now();
      set({ state: 'running', what, file: path.basename(file), done: 0, total: null });
      return {
        signal: own.signal,
        done: () => count,
        tell(done, total) {
          count = done;
          if (clock.now() - toldAt < TELL_EVERY_MS) return;
          toldAt = clock.now();
          set({ state: 'running', what, file: path.basename(file), done, total });
        },
        end() {
          abort = null;
          set({ state: 'rest' });
          settle();
        },
      };
    },
  };
}
