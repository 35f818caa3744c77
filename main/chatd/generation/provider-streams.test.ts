import { describe, expect, it } from 'vitest';
import { adapter, fixtures, outcomeOf, serving } from './test-streams.ts';

const all = fixtures();

it('each fixture names the documentation that it was written from', () => {
  expect(all.length).toBeGreaterThan(70);
  expect(all.filter(({ documents }) => documents.length === 0).map(({ name }) => name)).toEqual([]);
});

describe('what comes of the bytes of a server', () => {
  it.each(all)('$name', async ({ bytes, expected }) => {
    const outcome = await outcomeOf(adapter(expected.api, serving([bytes])));
    expect(outcome.parts).toEqual(expected.parts);
    expect(outcome.finish).toEqual(expected.finish);
    // Of an error the fixture says what matters.
    expect({ ...outcome.error, ...expected.error }).toEqual(outcome.error ?? {});
    expect(outcome.error === undefined).toBe(expected.error === undefined);
  });
});
