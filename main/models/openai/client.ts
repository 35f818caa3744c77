import type OpenAI from 'openai';
import { type AdapterSettings, serverUrl } from '../adapter-settings.ts';
import { clientHeaders } from '../client-headers.ts';
import { tidyEvents } from '../tidy-events.ts';

/** No answer at all within this time is given up; the silence guard is usually quicker. */
const openTimeoutMs = 10 * 60_000;

/**
 * The official client with its own retries off: there is one retry layer, ours. Its package is read at the first call: at
 * the start it would hold up the window.
 */
export async function openaiClient(settings: AdapterSettings): Promise<OpenAI> {
  const { default: Client } = await import('openai');
  return new Client({
    apiKey: settings.apiKey,
    baseURL: serverUrl(settings, 'https://api.openai.com/v1'),
    // The environment is read in accounts.ts only: nothing of it may leak into another account.
    organization: null,
    project: null,
    webhookSecret: null,
    maxRetries: 0,
    timeout: openTimeoutMs,
    logLevel: 'off',
    defaultHeaders: clientHeaders(settings, process.env['OPENAI_CUSTOM_HEADERS']),
    ...(settings.query ? { defaultQuery: settings.query } : {}),
    fetch: tidyEvents(settings.fetch ?? globalThis.fetch, { named: false }),
  });
}

/** Azure takes what OpenAI's own host takes, and refuses what only compatible servers know. */
export function isAzure(baseUrl: string): boolean {
  return (
    URL.canParse(baseUrl) &&
    /\.(openai\.azure\.com|cognitiveservices\.azure\.com)$/.test(new URL(baseUrl).hostname)
  );
}

/** The official host speaks Responses; every other one Chat Completions unless configured (decision 13). */
export function isOfficialOpenai(baseUrl: string): boolean {
  return baseUrl === '' || (URL.canParse(baseUrl) && new URL(baseUrl).hostname === 'api.openai.com');
}
