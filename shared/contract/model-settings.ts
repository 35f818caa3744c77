import type { ModelSettings } from '../model/account.ts';

export interface ModelProblem {
  readonly field: keyof ModelSettings;
  readonly message: string;
}

interface Range {
  readonly field: keyof ModelSettings;
  readonly what: string;
  readonly min: number;
  readonly max: number;
  readonly whole?: boolean;
}

const RANGES: readonly Range[] = [
  { field: 'contextLimit', what: 'The context limit', min: 1, max: 100_000_000, whole: true },
  { field: 'compressionThreshold', what: 'The threshold', min: 0, max: 100, whole: true },
  { field: 'maxOutputTokens', what: 'The longest answer', min: 1, max: 10_000_000, whole: true },
  { field: 'temperature', what: 'The temperature', min: 0, max: 2 },
  { field: 'topP', what: 'Top P', min: 0, max: 1 },
  { field: 'topK', what: 'Top K', min: 0, max: 1_000_000, whole: true },
  { field: 'presencePenalty', what: 'The presence penalty', min: -2, max: 2 },
  { field: 'frequencyPenalty', what: 'The frequency penalty', min: -2, max: 2 },
  { field: 'maxRetries', what: 'The number of retries', min: 0, max: 1_000, whole: true },
];

/** Why the settings cannot be saved, in the order of the form; empty when they can. A field that cannot be read is NaN. */
export function modelProblems(settings: ModelSettings): readonly ModelProblem[] {
  const found: ModelProblem[] = [];
  if (settings.displayName.length > 80)
    found.push({ field: 'displayName', message: 'Give a shorter name: 80 characters at most.' });
  for (const { field, what, min, max, whole } of RANGES) {
    const value = settings[field];
    if (value === null) continue;
    const isRight =
      typeof value === 'number' && value >= min && value <= max && (!whole || Number.isInteger(value));
    if (!isRight)
      found.push({
        field,
        message: `${what} is ${whole ? 'a whole number' : 'a number'} from ${min} to ${max.toLocaleString('en')}.`,
      });
  }
  const { price } = settings;
  const prices = price === null ? [] : [price.input, price.output, price.cacheRead, price.cacheWrite];
  if (prices.some((one) => one !== null && !(one >= 0 && one <= 1_000_000)))
    found.push({
      field: 'price',
      message: 'A price is a number of dollars for a million tokens; give input and output.',
    });
  return found;
}
