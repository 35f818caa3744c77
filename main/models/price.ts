import type { Price } from '@shared/model/account.ts';
import type { Usage } from '@shared/model/message.ts';

/** `options.price` of a model configuration: `{input, output, cache_read?, cache_write?}`; null without both. */
export function priceOption(options: Readonly<Record<string, unknown>>): Price | null {
  const price = options['price'];
  if (typeof price !== 'object' || price === null) return null;
  const fields = price as Readonly<Record<string, unknown>>;
  const [input, output] = [amount(fields['input']), amount(fields['output'])];
  if (input === null || output === null) return null;
  return {
    input,
    output,
    cacheRead: amount(fields['cache_read']),
    cacheWrite: amount(fields['cache_write']),
  };
}

function amount(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null;
}

/** Tokens of a call, as the server reported them or as we estimate them. */
export interface Spent {
  readonly usage: Usage | null;
  /** Where the server said nothing. */
  readonly estimate: { readonly input: number; readonly output: number };
}

/**
 * Millionths of a US dollar, rounded up; null without a price. Cached tokens whose price is not known cost as
 * much as input. `usage.input_tokens` does not count cached ones; reasoning is part of the output.
 */
export function costMicros({ usage, estimate }: Spent, price: Price | null): number | null {
  if (!price) return null;
  const cached =
    (usage?.cache_read_tokens ?? 0) * (price.cacheRead ?? price.input) +
    (usage?.cache_creation_tokens ?? 0) * (price.cacheWrite ?? price.input);
  const wasCounted = usage !== null && (usage.input_tokens !== null || cached > 0);
  const input = (wasCounted ? (usage.input_tokens ?? 0) : estimate.input) * price.input;
  const output = (usage?.output_tokens ?? estimate.output) * price.output;
  return Math.ceil(input + cached + output);
}
