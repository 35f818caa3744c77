import { expect, test } from 'vitest';
import { errorFields, lineLog, maskedLog } from './log.ts';
import { createMask } from './mask.ts';

test('no text of a record holds a known secret, wherever in it', () => {
  const lines: string[] = [];
  const mask = createMask(() => ['hunter2-hunter2']);
  const log = maskedLog(
    lineLog((line) => lines.push(line)),
    mask.text,
  );
  log.warn('not hunter2-hunter2', { deep: { list: ['a', 'x hunter2-hunter2'], count: 3, none: null } });
  log.error('failed', errorFields(new Error('said hunter2-hunter2')));
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { level: 'warn', message: 'not ‹secret›', deep: { list: ['a', 'x ‹secret›'], count: 3, none: null } },
    { level: 'error', error: 'said ‹secret›' },
  ]);
  expect(lines.join()).not.toContain('hunter2');
});
