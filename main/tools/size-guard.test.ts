import { expect, test } from 'vitest';
import { byteLength } from './cut.ts';
import { guardSize, mapTexts, resultBudget } from './size-guard.ts';

test('a third of the window at three bytes a token, with a floor', () => {
  expect(resultBudget(null)).toBe(65_536);
  expect(resultBudget(300_000)).toBe(300_000);
  expect(resultBudget(1_000)).toBe(16_384);
});

test('a result that fits is the same object', () => {
  const result = { output: 'x'.repeat(1000) };
  expect(guardSize(result, null)).toBe(result);
});

test('the longest text loses its middle and the shape stays', () => {
  const result = { success: false, output: `start${'\n"'.repeat(100_000)}end`, exit_code: 2 };
  const guarded = guardSize(result, 20_000) as typeof result;
  expect(guarded).toMatchObject({ success: false, exit_code: 2 });
  expect(guarded.output.startsWith('start')).toBe(true);
  expect(guarded.output.endsWith('end')).toBe(true);
  expect(guarded.output).toContain('bytes removed');
  expect(byteLength(JSON.stringify(guarded))).toBeLessThanOrEqual(resultBudget(20_000));
});

test('a result of very many small texts becomes a cut text', () => {
  const guarded = guardSize({ names: Array.from({ length: 20_000 }, (_, i) => `file-${i}`) }, null);
  expect(typeof guarded).toBe('string');
  expect(byteLength(JSON.stringify(guarded))).toBeLessThanOrEqual(65_536);
});

test('texts are changed at every depth', () => {
  const shout = (text: string) => text.toUpperCase();
  expect(mapTexts({ a: 'x', b: [1, 'y', { c: 'z', d: null }] }, shout)).toEqual({
    a: 'X',
    b: [1, 'Y', { c: 'Z', d: null }],
  });
});
