import { expect, test } from 'vitest';
import { foldLog, NO_LOG } from './workspace-log.ts';

const began = (script: 'provision' | 'start', processId: string) =>
  ({ type: 'script', script, processId, startedAt: '2026-01-01T00:00:00Z' }) as const;

test('each script has its own output, its end and the place to go on from', () => {
  const log = [
    began('provision', 'p1'),
    { type: 'output', text: 'one\n', next: 4, skipped: 0 } as const,
    { type: 'exit', exitCode: 0 } as const,
    began('start', 'p2'),
    { type: 'output', text: 'two\n', next: 40, skipped: 36 } as const,
  ].reduce(foldLog, NO_LOG);
  expect(log).toMatchObject({
    next: 40,
    runs: [
      { script: 'provision', text: 'one\n', ended: true, exitCode: 0 },
      { script: 'start', text: 'two\n', skippedBytes: 36, ended: false, exitCode: null },
    ],
  });
});

test('a run that is told from its start again replaces what was known of it', () => {
  const once = [
    began('provision', 'p1'),
    { type: 'output', text: 'one\n', next: 4, skipped: 0 } as const,
  ].reduce(foldLog, NO_LOG);
  expect(foldLog(once, began('provision', 'p1'))).toMatchObject({ next: 0, runs: [{ text: '' }] });
  expect(foldLog(NO_LOG, { type: 'output', text: 'x', next: 1, skipped: 0 })).toBe(NO_LOG);
});
