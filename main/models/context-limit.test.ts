import { expect, it } from 'vitest';
import {
  contextLimits,
  extractContextLimit,
  isContextLimitKey,
  keyWords,
  limitValue,
  normalizeKey,
} from './context-limit.ts';

it.each([
  ['ContextLimit', 'contextlimit'],
  ['context_limit', 'contextlimit'],
  ['context-limit', 'contextlimit'],
  ['context.limit', 'contextlimit'],
  ['CONTEXT LIMIT', 'contextlimit'],
  ['limit2', 'limit2'],
  ['', ''],
  ['___', ''],
  ['a/b:c', 'abc'],
])('#68 normalizes %j', (key, expected) => {
  expect(normalizeKey(key)).toBe(expected);
});

it.each([
  ['contextWindowSize', ['context', 'window', 'size']],
  ['context_window', ['context', 'window']],
  ['CONTEXT_WINDOW', ['context', 'window']],
  ['context2window', ['context', 'window']],
  ['HTTPContextLimit', ['http', 'context', 'limit']],
  ['', []],
])('#69 words of %j', (key, words) => {
  expect(keyWords(key)).toEqual(words);
});

it.each([
  'context_limit',
  'context_window',
  'context_length',
  'max_context',
  'max_context_tokens',
  'max_input_tokens',
  'max_input_token',
  'input_token_limit',
])('#70 %s is accepted', (key) => expect(isContextLimitKey(key)).toBe(true));

it.each(['Context_Limit', 'CONTEXT_WINDOW', 'maxInputTokens', 'modelContextLimit'])(
  '#71 %s is accepted',
  (key) => {
    expect(isContextLimitKey(key)).toBe(true);
  },
);

it.each(['model_context_limit', 'context_window_size', 'context_length_max', 'max_context_limit'])(
  '#72 %s is accepted',
  (key) => {
    expect(isContextLimitKey(key)).toBe(true);
  },
);

it.each([
  'max_context_version',
  'context_tokens_used',
  'context_length_used',
  'context_window_used',
  'context_id',
  'rate_limit',
  'max_tokens',
  'context',
  '',
])('#73 %j is rejected', (key) => expect(isContextLimitKey(key)).toBe(false));

it('#74 whole positive numbers and their texts are values', () => {
  expect([200_000, 1.0, ' 128000 ', '4096'].map(limitValue)).toEqual([200_000, 1, 128_000, 4096]);
  for (const value of [
    1.5,
    '1.5',
    0,
    '0',
    -1,
    '-5',
    true,
    null,
    undefined,
    [1],
    {},
    Number.NaN,
    '',
    'many',
  ]) {
    expect(limitValue(value)).toBeNull();
  }
});

it('#75 42 yes, 0 and -1 no', () => {
  expect([42, 0, -1].map(limitValue)).toEqual([42, null, null]);
});

it('#76 collects through maps and lists', () => {
  expect(contextLimits({ context_limit: 1 })).toEqual([1]);
  expect(contextLimits({ a: { b: { contextWindow: 2 } } })).toEqual([2]);
  expect(contextLimits([{ max_context: 3 }, { max_context: '4' }])).toEqual([3, 4]);
  expect(contextLimits({ context_limit: 5, list: [{ x: { context_length: 6 } }], context_id: 7 })).toEqual([
    5, 6,
  ]);
  expect(contextLimits({ tokens: 8 })).toEqual([]);
  expect(contextLimits(9)).toEqual([]);
});

it('#77 #78 the largest one counts, usage counters do not', () => {
  expect(extractContextLimit({ usage: { input_tokens: 10 }, model: { context_window: 200_000 } })).toBe(
    200_000,
  );
  expect(
    extractContextLimit({ response: { max_input_tokens: '128000' }, other: { context_limit: 4096 } }),
  ).toBe(128_000);
  expect(extractContextLimit({ a: [{ b: { c: { modelContextLimit: 7 } } }] })).toBe(7);
  expect(extractContextLimit({ context_tokens_used: 500, context_window_used: 600 })).toBeNull();
  expect(extractContextLimit(null)).toBeNull();
  expect(extractContextLimit({})).toBeNull();
});
