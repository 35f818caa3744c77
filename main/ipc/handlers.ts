import type {
  CallName,
  CallParsed,
  CallResult,
  FeedEvent,
  FeedName,
  FeedParsed,
} from '@shared/contract/index.ts';

/** What answers the window. Inputs are parsed already; an expected refusal is a value, a throw is a bug. */
export type CallHandlers = {
  readonly [N in CallName]: (input: CallParsed<N>) => Promise<CallResult<N>>;
};

/** A feed ends when `signal` aborts or its source ends; a throw becomes an `error` frame. */
export type FeedHandlers = {
  readonly [N in FeedName]: (input: FeedParsed<N>, signal: AbortSignal) => AsyncIterable<FeedEvent<N>>;
};
