import type { Effort, ModelSettings } from '@shared/model/account.ts';

/** The settings as fields hold them: text. */
export interface ModelFields {
  readonly displayName: string;
  readonly contextLimit: string;
  readonly compressionThreshold: string;
  readonly maxOutputTokens: string;
  readonly temperature: string;
  readonly topP: string;
  readonly topK: string;
  readonly presencePenalty: string;
  readonly frequencyPenalty: string;
  readonly maxRetries: string;
  readonly priceInput: string;
  readonly priceOutput: string;
  readonly priceCacheRead: string;
  readonly priceCacheWrite: string;
  readonly providerOptions: string;
  readonly effort: Effort | null;
  readonly api: ModelSettings['api'];
}

const NUMBERS = [
  'contextLimit',
  'maxOutputTokens',
  'temperature',
  'topP',
  'topK',
  'presencePenalty',
  'frequencyPenalty',
  'maxRetries',
] as const;

function textOf(value: number | null): string {
  return value === null ? '' : String(value);
}

export function fieldsOf(settings: ModelSettings): ModelFields {
  const { price, providerOptions } = settings;
  const numbers = Object.fromEntries(NUMBERS.map((name) => [name, textOf(settings[name])])) as Record<
    (typeof NUMBERS)[number],
    string
  >;
  return {
    ...numbers,
    displayName: settings.displayName,
    compressionThreshold: String(settings.compressionThreshold),
    effort: settings.effort,
    api: settings.api,
    priceInput: textOf(price?.input ?? null),
    priceOutput: textOf(price?.output ?? null),
    priceCacheRead: textOf(price?.cacheRead ?? null),
    priceCacheWrite: textOf(price?.cacheWrite ?? null),
    providerOptions:
      Object.keys(providerOptions).length === 0 ? '' : JSON.stringify(providerOptions, null, 2),
  };
}

/** "200k", "1.05M", "200,000" are numbers of tokens, too. NaN: it cannot be read; null: nothing. */
export function readNumber(text: string): number | null {
  const plain = text.trim().replaceAll(/[\s_]|,(?=\d{3}\b)/g, '');
  if (plain === '') return null;
  const [, digits, unit] = /^(-?\d+(?:\.\d+)?)([kM])?$/.exec(plain) ?? [];
  if (digits === undefined) return Number.NaN;
  const factor = unit === 'k' ? 1_000 : unit === 'M' ? 1_000_000 : 1;
  return Number((Number(digits) * factor).toFixed(6));
}

export interface ReadFields {
  readonly settings: ModelSettings;
  /** What is wrong with the JSON; null: nothing. */
  readonly optionsProblem: string | null;
}

/** What cannot be read is NaN, which `modelProblems` names. */
export function readFields(fields: ModelFields, enabled: boolean): ReadFields {
  const numbers = Object.fromEntries(NUMBERS.map((name) => [name, readNumber(fields[name])])) as Record<
    (typeof NUMBERS)[number],
    number | null
  >;
  const options = readOptions(fields.providerOptions);
  return {
    settings: {
      ...numbers,
      displayName: fields.displayName.trim(),
      enabled,
      compressionThreshold: readNumber(fields.compressionThreshold) ?? 70,
      effort: fields.effort,
      api: fields.api,
      price: readPrice(fields),
      providerOptions: typeof options === 'string' ? {} : options,
    },
    optionsProblem: typeof options === 'string' ? options : null,
  };
}

function readPrice(fields: ModelFields): ModelSettings['price'] {
  const [input, output] = [readNumber(fields.priceInput), readNumber(fields.priceOutput)];
  const [cacheRead, cacheWrite] = [readNumber(fields.priceCacheRead), readNumber(fields.priceCacheWrite)];
  if ([input, output, cacheRead, cacheWrite].every((one) => one === null)) return null;
  return { input: input ?? Number.NaN, output: output ?? Number.NaN, cacheRead, cacheWrite };
}

function readOptions(text: string): Readonly<Record<string, unknown>> | string {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Readonly<Record<string, unknown>>;
    return 'Give an object, such as {"openaicompat": {"top_k": 40}}.';
  } catch (error) {
    return `This is no JSON: ${error instanceof Error ? error.message : String(error)}.`;
  }
}
