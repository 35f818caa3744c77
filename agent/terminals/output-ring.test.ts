import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OutputRing } from './output-ring.ts';

test('whatever was written in whatever pieces, the newest bytes are read from any position on', () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 30_000, size: 'max' }), { maxLength: 6 });
  fc.assert(
    fc.property(
      pieces,
      fc.integer({ min: 1, max: 50_000 }),
      fc.nat(120_000),
      fc.nat(40_000),
      (...given) => {
        const [written, capacity, after, length] = given;
        const ring = new OutputRing(capacity);
        for (const piece of written) ring.append(piece);
        const all = Buffer.concat(written);
        const start = Math.min(all.length, Math.max(after, all.length - capacity));
        const read = ring.read(after, length);
        expect(ring.total).toBe(all.length);
        expect(read.start).toBe(start);
        expect(read.data.equals(all.subarray(start, start + length))).toBe(true);
      },
    ),
    { numRuns: 100 },
  );
});

test('nothing written: nothing to read', () => {
  expect(new OutputRing(10).read(0, 10)).toEqual({ data: Buffer.alloc(0), start: 0 });
});
