import { expect, test } from 'vitest';
import { type Excuse, isExcused } from './excuse.ts';
import type { Call } from './script.ts';

const command = (mark: string): Call => ({
  tool: 'execute',
  mark,
  lines: 20,
  everyMs: 100,
  background: false,
});
const excuse: Excuse = {
  words: /workspace_unreachable/,
  running: false,
  from: { made: new Map([['a', 3]]), begun: new Set(['a-3']) },
  until: { made: new Map([['a', 5]]), begun: new Set(['a-3']) },
};
const failed = (at: number, failure = 'workspace_unreachable') => ({
  token: 'a',
  call: command(`a-${at + 1}`),
  at,
  failure,
});

test('a call that left while the host refused may be told so', () => {
  expect(isExcused(excuse, failed(3))).toBe(true);
  expect(isExcused(excuse, failed(4))).toBe(true);
  expect(isExcused(excuse, failed(3, 'something else'))).toBe(false);
});

test('a command that ran already, a call of before and one of afterwards may not', () => {
  expect(isExcused(excuse, failed(2))).toBe(false);
  expect(isExcused({ ...excuse, from: { ...excuse.from, begun: new Set() } }, failed(2))).toBe(true);
  expect(isExcused(excuse, failed(1))).toBe(false);
  expect(isExcused(excuse, failed(5))).toBe(false);
});

test('a full disk strikes what runs, too', () => {
  expect(isExcused({ ...excuse, running: true }, failed(2))).toBe(true);
});
