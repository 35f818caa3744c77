import { describe, expect, test } from 'vitest';
import { isFileDump, planCommand, withoutAmpersand } from './plan-command.ts';

describe('planCommand', () => {
  test('#315 a blank command is refused', () => {
    for (const command of ['', '   ', '\n\t', '&', ' & ']) {
      expect(planCommand({ command })).toEqual({ ok: false, error: 'command is required' });
    }
  });

  test.each([
    ['npm run dev &', 'npm run dev'],
    ['npm run dev&', 'npm run dev'],
    ['  sleep 5 &  \n', 'sleep 5'],
    ['a && b', null],
    ['a &&', null],
    ['a |&', null],
    ['a & b', null],
    ['echo \\&', null],
    ['cat 2>&', null],
  ])('#316 one trailing ampersand: %j', (command, stripped) => {
    expect(withoutAmpersand(command)).toBe(stripped);
  });

  test('#316 the ampersand decides only where run_in_background is left out', () => {
    expect(planCommand({ command: 'serve &' })).toMatchObject({
      value: { command: 'serve', background: true },
    });
    expect(planCommand({ command: 'serve &', run_in_background: null })).toMatchObject({
      value: { command: 'serve', background: true },
    });
    expect(planCommand({ command: 'serve &', run_in_background: false })).toMatchObject({
      value: { command: 'serve &', background: false },
    });
    expect(planCommand({ command: 'serve', run_in_background: true })).toMatchObject({
      value: { command: 'serve', background: true },
    });
  });

  test.each([
    [undefined, 10_000],
    [null, 10_000],
    ['30s', 30_000],
    ['5m', 300_000],
    ['1h30m', 5_400_000],
    ['500ms', 500],
    ['1.5s', 1_500],
    ['100h', 4 * 3_600_000],
  ])('timeout %j', (timeout, timeoutMs) => {
    expect(planCommand({ command: 'true', timeout })).toMatchObject({ ok: true, value: { timeoutMs } });
  });

  test.each(['0s', '-5s', '30', 'soon', '', '5 minutes', '1e3s', 's'])(
    'timeout %j is refused',
    (timeout) => {
      const plan = planCommand({ command: 'true', timeout });
      expect(plan.ok).toBe(false);
      expect(plan).toHaveProperty('error', expect.stringContaining('timeout'));
    },
  );
});

test.each([
  ['cat file.txt', true],
  ['concat file.txt', false],
  ['grep --include-all x .', true],
  ['rg -l needle', true],
  ['grep -l needle src', true],
  ['npm test', false],
])('#324 %j prints files: %j', (command, expected) => {
  expect(isFileDump(command)).toBe(expected);
});
