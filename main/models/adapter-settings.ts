import type { FailureContext } from './errors.ts';

/** What an adapter needs to reach an account's server. */
export interface AdapterSettings {
  /** The account's name, the subject of error sentences. */
  readonly provider: string;
  readonly apiKey: string;
  /** "" is the provider's own host. */
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The environment variable that holds the key; null when it was typed in. */
  readonly keyVariable: string | null;
  readonly now: () => number;
  readonly fetch?: typeof globalThis.fetch;
}

export function failureContext(settings: AdapterSettings): FailureContext {
  return {
    provider: settings.provider,
    keyVariable: settings.keyVariable,
    secrets: [settings.apiKey, ...Object.values(settings.headers)],
    now: settings.now(),
  };
}
