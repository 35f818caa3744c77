import type { ModelSettings } from '@shared/model/account.ts';
import type { ModelConfigRow } from '../db/providers.ts';
import { numberOption } from './call-options.ts';
import type { CatalogueModel } from './catalogue.ts';
import { priceOption } from './price.ts';

const EFFORTS = ['minimal', 'low', 'medium', 'high'] as const;

/** The numbers among the options, by their name in the window and in the database (CHATD 1.9). */
const NUMBERS = {
  maxOutputTokens: 'max_output_tokens',
  temperature: 'temperature',
  topP: 'top_p',
  topK: 'top_k',
  presencePenalty: 'presence_penalty',
  frequencyPenalty: 'frequency_penalty',
  maxRetries: 'max_retries',
} as const;

type NumberName = keyof typeof NUMBERS;

/** What the window shows and changes of a configuration. What cannot be read in the options is as if it were not there. */
export function settingsOf(config: ModelConfigRow): ModelSettings {
  const { options } = config;
  const number = (name: NumberName) => numberOption(options, NUMBERS[name]);
  const api = options['api'];
  const family = options['provider_options'];
  return {
    displayName: config.displayName,
    enabled: config.enabled,
    contextLimit: config.contextLimit,
    compressionThreshold: config.compressionThreshold,
    effort: effortOption(options),
    api: api === 'responses' || api === 'chat' ? api : null,
    maxOutputTokens: number('maxOutputTokens'),
    temperature: number('temperature'),
    topP: number('topP'),
    topK: number('topK'),
    presencePenalty: number('presencePenalty'),
    frequencyPenalty: number('frequencyPenalty'),
    maxRetries: number('maxRetries'),
    price: priceOption(options),
    providerOptions:
      typeof family === 'object' && family !== null && !Array.isArray(family)
        ? (family as Readonly<Record<string, unknown>>)
        : {},
  };
}

export function effortOption(options: Readonly<Record<string, unknown>>) {
  return EFFORTS.find((one) => one === options['effort']) ?? null;
}

/** The options of the row: only what is set. */
export function optionsOf(settings: ModelSettings): Readonly<Record<string, unknown>> {
  const numbers = Object.entries(NUMBERS).flatMap(([name, column]) => {
    const value = settings[name as NumberName];
    return value === null ? [] : [[column, value] as const];
  });
  const { effort, api, price, providerOptions } = settings;
  return {
    ...Object.fromEntries(numbers),
    ...(effort === null ? {} : { effort }),
    ...(api === null ? {} : { api }),
    ...(price === null ? {} : { price: priceFields(price) }),
    ...(Object.keys(providerOptions).length === 0 ? {} : { provider_options: providerOptions }),
  };
}

function priceFields({ input, output, cacheRead, cacheWrite }: NonNullable<ModelSettings['price']>) {
  return {
    input,
    output,
    ...(cacheRead === null ? {} : { cache_read: cacheRead }),
    ...(cacheWrite === null ? {} : { cache_write: cacheWrite }),
  };
}

/** Efforts to choose from: what is known, else the usual ones where the person set one. */
export function effortsOf(
  known: Partial<CatalogueModel> | null,
  options: Readonly<Record<string, unknown>>,
): CatalogueModel['efforts'] {
  if (known?.efforts) return known.efforts;
  return effortOption(options) === null ? [] : ['low', 'medium', 'high'];
}

/** As options of a new row, where the server's list told a price. */
export function priceAsOption(price: ModelSettings['price']): Readonly<Record<string, unknown>> {
  return price === null ? {} : { price: priceFields(price) };
}
