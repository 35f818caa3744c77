import type { FaultKind } from '@shared/model/fault.ts';

/** What a sentence may name. `provider` "" means unknown. */
export interface SentenceContext {
  readonly provider: string;
  /** The environment variable that holds the account's key; null when the person typed it in Settings. */
  readonly keyVariable: string | null;
  /** It is read beside the account, in the settings. */
  readonly atAccount?: boolean;
}

const AT_ACCOUNT = 'under “Edit…”';

function where(context: SentenceContext): string {
  if (context.atAccount)
    return context.keyVariable === null ? AT_ACCOUNT : `in the ${context.keyVariable} environment variable`;
  return context.keyVariable === null
    ? 'in Settings → Accounts'
    : `in the ${context.keyVariable} environment variable, or add an account in Settings → Accounts`;
}

/** The subject of error sentences. */
export function subject(provider: string): string {
  return provider === '' ? 'The AI provider' : provider;
}

/** A compatible server's account that was saved without its base URL. */
export function withoutAddress(provider: string): string {
  return `${subject(provider)} has no base URL. Remove it in Settings → Accounts and add it again with one.`;
}

/** One plain sentence for each kind, with what to do where the person can do something. */
export function sentence(kind: FaultKind, context: SentenceContext): string {
  const x = subject(context.provider);
  switch (kind) {
    case 'overloaded':
      return `${x} is overloaded at the moment.`;
    case 'rate_limit':
      return `${x} is limiting the rate of requests.`;
    case 'timeout':
      return `${x} is temporarily unavailable.`;
    case 'stream_silence_timeout':
      return `${x} did not start to answer in time.`;
    case 'usage_limit':
      return `The quota of ${x} is used up. Check the plan and billing of the account, or pick another model.`;
    case 'auth':
      return `${x} refused the key. Check it ${where(context)}.`;
    case 'config':
      return context.atAccount
        ? `${x} did not accept the address or the model. Check the address ${AT_ACCOUNT}.`
        : `${x} did not accept this model or its settings. Pick another model, or check the account in Settings → Accounts.`;
    case 'missing_key':
      return `There is no key for ${x}. Set it ${where(context)}.`;
    case 'provider_disabled':
      return `${x} is turned off. Turn it on in Settings → Accounts, or pick another model.`;
    case 'stopped':
      return 'The work was stopped.';
    case 'paused':
      return 'The queue is paused.';
    case 'workspace_unreachable':
      return 'The workspace cannot be reached.';
    case 'context_full':
      return 'The conversation no longer fits into the context window of the model.';
    case 'generic':
      return `${x} returned an unexpected error.`;
  }
}
