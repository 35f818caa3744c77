import type { ListedModel, Price } from '@shared/model/account.ts';
import type { ProviderRow } from '../db/providers.ts';
import type { AdapterSettings } from './adapter-settings.ts';
import { anthropicClient } from './anthropic/client.ts';
import { openaiClient } from './openai/client.ts';

const MAX_MODELS = 2_000;
const LIST_MS = 15_000;

export type Listed = Omit<ListedModel, 'added'>;

/** What the server lists; null: it has no such list. Throws what the client throws. */
export async function listModels(
  settings: AdapterSettings,
  kind: ProviderRow['kind'],
  signal: AbortSignal,
): Promise<readonly Listed[] | null> {
  return readList(await fetchList(settings, kind, signal));
}

async function fetchList(
  settings: AdapterSettings,
  kind: ProviderRow['kind'],
  signal: AbortSignal,
): Promise<unknown> {
  const options = { signal, timeout: LIST_MS };
  if (kind === 'anthropic' || kind === 'anthropic-compat')
    return (await anthropicClient(settings)).get('/v1/models', { ...options, query: { limit: 1000 } });
  return (await openaiClient(settings)).get('/models', options);
}

type Fields = Readonly<Record<string, unknown>>;

/** `{data: [{id, …}]}`; OpenRouter, vLLM and others tell more of a model than its id. */
export function readList(answer: unknown): readonly Listed[] | null {
  const data = (typeof answer === 'object' && answer !== null ? answer : {}) as Fields;
  const list = Array.isArray(answer) ? answer : data['data'];
  if (!Array.isArray(list)) return null;
  return list.slice(0, MAX_MODELS).flatMap((one: unknown): readonly Listed[] => {
    const fields = (typeof one === 'object' && one !== null ? one : {}) as Fields;
    const id = textOf(fields['id']);
    if (id === null) return [];
    return [
      {
        // Google writes "models/gemini-…" and takes the rest alone.
        id: id.replace(/^models\//, ''),
        name: textOf(fields['name']) ?? textOf(fields['display_name']) ?? '',
        contextLimit:
          wholeOf(fields['context_length']) ??
          wholeOf(fields['max_model_len']) ??
          wholeOf(fields['max_context_length']) ??
          wholeOf(fields['max_input_tokens']),
        price: priceOf(fields['pricing']),
      },
    ];
  });
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' && value.length <= 200 ? value : null;
}

function wholeOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : null;
}

/** OpenRouter: dollars for one token, as text. Negative where the price depends on what it is routed to. */
function priceOf(value: unknown): Price | null {
  if (typeof value !== 'object' || value === null) return null;
  const fields = value as Fields;
  const amount = (name: string) => {
    const text = fields[name];
    const dollars = typeof text === 'string' && text.trim() !== '' ? Number(text) : Number.NaN;
    return dollars >= 0 ? Number((dollars * 1_000_000).toPrecision(6)) : null;
  };
  const [input, output] = [amount('prompt'), amount('completion')];
  if (input === null || output === null) return null;
  return { input, output, cacheRead: amount('input_cache_read'), cacheWrite: amount('input_cache_write') };
}
