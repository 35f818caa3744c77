import { asId, type ModelConfigId, type ProviderId } from '@shared/model/ids.ts';
import { describe, expect, it } from 'vitest';
import type { ModelConfigRow, ProviderRow } from '../db/providers.ts';
import type { LanguageModel } from './port.ts';
import { readyModel } from './ready-model.ts';

const account: ProviderRow = {
  id: asId<ProviderId>('p'),
  kind: 'openai-compat',
  preset: '',
  name: 'Own server',
  baseUrl: 'http://127.0.0.1:1',
  headers: {},
  proxy: '',
  options: {},
  source: 'user',
  enabled: true,
};
const none: LanguageModel = {
  provider: 'Own server',
  promptCaching: false,
  stream: () => {
    throw new Error('not asked');
  },
};
function ready(more: Partial<ModelConfigRow>) {
  return readyModel(none, account, {
    id: asId<ModelConfigId>('m'),
    providerId: account.id,
    model: 'llama',
    displayName: 'Llama',
    enabled: true,
    isDefault: false,
    deleted: false,
    contextLimit: null,
    compressionThreshold: 70,
    options: {},
    ...more,
  });
}

describe('a model configuration', () => {
  it('leaves half of a small window for the prompt, unless the person says how long an answer may be', () => {
    expect(ready({}).maxOutputTokens).toBe(32_000);
    expect(ready({ contextLimit: 8_192 }).maxOutputTokens).toBe(4_096);
    expect(ready({ contextLimit: 1_000_000 }).maxOutputTokens).toBe(32_000);
    const options = { max_output_tokens: 6_000 };
    expect(ready({ contextLimit: 8_192, options }).maxOutputTokens).toBe(6_000);
    expect(ready({ model: 'gpt-4o', options: { max_output_tokens: 90_000 } }).maxOutputTokens).toBe(16_384);
  });

  it('has the price that the person gave it before the known one, else none', () => {
    const options = { price: { input: 1, output: 2 } };
    expect(ready({ model: 'gpt-4o', options }).price).toMatchObject({ input: 1, output: 2 });
    expect(ready({ model: 'gpt-4o' }).price).toMatchObject({ input: 2.5, output: 10, cacheRead: 1.25 });
    expect(ready({}).price).toBeNull();
  });

  it('#123 limits retries only where it says so', () => {
    const limits = [{}, { max_retries: 25 }, { max_retries: -3 }, { max_retries: 'many' }];
    expect(limits.map((options) => ready({ options }).maxRetries)).toEqual([null, 25, 0, null]);
  });
});
