import { describe, expect, it } from 'vitest';
import { costWords, dollarText, parseDollars, priceWords, raisedCap, unpricedWords } from './money.ts';

describe('money', () => {
  it('is never nothing where nobody knows it', () => {
    expect(costWords({ micros: 410_000, unpriced: 0 })).toBe('$0.41');
    expect(costWords({ micros: 0, unpriced: 0 })).toBe('$0.00');
    expect(costWords({ micros: 950, unpriced: 0 })).toBe('under $0.01');
    expect(costWords({ micros: 0, unpriced: 2 })).toBe('cost not known');
    expect(costWords({ micros: 410_000, unpriced: 2 })).toBe('$0.41 or more');
    expect(unpricedWords({ micros: 0, unpriced: 1 })).toBe('1 call of models without a price');
    expect(unpricedWords({ micros: 1, unpriced: 0 })).toBe('');
  });

  it('names prices for a million tokens', () => {
    expect(priceWords({ input: 1.25, output: 10, cacheRead: null, cacheWrite: null })).toBe(
      '$1.25 in, $10.00 out',
    );
    expect(priceWords({ input: 0, output: 0, cacheRead: 0, cacheWrite: 0 })).toBe('free');
  });

  it('raises a cap so that the next step fits', () => {
    expect(raisedCap(5_000_000, 5_120_000)).toBe(10_000_000);
    expect(raisedCap(5_000_000, 35_000_000)).toBe(50_000_000);
    expect(raisedCap(1_000_000, 8_286_000_000)).toBe(10_000_000_000);
    expect(raisedCap(0, 10)).toBe(1_000_000);
    expect(raisedCap(3, 10)).toBe(1_000_000);
  });

  it.each([
    ['', null],
    ['5', 5_000_000],
    ['$ 0,50', 500_000],
    ['12.345678', 12_345_678],
    ['five', Number.NaN],
    ['-1', Number.NaN],
    ['1e9', Number.NaN],
  ])('reads “%s”', (text, micros) => {
    expect(parseDollars(text)).toEqual(micros);
  });

  it('writes what it reads', () => {
    for (const micros of [null, 5_000_000, 500_000, 1_230_000])
      expect(parseDollars(dollarText(micros))).toBe(micros);
  });
});
