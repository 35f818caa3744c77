import type { Clock } from '../base/clock.ts';
import { type LanguageModel, ModelError, type ModelEvent, type ModelRequest } from './port.ts';
import { sentence } from './sentences.ts';

export interface SilenceLimits {
  /** From the call to its first event. */
  readonly silenceMs: number;
  /** Between two events once it has begun. */
  readonly stallMs: number;
  readonly clock: Clock;
}

function silent(provider: string): ModelError {
  const message = sentence('stream_silence_timeout', { provider, keyVariable: null });
  return new ModelError(message, { kind: 'stream_silence_timeout', retryable: true, provider });
}

function stalled(provider: string): ModelError {
  const message = `${provider} stopped in the middle of its answer.`;
  return new ModelError(message, { kind: 'timeout', retryable: true, provider });
}

/** One for all: without a reason of ours each event would pay for an exception with its stack. */
const DISARMED = new Error('What was waited for came');

interface Bound {
  readonly ms: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly late: () => Error;
}

/**
 * Settles as `waiting` does, or rejects with `late()` after `ms`, or with the signal's reason, whichever comes
 * first; the others are then without effect, so at most one of them ever counts. Leaves no timer behind.
 */
async function within<T>(waiting: Promise<T>, { ms, clock, signal, late }: Bound): Promise<T> {
  const disarm = new AbortController();
  const onAbort = () => disarm.abort(DISARMED);
  signal.addEventListener('abort', onAbort, { once: true });
  const alarm = clock.sleep(ms, disarm.signal).then(
    (): { late: true } => ({ late: true }),
    (): { late: true } | Promise<never> => {
      if (signal.aborted) throw signal.reason;
      // Disarmed because `waiting` was first: never settle.
      return new Promise<never>(() => {});
    },
  );
  try {
    const first = await Promise.race([waiting.then((value) => ({ late: false as const, value })), alarm]);
    if (first.late) throw late();
    return first.value;
  } finally {
    signal.removeEventListener('abort', onAbort);
    disarm.abort(DISARMED);
    // When `waiting` failed first nobody else looks at the alarm.
    alarm.catch(() => {});
  }
}

/** A model whose silence is an error: nothing comes at first, or it stalls, within the limits. */
export function withSilenceGuard(model: LanguageModel, limits: SilenceLimits): LanguageModel {
  async function* stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent> {
    const call = new AbortController();
    const onAbort = () => call.abort(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    const events = model.stream(request, call.signal)[Symbol.asyncIterator]();
    let began = false;
    let over = false;
    const late = () => {
      const error = began ? stalled(model.provider) : silent(model.provider);
      call.abort(error);
      return error;
    };
    try {
      while (!over) {
        const next = events.next();
        // After an alarm nobody waits for it any more.
        next.catch(() => {});
        const ms = began ? limits.stallMs : limits.silenceMs;
        const step = await within(next, { ms, clock: limits.clock, signal, late });
        began = true;
        over = step.done === true;
        if (step.done !== true) yield step.value;
      }
    } finally {
      signal.removeEventListener('abort', onAbort);
      // A stream that does not listen to its signal must not hold us.
      if (!over) events.return?.().then(undefined, () => {});
      if (!call.signal.aborted) call.abort(new Error('The call is over'));
    }
  }

  return { provider: model.provider, promptCaching: model.promptCaching, stream };
}
