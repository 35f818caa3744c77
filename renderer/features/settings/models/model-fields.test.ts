import { modelProblems } from '@shared/contract/model-settings.ts';
import type { ModelSettings } from '@shared/model/account.ts';
import { describe, expect, it } from 'vitest';
import { fieldsOf, readFields, readNumber } from './model-fields.ts';

const settings: ModelSettings = {
  displayName: 'Mine',
  enabled: true,
  contextLimit: 200_000,
  compressionThreshold: 80,
  effort: 'high',
  api: 'chat',
  maxOutputTokens: 32_000,
  temperature: 0.2,
  topP: null,
  topK: null,
  presencePenalty: null,
  frequencyPenalty: -1,
  maxRetries: 3,
  price: { input: 1.25, output: 10, cacheRead: 0.125, cacheWrite: null },
  providerOptions: { openaicompat: { top_k: 40 } },
};

describe('the fields of a model', () => {
  it('give back what they were given', () => {
    expect(readFields(fieldsOf(settings), true)).toEqual({ settings, optionsProblem: null });
  });

  it.each([
    ['', null],
    ['200k', 200_000],
    ['1.05M', 1_050_000],
    ['200,000', 200_000],
    ['1_000', 1_000],
    ['0.2', 0.2],
    ['-1', -1],
    ['many', Number.NaN],
    ['1.2.3', Number.NaN],
  ])('read “%s”', (text, value) => {
    expect(readNumber(text)).toEqual(value);
  });

  it('say what cannot be read, at its field', () => {
    const fields = { ...fieldsOf(settings), topP: 'some', priceOutput: '', providerOptions: '[1]' };
    const read = readFields(fields, true);
    expect(modelProblems(read.settings).map(({ field }) => field)).toEqual(['topP', 'price']);
    expect(read.optionsProblem).toMatch(/^Give an object/);
    expect(readFields({ ...fields, providerOptions: '{' }, true).optionsProblem).toMatch(
      /^This is no JSON: /,
    );
  });
});
