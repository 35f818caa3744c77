import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adapter, cutAt, fixtures, type Outcome, outcomeOf, serving } from './test-streams.ts';

const all = fixtures();
const places = fc.array(fc.nat({ max: 20_000 }), { maxLength: 12 });

function read(fixture: (typeof all)[number], at: readonly number[]): Promise<Outcome> {
  return outcomeOf(adapter(fixture.expected.api, serving(cutAt(fixture.bytes, at))));
}

/** What a server may put between two events without saying anything. */
const noise = fc.constantFrom(
  ': keep-alive\n\n',
  ':\r\n\r\n',
  '\n',
  'event: ping\n\n',
  'data:\n\n',
  'retry: 3000\n\n',
);

/** The ends of the events of a stream whose lines end with line feeds. */
function betweenEvents(bytes: Uint8Array): number[] {
  const text = Buffer.from(bytes).toString('latin1');
  return [...text.matchAll(/\n\n/g)].map((match) => match.index + 2);
}

function withNoise(bytes: Uint8Array, added: readonly string[]): Uint8Array<ArrayBuffer> {
  const ends = [0, ...betweenEvents(bytes)];
  const pieces = ends.flatMap((start, i) => [
    Buffer.from(added[i % added.length] ?? ''),
    Buffer.from(bytes.subarray(start, ends[i + 1])),
  ]);
  return new Uint8Array(Buffer.concat(pieces));
}

describe('bytes in any pieces give the same parts', () => {
  it.each(all)('$name: byte by byte', async (fixture) => {
    const whole = await read(fixture, []);
    const everywhere = Array.from(fixture.bytes.keys());
    expect(await read(fixture, everywhere)).toEqual(whole);
  });

  it('cut and merged at any bytes', async () => {
    const wholes = new Map(await Promise.all(all.map(async (one) => [one, await read(one, [])] as const)));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...all), places, async (fixture, at) => {
        expect(await read(fixture, at)).toEqual(wholes.get(fixture));
      }),
      { numRuns: 600 },
    );
  });

  it('two answers that come in turn do not mix', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...all),
        fc.constantFrom(...all),
        places,
        places,
        async (a, b, atA, atB) => {
          const [first, second] = await Promise.all([read(a, atA), read(b, atB)]);
          expect(first.parts).toEqual(a.expected.parts);
          expect(second.parts).toEqual(b.expected.parts);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('comments, blank lines and events without data between the events say nothing', async () => {
    const plain = all.filter(({ name }) => !/^wire\/(cr|crlf|byte-order-mark|cut-in-an-event)$/.test(name));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...plain),
        fc.array(noise, { minLength: 1, maxLength: 9 }),
        places,
        async (fixture, added, at) => {
          const bytes = withNoise(fixture.bytes, added);
          const outcome = await read({ ...fixture, bytes }, at);
          expect(outcome).toEqual(await read(fixture, []));
        },
      ),
      { numRuns: 300 },
    );
  });
});
