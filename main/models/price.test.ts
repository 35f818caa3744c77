import { describe, expect, it } from 'vitest';
import { knownModel } from './catalogue.ts';
import { noUsage } from './no-usage.ts';
import { costMicros, priceOption } from './price.ts';

const price = { input: 2, output: 10, cacheRead: 0.2, cacheWrite: null };
const estimate = { input: 1_000, output: 100 };

describe('price', () => {
  it('counts input, both kinds of cached tokens and output', () => {
    const usage = {
      ...noUsage,
      input_tokens: 100,
      cache_read_tokens: 50,
      cache_creation_tokens: 10,
      output_tokens: 7,
    };
    // 200 + 10 + 20 (a write costs as input where its price is not known) + 70
    expect(costMicros({ usage, estimate }, price)).toBe(300);
  });

  it('estimates what the server did not report, and knows nothing without a price', () => {
    expect(costMicros({ usage: noUsage, estimate }, price)).toBe(3_000);
    expect(costMicros({ usage: null, estimate }, price)).toBe(3_000);
    expect(costMicros({ usage: { ...noUsage, output_tokens: 1 }, estimate }, price)).toBe(2_010);
    expect(costMicros({ usage: null, estimate }, null)).toBeNull();
  });

  it('reads a price from the options when both amounts are there', () => {
    expect(priceOption({ price: { input: 1, output: 2, cache_read: 0.1 } })).toEqual({
      input: 1,
      output: 2,
      cacheRead: 0.1,
      cacheWrite: null,
    });
    expect(priceOption({ price: { input: 1 } })).toBeNull();
    expect(priceOption({ price: { input: -1, output: 2 } })).toBeNull();
    expect(priceOption({})).toBeNull();
  });

  it('knows what Anthropic takes for the cache, and what the demo model costs', () => {
    expect(knownModel('claude-sonnet-4-5')?.price).toEqual({
      input: 3,
      output: 15,
      cacheRead: 0.3,
      cacheWrite: 3.75,
    });
    expect(knownModel('demo')?.price).toMatchObject({ input: 0, output: 0 });
  });
});
