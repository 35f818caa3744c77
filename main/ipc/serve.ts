import type { CallFailure, FeedFrame } from '@shared/contract/define.ts';
import { type CallName, contract, type FeedName } from '@shared/contract/index.ts';
import { err, ok, type Result } from '@shared/util/result.ts';
import type { z } from 'zod';
import type { Clock } from '../base/clock.ts';
import { errorFields, type Log } from '../base/log.ts';
import { failureOf } from './failure-of.ts';
import { createFlight } from './flight.ts';
import type { CallHandlers, FeedHandlers } from './handlers.ts';
import { createBatches } from './serve-batches.ts';

/** What arrives from a window. Nothing about it is known until it is parsed. */
export interface Request {
  readonly name: unknown;
  readonly input: unknown;
}

/** The main end of a subscription. `onClose` fires when the window closes its end, reloads or goes away. */
export interface FeedPort {
  postMessage(frame: FeedFrame<unknown>): void;
  onClose(listener: () => void): void;
  /** The window took one data frame. */
  onTaken(listener: () => void): void;
  close(): void;
}

/** Always answers: a thrown error is logged here and travels as one plain sentence. */
export async function serveCall(
  handlers: CallHandlers,
  request: Request,
  log: Log,
): Promise<Result<unknown, CallFailure>> {
  const parsed = parse('call', request);
  if (!parsed.ok) return parsed;
  const { name, input } = parsed.value;
  // The contract ties name, input and handler together; the types cannot follow a name known at run time only.
  const handle = handlers[name as CallName] as (input: unknown) => Promise<Result<unknown, CallFailure>>;
  try {
    return await handle(input);
  } catch (error) {
    log.error('call failed', { name, ...errorFields(error) });
    return err(failureOf(error));
  }
}

/**
 * Serves one subscription until its source ends or the port closes, then closes the port. The source is asked for
 * more only as the window takes what it was sent; one that takes nothing for 10 s is cut off. It opens the feed again
 * when it is well, and begins with the source's first event: a fresh snapshot.
 */
export async function serveFeed(
  handlers: FeedHandlers,
  request: Request,
  port: FeedPort,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): Promise<void> {
  const parsed = parse('feed', request);
  if (!parsed.ok) {
    port.postMessage({ type: 'error', data: parsed.error });
    port.close();
    return;
  }
  const { name, input } = parsed.value;
  const watch = handlers[name as FeedName] as (
    input: unknown,
    signal: AbortSignal,
  ) => AsyncIterable<unknown>;
  const gone = new AbortController();
  const flight = createFlight(clock);
  port.onClose(() => gone.abort());
  port.onTaken(flight.taken);
  const send = (data: readonly unknown[]) => {
    flight.sent();
    port.postMessage({ type: 'data', data });
  };
  const batches = createBatches({ clock, send });
  try {
    for await (const event of watch(input, gone.signal)) {
      if (gone.signal.aborted) break;
      batches.add(event);
      if (await flight.room(gone.signal)) continue;
      log.warn('a window takes nothing from its feed, which is closed', { name });
      break;
    }
    await batches.end({ flush: !gone.signal.aborted });
    if (!gone.signal.aborted) port.postMessage({ type: 'end' });
  } catch (error) {
    await batches.end({ flush: !gone.signal.aborted });
    if (gone.signal.aborted) return;
    log.error('feed failed', { name, ...errorFields(error) });
    port.postMessage({ type: 'error', data: failureOf(error) });
  } finally {
    gone.abort();
    port.close();
  }
}

function parse(
  kind: 'call' | 'feed',
  { name, input }: Request,
): Result<{ name: string; input: unknown }, CallFailure> {
  if (typeof name !== 'string' || !Object.hasOwn(contract, name)) return err(unknownName(kind));
  const spec = contract[name as keyof typeof contract];
  if (spec.kind !== kind) return err(unknownName(kind));
  const parsed = (spec.input as z.ZodType).safeParse(input);
  if (!parsed.success)
    return err({ code: 'bad-input', message: sentence(parsed.error.issues), detail: name });
  return ok({ name, input: parsed.data });
}

function unknownName(kind: 'call' | 'feed'): CallFailure {
  return { code: 'bad-input', message: `The window asked for a ${kind} that does not exist.` };
}

function sentence(issues: readonly z.core.$ZodIssue[]): string {
  const [issue] = issues;
  if (issue === undefined) return 'The input is not valid.';
  // A rule of ours brings its own sentence.
  if (issue.code === 'custom') return issue.message;
  const where = issue.path.map(String).join('.');
  return where === '' ? `${issue.message}.` : `“${where}” is not valid: ${issue.message}.`;
}
