import { describe, expect, it } from 'vitest';
import { appendOutput } from './process-output.ts';

const EMPTY = { text: '', skippedBytes: 0, ended: false };

describe('output that is kept', () => {
  it('appends and counts what the spool no longer has', () => {
    const once = appendOutput(EMPTY, 'a\n', 10);
    expect(appendOutput(once, 'b\n', 0)).toEqual({ text: 'a\nb\n', skippedBytes: 10, ended: false });
  });

  it('keeps the newest lines of much output and loses no count', () => {
    const line = `${'x'.repeat(99)}\n`;
    const output = appendOutput(EMPTY, line.repeat(3000), 0);
    expect(output.text.length).toBeLessThanOrEqual(96 * 1024);
    expect(output.text.startsWith('x'.repeat(99))).toBe(true);
    expect(output.text.length + output.skippedBytes).toBe(300_000);
  });

  it('cuts in a line when there is no end of line near', () => {
    expect(appendOutput(EMPTY, 'x'.repeat(200_000), 0).text).toHaveLength(96 * 1024);
  });
});
