import { describe, expect, it } from 'vitest';
import { type LinesWanted, searchLines } from './search-lines.ts';

const wanted = (pattern: RegExp, more: Partial<LinesWanted> = {}): LinesWanted => ({
  pattern,
  context: 0,
  most: 100,
  lineLength: 500,
  ...more,
});
const numbers = (text: string, context: number) =>
  searchLines(text, wanted(/x/gu, { context })).lines.map((line) =>
    line.matches ? line.number : -line.number,
  );

describe('lines that match', () => {
  it('come with where they match', () => {
    expect(searchLines('a\nxax\nb', wanted(/x/gu))).toEqual({
      lines: [
        {
          number: 2,
          matches: true,
          text: 'xax',
          from: 0,
          ranges: [
            [0, 1],
            [2, 3],
          ],
        },
      ],
      matches: 1,
      more: false,
    });
  });

  it('come with the lines around them, each once', () => {
    const text = 'a\nb\nx\nc\nd\ne\nx\nf\nx\ng\nh\n';
    expect(numbers(text, 0)).toEqual([3, 7, 9]);
    expect(numbers(text, 1)).toEqual([-2, 3, -4, -6, 7, -8, 9, -10]);
    expect(numbers(text, 5)).toEqual([-1, -2, 3, -4, -5, -6, 7, -8, 9, -10, -11]);
  });

  it('are no more than were wanted, and it says so', () => {
    expect(searchLines('x\nx\nx', wanted(/x/gu, { most: 2 }))).toMatchObject({ matches: 2, more: true });
    expect(searchLines('x\nx', wanted(/x/gu, { most: 2 }))).toMatchObject({ matches: 2, more: false });
  });

  it('may match with nothing at all', () => {
    expect(searchLines('\n😀', wanted(/y*/gu)).lines).toMatchObject([
      { number: 1, ranges: [] },
      { number: 2, ranges: [] },
    ]);
  });

  it('are cut to where they match, between characters', () => {
    const long = `${'😀'.repeat(600)}x${'y'.repeat(600)}`;
    const [line] = searchLines(long, wanted(/x/gu, { lineLength: 200 })).lines;
    expect(line?.text.length).toBeLessThanOrEqual(201);
    expect(Buffer.from(line?.text ?? '').toString()).toBe(line?.text);
    const [start = 0, end = 0] = line?.ranges[0] ?? [];
    expect(line?.text.slice(start, end)).toBe('x');
    expect(long.slice(line?.from, (line?.from ?? 0) + (line?.text.length ?? 0))).toBe(line?.text);
  });

  it('show a range that goes on as far as the text does', () => {
    const [line] = searchLines('x'.repeat(900), wanted(/x+/gu)).lines;
    expect(line).toMatchObject({ from: 0, ranges: [[0, 500]] });
  });
});
