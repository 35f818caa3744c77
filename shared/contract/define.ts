import type { z } from 'zod';

/** A call: one input, one output, and its own closed list of expected error codes. */
export interface CallSpec<I extends z.ZodType, O, E extends string> {
  readonly kind: 'call';
  readonly input: I;
  readonly errors: readonly E[];
  /** Type only: main is trusted, so outputs are not parsed again. */
  readonly output?: O;
}

/** A feed: one MessagePort per subscription; frames are arrays of events. */
export interface FeedSpec<I extends z.ZodType, Ev> {
  readonly kind: 'feed';
  readonly input: I;
  readonly event?: Ev;
}

export function call<I extends z.ZodType, O, const E extends string = never>(spec: {
  input: I;
  output: (o: O) => void;
  errors?: readonly E[];
}): CallSpec<I, O, E> {
  return { kind: 'call', input: spec.input, errors: spec.errors ?? [] };
}

export function feed<I extends z.ZodType, Ev>(spec: { input: I; event: (e: Ev) => void }): FeedSpec<I, Ev> {
  return { kind: 'feed', input: spec.input };
}

/** Names the output or event type: `output: is<Chat>()`. */
export function is<T>(): (value: T) => void {
  return () => undefined;
}

export type InputOf<S> = S extends { input: infer I extends z.ZodType } ? z.input<I> : never;
export type ParsedOf<S> = S extends { input: infer I extends z.ZodType } ? z.output<I> : never;
export type OutputOf<S> = S extends { output?: infer O } ? O : never;
export type ErrorOf<S> = S extends { errors: readonly (infer E)[] } ? E : never;
export type EventOf<S> = S extends { event?: infer Ev } ? Ev : never;

/** What a refused or failed call answers. `bad-input` and `internal` may come from every call. */
export interface CallFailure<E extends string = string> {
  readonly code: E | 'bad-input' | 'internal';
  /** One plain sentence for the person. */
  readonly message: string;
  readonly detail?: string;
}

/**
 * Frames on a feed's MessagePort. After `error` or `end` the port is closed; the window opens a new one. For each
 * `data` frame that it takes the window posts one message back: main does not run far ahead of a window that is stuck.
 */
export type FeedFrame<Ev> =
  | { readonly type: 'data'; readonly data: readonly Ev[] }
  | { readonly type: 'error'; readonly data: CallFailure }
  | { readonly type: 'end' };
