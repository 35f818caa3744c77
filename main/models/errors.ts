import type { FaultKind } from '@shared/model/fault.ts';
import { type FailureFacts, failureFacts } from './failure-facts.ts';
import { ModelError } from './port.ts';
import { redact } from './redact.ts';
import { retryAfterMs } from './retry-after.ts';
import { sentence, subject } from './sentences.ts';
import { unreachable } from './unreachable.ts';

/** Whose call failed. Everything but `provider` only makes the sentence better. */
export interface FailureContext {
  /** The account's name; "" when unknown (then the text may tell). */
  readonly provider: string;
  readonly keyVariable?: string | null;
  /** Host and port of the account's own server; for sentences about a connection. */
  readonly address?: string | null;
  /** Removed from the detail wherever they occur. */
  readonly secrets?: readonly string[];
  /** For a Retry-After that is a date; in milliseconds since the epoch. */
  readonly now?: number;
}

interface Verdict {
  readonly kind: FaultKind;
  readonly retryable: boolean;
  readonly message?: (provider: string) => string;
  /** The provider's words hold internal ids: keep them from the person. */
  readonly hideWords?: boolean;
}

/** Thrown by an adapter when the stream ended without the event that the provider always sends last. */
export class StreamCutError extends Error {
  override readonly name = 'StreamCutError';
  readonly code = 'stream_cut';
}

const canceled: Verdict = {
  kind: 'generic',
  retryable: false,
  message: () => 'The request was cancelled before it was complete.',
};
const failedOnce = { kind: 'generic', retryable: true } as const;

const configText =
  /invalid model|unsupported model|model[ _]not[ _]found|model.{0,80}(does not exist|is not supported|not found)|context[ _]length[ _]exceeded|context_exceeded|maximum context length|prompt is too long|input is too long|malformed config|certificate|invalid url|unknown scheme|not_found_error.*model|self[- ]signed/s;
const usageText = /\bquota\b|\bbilling\b|payment required|insufficient_quota|credit balance|usage limit/;
const strongAuthText =
  /authentication|unauthorized|invalid[ _]api[ _]key|incorrect api key|invalid x-api-key|invalid bearer/;
const forbiddenText = /\bforbidden\b|permission_error/;
const rateText = /rate[ _-]?limit|too many requests/;
const disabledText =
  /provider .{0,80}(is|was|has been) (turned off|disabled)|disabled by (an |the |your )?admin/;
const transportText =
  /timeout|timed out|unavailable|connection (was )?(reset|refused|lost|closed|error)|\beof\b|broken pipe|bad gateway|http2: client connection|goaway|stream closed|use of closed network connection|\bterminated\b|socket hang up|fetch failed|network error/;
const transportCodes = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]);
const serverText = /server[ _]error|internal[ _]error|internal server|\bapi_error\b/;
const http2Codes = /^(no_error|internal_error|refused_stream|cancel|enhance_your_calm)$/;

const goStreamError = /stream error: stream id[ =:]*\d+;\s*(\w+)(;\s*received from peer)?/;
const nodeStreamError = /stream closed with error code nghttp2_(\w+)/;

/** A typed HTTP/2 stream error: only the peer's, and only some codes, are worth another attempt. */
function http2Verdict(text: string): Verdict | null {
  const go = goStreamError.exec(text);
  const node = nodeStreamError.exec(text);
  if (!go && !node) return null;
  const code = go?.[1] ?? node?.[1] ?? '';
  const fromPeer = node !== null || go?.[2] !== undefined;
  return fromPeer && http2Codes.test(code)
    ? { kind: 'timeout', retryable: true }
    : { kind: 'generic', retryable: false };
}

function cancelVerdict({ text, names, codes }: FailureFacts): Verdict | null {
  if (/\b(chat|request|operation)( was| is)? interrupted/.test(text)) return canceled;
  if (
    /responses api.{0,40}(failed|incomplete)|response\.(failed|incomplete)|\bresp_\w+.{0,60}(failed|incomplete)|(failed|incomplete).{0,60}\bresp_\w+/s.test(
      text,
    )
  ) {
    return { kind: 'generic', retryable: false, hideWords: true };
  }
  const cut =
    /stream (closed|ended) (unexpectedly|before|without)|(missing|without|before) (a |the )?(message_stop|terminal event|response\.completed)/;
  if (codes.includes('stream_cut') || cut.test(text)) {
    return {
      kind: 'timeout',
      retryable: true,
      message: (provider) =>
        `${subject(provider)} stream closed unexpectedly before the answer was complete.`,
    };
  }
  if (names.includes('SyntaxError')) {
    return {
      kind: 'generic',
      retryable: false,
      message: (provider) => `${subject(provider)} sent an answer that cannot be read.`,
    };
  }
  return /previous response( with id)?.{0,120}not found/.test(text)
    ? { ...failedOnce, hideWords: true }
    : null;
}

