/** Why a turn ended in error or is being retried. The kind decides what the window offers. */
export type FaultKind =
  | 'overloaded'
  | 'rate_limit'
  | 'timeout'
  | 'stream_silence_timeout'
  | 'usage_limit'
  | 'auth'
  | 'config'
  | 'missing_key'
  | 'provider_disabled'
  | 'stopped'
  /** The person paused the queue: its head waits. */
  | 'paused'
  | 'workspace_unreachable'
  | 'context_full'
  | 'generic';

/** `chats.last_error`. `detail` is the provider's own text: at most 500 characters, secrets removed. */
export interface ChatFault {
  readonly message: string;
  readonly detail?: string;
  readonly kind: FaultKind;
  readonly provider?: string;
  readonly retryable: boolean;
  readonly status_code?: number;
}

/** `chats.retry_state`. `attempt` is 1-based, `retrying_at` is RFC 3339. */
export interface RetryInfo {
  readonly attempt: number;
  readonly delay_ms: number;
  readonly error: string;
  readonly retrying_at: string;
  readonly kind: FaultKind;
  readonly provider?: string;
  readonly status_code?: number;
}
