import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  BRIDGE_LIMITS,
  BridgeFault,
  type BridgeFrame,
  bridgeKinds,
  encodeFrame,
  encodeWindow,
  FrameReader,
  grantedBy,
} from './bridge-frames.ts';

const frame = fc.record({
  kind: fc.constantFrom(...bridgeKinds.filter((kind) => kind !== 'fault')),
  stream: fc.integer({ min: 1, max: 0xffffffff }),
  payload: fc.uint8Array({ maxLength: 300 }),
});

/** Reads the bytes in pieces of these sizes, over and over. */
function readInPieces(bytes: Uint8Array, sizes: readonly number[]): BridgeFrame[] {
  const reader = new FrameReader();
  const frames: BridgeFrame[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    for (const { kind, stream, payload } of reader.read(bytes.subarray(at, at + size)))
      frames.push({ kind, stream, payload: Uint8Array.from(payload) });
    at += size;
  }
  reader.end();
  return frames;
}

describe('frames of the bridge', () => {
  test('arrive as they were sent, however they are cut', () => {
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 20 }),
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 }),
        (frames, sizes) => {
          const bytes = frames.flatMap((f) => [...encodeFrame(f.kind, f.stream, f.payload)]);
          expect(readInPieces(Uint8Array.from(bytes), sizes)).toEqual(frames);
        },
      ),
    );
  });

  test('any bytes are frames or a fault, and never more than a frame is held', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (chunks) => {
        const reader = new FrameReader();
        let longest = 0;
        let fault: unknown = null;
        try {
          for (const chunk of chunks)
            for (const { payload } of reader.read(chunk)) longest = Math.max(longest, payload.length);
          reader.end();
        } catch (error) {
          fault = error;
        }
        expect(longest).toBeLessThanOrEqual(BRIDGE_LIMITS.payloadBytes);
        expect(fault === null || fault instanceof BridgeFault).toBe(true);
      }),
    );
  });

  test.each([
    ['a kind that does not exist', [99, 0, 0, 0, 1, 0, 0, 0, 0], 'no frame of kind 99'],
    ['a payload that is too long', [3, 0, 0, 0, 1, 0, 1, 0, 1], 'a frame has 65537 bytes'],
    ['data of no stream', [3, 0, 0, 0, 0, 0, 0, 0, 0], 'a data of stream 0'],
  ])('%s is refused before its payload comes', (_what, bytes, message) => {
    expect(() => [...new FrameReader().read(Uint8Array.from(bytes))]).toThrow(message);
  });

  test('an end within a frame is told', () => {
    const reader = new FrameReader();
    expect([...reader.read(encodeFrame('data', 1, new Uint8Array(10)).subarray(0, 12))]).toEqual([]);
    expect(() => reader.end()).toThrow('in the middle of a frame');
  });

  test('a window says how much, in four bytes', () => {
    const [read] = readInPieces(encodeWindow(7, 70_000), [100]);
    expect(read && grantedBy(read)).toBe(70_000);
    expect(() => grantedBy({ kind: 'window', stream: 7, payload: new Uint8Array(3) })).toThrow(BridgeFault);
  });
});
