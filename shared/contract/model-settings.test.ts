import { describe, expect, it } from 'vitest';
import type { ModelSettings } from '../model/account.ts';
import { modelProblems } from './model-settings.ts';

const usual: ModelSettings = {
  displayName: '',
  enabled: true,
  contextLimit: null,
  compressionThreshold: 70,
  effort: null,
  api: null,
  maxOutputTokens: null,
  temperature: null,
  topP: null,
  topK: null,
  presencePenalty: null,
  frequencyPenalty: null,
  maxRetries: null,
  price: null,
  providerOptions: {},
};
const price = { input: 1, output: 2, cacheRead: null, cacheWrite: null };

describe('settings of a model', () => {
  it.each<[string, Partial<ModelSettings>, string[]]>([
    ['nothing set', {}, []],
    [
      'everything set',
      { contextLimit: 1, compressionThreshold: 100, temperature: 0, topP: 1, maxRetries: 0, price },
      [],
    ],
    ['a context of nothing', { contextLimit: 0 }, ['contextLimit']],
    ['half a token', { contextLimit: 0.5, maxOutputTokens: 1.5 }, ['contextLimit', 'maxOutputTokens']],
    ['a threshold above all', { compressionThreshold: 101 }, ['compressionThreshold']],
    ['a threshold below nothing', { compressionThreshold: -1 }, ['compressionThreshold']],
    ['what is no number', { temperature: Number.NaN, topK: Number.NaN }, ['temperature', 'topK']],
    [
      'more than certain',
      { topP: 1.1, presencePenalty: 3, frequencyPenalty: -3 },
      ['topP', 'presencePenalty', 'frequencyPenalty'],
    ],
    ['a price below nothing', { price: { ...price, cacheRead: -1 } }, ['price']],
    ['a price that is no number', { price: { ...price, output: Number.NaN } }, ['price']],
    ['a long name', { displayName: 'x'.repeat(81) }, ['displayName']],
  ])('%s', (_title, change, expected) => {
    expect(modelProblems({ ...usual, ...change }).map(({ field }) => field)).toEqual(expected);
  });

  it('says what is allowed', () => {
    expect(modelProblems({ ...usual, compressionThreshold: 120 })[0]?.message).toBe(
      'The threshold is a whole number from 0 to 100.',
    );
  });
});
