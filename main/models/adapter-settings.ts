import type { FailureContext } from './errors.ts';
import { ModelError } from './port.ts';
import { withoutAddress } from './sentences.ts';

/** What an adapter needs to reach an account's server. */
export interface AdapterSettings {
  /** The account's name, the subject of error sentences. */
  readonly provider: string;
  readonly apiKey: string;
  /** "" is the provider's own host. */
  readonly baseUrl: string;
  /** A compatible server has no host of its own: its key must never go to the official one. */
  readonly compatible?: boolean;
  /** `{key}` in a value stands for the key. */
  readonly headers: Readonly<Record<string, string>>;
  /** In the address of every call. */
  readonly query?: Readonly<Record<string, string>>;
  /** The environment variable that holds the key; null when it was typed in. */
  readonly keyVariable: string | null;
  readonly now: () => number;
  readonly fetch?: typeof globalThis.fetch;
}

/** Where the calls go. Throws ModelError (config) for a compatible server without an address. */
export function serverUrl({ provider, baseUrl, compatible }: AdapterSettings, official: string): string {
  if (baseUrl !== '') return baseUrl;
  if (compatible === true)
    throw new ModelError(withoutAddress(provider), { kind: 'config', retryable: false, provider });
  return official;
}

export function failureContext(settings: AdapterSettings): FailureContext {
  return {
    provider: settings.provider,
    keyVariable: settings.keyVariable,
    address: URL.canParse(settings.baseUrl) ? new URL(settings.baseUrl).host : null,
    secrets: [settings.apiKey, ...Object.values(settings.headers)],
    now: settings.now(),
  };
}
