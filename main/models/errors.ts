import type { FaultKind } from '@shared/model/fault.ts';
import { type FailureFacts, failureFacts } from './failure-facts.ts';
import {
  chainText,
  contextText,
  cutText,
  disabledText,
  forbiddenText,
  http2Retryable,
  inputText,
  interruptedText,
  rateText,
  responseIdText,
  serverText,
  settingsText,
  strongAuthText,
  tlsCode,
  transportCodes,
  transportText,
  unavailableStatuses,
  usageText,
  wrongRequestStatuses,
} from './failure-patterns.ts';
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
  /** What is said is read beside the account. */
  readonly atAccount?: boolean;
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

/** Thrown by an adapter when the server answered with a page or a document, and no event ever came. */
class NotAStreamError extends Error {
  override readonly name = 'NotAStreamError';
  readonly code = 'not_a_stream';
}

/** An answer without a single event is a broken one, unless it is a page: then that is no model server. */
export function withoutEvents(response: Response): Error {
  const type = response.headers.get('content-type') ?? '';
  return /^(text\/html|application\/(json|xml))/.test(type)
    ? new NotAStreamError(`It sent ${type}`)
    : new StreamCutError('The stream ended without an event');
}

const canceled: Verdict = {
  kind: 'generic',
  retryable: false,
  message: () => 'The request was cancelled before it was complete.',
};
const refusedFiles: Verdict = {
  kind: 'config',
  retryable: false,
  message: () =>
    'The model did not accept the attached files. Edit your message and remove them, or pick another model.',
};
const failedOnce = { kind: 'generic', retryable: true } as const;

/** Rows 2 to 5, and an answer that nobody can read. */
function cancelVerdict({ text, names, codes }: FailureFacts): Verdict | null {
  if (interruptedText.test(text)) return canceled;
  if (responseIdText.test(text)) return { kind: 'generic', retryable: false, hideWords: true };
  if (codes.includes('not_a_stream')) return { kind: 'config', retryable: false, message: notAStream };
  if (codes.includes('stream_cut') || cutText.test(text)) {
    return { kind: 'timeout', retryable: true, message: cutShort };
  }
  if (names.includes('SyntaxError')) return { kind: 'generic', retryable: false, message: unreadable };
  return chainText.test(text) ? { ...failedOnce, hideWords: true } : null;
}

const notAStream = (provider: string) =>
  `${subject(provider)} answered, but not as a model does. Check the base URL in Settings → Accounts.`;
const cutShort = (provider: string) =>
  `${subject(provider)} stream closed unexpectedly before the answer was complete.`;
const tooLarge = (provider: string) => `The conversation is larger than ${subject(provider)} accepts.`;
const unreadable = (provider: string) => `${subject(provider)} sent an answer that cannot be read.`;

/** The wrong model, address or certificate, or a conversation that does not fit (row 13). */
function configVerdict(facts: FailureFacts): Verdict | null {
  const { text, status, codes } = facts;
  if (contextText.test(text)) return { kind: 'context_full', retryable: false };
  if (status === 413) return { kind: 'context_full', retryable: false, message: tooLarge };
  if (isWrongRequest(facts) && inputText.test(text)) return refusedFiles;
  return settingsText.test(text) || codes.some((code) => tlsCode.test(code))
    ? { kind: 'config', retryable: false }
    : null;
}

/** Rows 6 to 11. */
function accountVerdict(facts: FailureFacts, transient: string, isConfig: boolean): Verdict | null {
  const { text, status } = facts;
  if (status === 529 || /overloaded/.test(transient)) return { kind: 'overloaded', retryable: true };
  if ((status === 402 || usageText.test(text)) && !(status === 429 && isConfig)) {
    return { kind: 'usage_limit', retryable: false };
  }
  if (status === 401 || strongAuthText.test(text)) return { kind: 'auth', retryable: false };
  if (isConfig) return null;
  if (status === 403 || forbiddenText.test(text)) return { kind: 'auth', retryable: false };
  if (status === 429 || rateText.test(transient)) return { kind: 'rate_limit', retryable: true };
  return disabledText.test(text) ? { kind: 'provider_disabled', retryable: false } : null;
}

/** Row 12. */
function transportVerdict(
  { text, status, statusTyped, codes, names }: FailureFacts,
  transient: string,
): Verdict | null {
  const unavailable = status !== null && unavailableStatuses.has(status);
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

function isWrongRequest({ status, statusTyped }: FailureFacts): boolean {
  return statusTyped && status !== null && wrongRequestStatuses.has(status);
}

/** CHATD 7.3, row by row; the first that fits decides. */
function verdictOf(facts: FailureFacts): Verdict {
  // A request that the server calls wrong stays wrong, whatever words its text holds (a tool named "timeout").
  const transient = isWrongRequest(facts) ? '' : facts.text;
  const early = cancelVerdict(facts);
  if (early) return early;
  const http2 = http2Retryable(facts.text);
  if (http2 !== null) return { kind: http2 ? 'timeout' : 'generic', retryable: http2 };
  const config = configVerdict(facts);
  const decided = accountVerdict(facts, transient, config !== null) ?? config;
  if (decided) return decided;
  const transport = transportVerdict(facts, transient);
  if (transport) return transport;
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
  const { keyVariable = null, atAccount = false } = context;
  const said = sentence(verdict.kind, { provider, keyVariable, atAccount });
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
