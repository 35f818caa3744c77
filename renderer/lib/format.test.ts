import { describe, expect, it } from 'vitest';
import {
  age,
  belowDirectory,
  bytes,
  countdown,
  duration,
  firstLine,
  plural,
  tokens,
  wholeSeconds,
} from './format.ts';

describe('words for numbers', () => {
  it('ages', () => {
    const now = Date.parse('2026-03-01T12:00:00Z');
    const at = (ms: number) => age(new Date(now - ms).toISOString(), now);
    expect([0, 59_000, 60_000, 3_600_000, 26 * 3_600_000].map(at)).toEqual([
      'now',
      'now',
      '1m',
      '1h',
      '1d',
    ]);
    expect(age('not a date', now)).toBe('');
  });

  it('durations', () => {
    expect([38, 99.6, 100, 4210, 59_999, 125_000].map(duration)).toEqual([
      '38 ms',
      '100 ms',
      '0.1 s',
      '4.2 s',
      '59.9 s',
      '2 m 05 s',
    ]);
    expect([10, 6100, 72_000].map(wholeSeconds)).toEqual(['1 s', '6 s', '1 m 12 s']);
    expect([4, 599, 600, 2_990].map(countdown)).toEqual(['4 s', '599 s', '10 min', '50 min']);
  });

  it('sizes, tokens and counts', () => {
    expect([12, 2048, 5_400_000].map(bytes)).toEqual(['12 B', '2 kB', '5.1 MB']);
    expect([950, 12_340, 182_000, 1_250_000].map(tokens)).toEqual(['950', '12.3k', '182k', '1.3M']);
    expect([plural(1, 'file'), plural(5, 'file')]).toEqual(['1 file', '5 files']);
  });

  it('first lines', () => {
    expect(firstLine('\n a \n b')).toBe('a ');
    expect(firstLine('x'.repeat(300))).toHaveLength(201);
  });
});

describe('belowDirectory', () => {
  it('leaves the directory out of what lies below it, and only there', () => {
    expect(belowDirectory('/work/app/src/x.ts', '/work/app')).toBe('src/x.ts');
    expect(belowDirectory('/work/application', '/work/app')).toBe('/work/application');
    expect(belowDirectory('npm test', '/work/app')).toBe('npm test');
    expect(belowDirectory('/etc/hosts', '/')).toBe('/etc/hosts');
    expect(belowDirectory('/a', null)).toBe('/a');
  });
});