function accountVerdict(facts: FailureFacts, transient: string): Verdict | null {
  const { text, status } = facts;
  const config = configText.test(text);
  if (status === 529 || /overloaded/.test(transient)) return { kind: 'overloaded', retryable: true };
  if ((status === 402 || usageText.test(text)) && !(status === 429 && config)) {
    return { kind: 'usage_limit', retryable: false };
  }
  if (status === 401 || strongAuthText.test(text)) return { kind: 'auth', retryable: false };
  if (config) return null;
  if (status === 403 || forbiddenText.test(text)) return { kind: 'auth', retryable: false };
  if (status === 429 || rateText.test(transient)) return { kind: 'rate_limit', retryable: true };
  return disabledText.test(text) ? { kind: 'provider_disabled', retryable: false } : null;
}

function transportVerdict(
  { text, status, statusTyped, codes, names }: FailureFacts,
  transient: string,
): Verdict | null {
  if (configText.test(text) || status === 413) return null;
  const unavailable = status !== null && [408, 502, 503, 504].includes(status);
  if (unavailable && (statusTyped || !/deadline exceeded/.test(text)))
    return { kind: 'timeout', retryable: true };
  if (/deadline exceeded/.test(transient) || (names.includes('TimeoutError') && status === null)) {
    const message = () => 'The request took too long and was given up.';
    return { kind: 'timeout', retryable: false, message };
  }
  if (status === 500 && /context cancell?ed/.test(text)) return failedOnce;
  return transportText.test(transient) || codes.some((code) => transportCodes.has(code))
    ? { kind: 'timeout', retryable: true }
    : null;
}

/** CHATD 7.3, row by row; the first that fits decides. */
function verdictOf(facts: FailureFacts): Verdict {
  // A request that the server calls wrong stays wrong, whatever words its text holds (a tool named "timeout").
  const wrongRequest =
    facts.statusTyped && facts.status !== null && [400, 404, 405, 413, 415, 422].includes(facts.status);
  const transient = wrongRequest ? '' : facts.text;
  const early = cancelVerdict(facts) ?? http2Verdict(facts.text);
  if (early) return early;
  const decided = accountVerdict(facts, transient) ?? transportVerdict(facts, transient);
  if (decided) return decided;
  if (configText.test(facts.text) || facts.status === 413) return { kind: 'config', retryable: false };
  if (facts.status === 500 || serverText.test(transient)) return failedOnce;
  if (/context cancell?ed/.test(facts.text) || facts.names.includes('AbortError')) return canceled;
  if (facts.status === null)
    return { kind: 'generic', retryable: false, message: () => 'The model call failed unexpectedly.' };
  return { kind: 'generic', retryable: false };
}

const hints: readonly (readonly [RegExp, string])[] = [
  [/openai-compat|openai compat/, 'The OpenAI-compatible server'],
  [/azure/, 'Azure OpenAI'],
  [/openrouter/, 'OpenRouter'],
  [/bedrock/, 'AWS Bedrock'],
  [/vercel/, 'Vercel'],
  [/anthropic|claude/, 'Anthropic'],
  [/google|gemini|vertex/, 'Google'],
  [/openai/, 'OpenAI'],
];

/** The provider that a text names; "" when none (CHATD 7.6). */
export function providerHint(text: string): string {
  const lower = text.toLowerCase();
  return hints.find(([pattern]) => pattern.test(lower))?.[1] ?? '';
}

/** Turns anything that a model call threw into a ModelError. A ModelError is given back as it is. */
export function classify(thrown: unknown, context: FailureContext): ModelError {
  if (thrown instanceof ModelError) return thrown;
  const facts = failureFacts(thrown);
  const verdict = verdictOf(facts);
  const provider = context.provider === '' ? providerHint(facts.text) : context.provider;
  const said = sentence(verdict.kind, { provider, keyVariable: context.keyVariable ?? null });
  const place =
    facts.status === null ? unreachable(facts, { provider, address: context.address ?? null }) : null;
  return new ModelError(place?.message ?? verdict.message?.(provider) ?? said, {
    kind: verdict.kind,
    retryable: verdict.retryable,
    provider,
    statusCode: facts.status,
    retryAfterMs: retryAfterMs(facts.headers, context.now ?? Date.now()),
    detail: verdict.hideWords ? null : redact(place?.detail ?? facts.words, context.secrets),
    cause: thrown,
  });
}

/** For an adapter's catch: what to throw on. Cancel is never an error, so an aborted signal's reason wins. */
export function toThrow(thrown: unknown, signal: AbortSignal, context: FailureContext): unknown {
  return signal.aborted ? signal.reason : classify(thrown, context);
}
