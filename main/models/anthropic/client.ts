import type Anthropic from '@anthropic-ai/sdk';
import { type AdapterSettings, serverUrl } from '../adapter-settings.ts';
import { clientHeaders } from '../client-headers.ts';
import { tidyEvents } from '../tidy-events.ts';

/** No answer at all within this time is given up; the silence guard is usually quicker. */
const openTimeoutMs = 10 * 60_000;

/**
 * The official client with its own retries off: there is one retry layer, ours. Its package is read at the first call: at
 * the start it would hold up the window.
 */
export async function anthropicClient(settings: AdapterSettings): Promise<Anthropic> {
  const { default: Client } = await import('@anthropic-ai/sdk');
  return new Client({
    apiKey: settings.apiKey,
    // The environment is read in accounts.ts only: nothing of it may leak into another account.
    authToken: null,
    baseURL: serverUrl(settings, 'https://api.anthropic.com').replace(/\/v1\/?$/, ''),
    maxRetries: 0,
    timeout: openTimeoutMs,
    logLevel: 'off',
    defaultHeaders: clientHeaders(settings, process.env['ANTHROPIC_CUSTOM_HEADERS']),
    ...(settings.query ? { defaultQuery: settings.query } : {}),
    fetch: tidyEvents(settings.fetch ?? globalThis.fetch, { named: true }),
  });
}
