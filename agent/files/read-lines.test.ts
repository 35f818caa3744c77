import { describe, expect, it } from 'vitest';
import { type LinesQuery, numberedLines } from './read-lines.ts';

const query: LinesQuery = {
  path: '/a',
  offset: 1,
  limit: 0,
  maxFileSize: 1_048_576,
  maxLineBytes: 1_024,
  maxResponseLines: 2_000,
  maxResponseBytes: 32_768,
};
const read = (text: string, over: Partial<LinesQuery> = {}) =>
  numberedLines(Buffer.from(text), { ...query, ...over });

describe('numbered lines', () => {
  it('#285 is empty for an empty file', () => {
    expect(read('')).toEqual({ success: true, file_size: 0, total_lines: 0, lines_read: 0, content: '' });
  });

  it('#286 numbers the lines, a last one without newline too', () => {
    expect(read('one\ntwo\nthree')).toMatchObject({
      total_lines: 3,
      lines_read: 3,
      content: '1\tone\n2\ttwo\n3\tthree',
    });
  });

  it('#287 takes offset and limit', () => {
    expect(read('a\nb\nc\nd\n', { offset: 2 }).content).toBe('2\tb\n3\tc\n4\td');
    expect(read('a\nb\nc\nd\n', { limit: 2 }).content).toBe('1\ta\n2\tb');
    expect(read('a\nb\nc\nd\n', { offset: 2, limit: 2 })).toMatchObject({
      content: '2\tb\n3\tc',
      total_lines: 4,
    });
    expect(read('a\n', { offset: -3 }).content).toBe('1\ta');
  });

  it('#288 refuses an offset beyond the end', () => {
    expect(read('a\nb\n', { offset: 9 })).toMatchObject({
      success: false,
      error: 'offset 9 is beyond the file length of 2 lines',
    });
  });

  it('#289 cuts a long line on a character boundary and says so', () => {
    const { content } = read(`${'ü'.repeat(1_000)}\n`, { maxLineBytes: 1_023 });
    expect(content).toBe(`1\t${'ü'.repeat(511)} ... [truncated]`);
  });

  it('refuses an answer that is too long instead of cutting it', () => {
    expect(read('x\n'.repeat(3_000))).toMatchObject({
      success: true,
      lines_read: 2_000,
      total_lines: 3_000,
    });
    expect(read('x\n'.repeat(3_000), { limit: 2_500 })).toMatchObject({ success: false, content: '' });
    expect(read(`${'x'.repeat(500)}\n`.repeat(100))).toMatchObject({ success: false, total_lines: 100 });
  });
});
