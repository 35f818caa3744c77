import { describe, expect, test } from 'vitest';
import { createSseReader } from './sse.ts';

const bytes = (text: string) => Buffer.from(text);

describe('reading server-sent events', () => {
  test('each event once it is complete', () => {
    const read = createSseReader();
    expect(read(bytes('data: one\n'))).toEqual([]);
    expect(read(bytes('\ndata: two\n\ndata: thr'))).toEqual(['one', 'two']);
    expect(read(bytes('ee\n\n'))).toEqual(['three']);
  });

  test('several lines of data are one event, and other fields are passed over', () => {
    const read = createSseReader();
    expect(read(bytes(': a comment\nevent: x\nid: 7\ndata: a\ndata:b\n\n: beat\n\n'))).toEqual(['a\nb']);
  });

  test('lines that end as on Windows', () => {
    expect(createSseReader()(bytes('data: a\r\n\r\n'))).toEqual(['a']);
  });

  test('whatever the pieces are, also in the midst of a character', () => {
    const whole = bytes('data: "Flächen 図形 👩‍💻"\n\ndata: {"x":1}\n\n');
    for (let size = 1; size < whole.length; size += 1) {
      const read = createSseReader();
      const got: string[] = [];
      for (let at = 0; at < whole.length; at += size) got.push(...read(whole.subarray(at, at + size)));
      expect(got).toEqual(['"Flächen 図形 👩‍💻"', '{"x":1}']);
    }
  });
});
