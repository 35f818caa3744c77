import { describe, expect, it } from 'vitest';
import { readList } from './list-models.ts';
import { fromList, named } from './new-models.ts';

describe('a list of models', () => {
  it('is read as the servers write it', () => {
    expect(
      readList({
        data: [
          { id: 'gpt-4o', object: 'model' },
          { id: 'llama', max_model_len: 8192 },
          { id: 'models/gemini-2.5-pro', display_name: 'Gemini 2.5 Pro' },
          {
            id: 'a/b',
            name: 'A: B',
            context_length: 200_000,
            pricing: { prompt: '0.000003', completion: '0.000015', input_cache_read: '0.0000003' },
          },
          { id: 'openrouter/auto', pricing: { prompt: '-1', completion: '-1' } },
          { object: 'model' },
          'nonsense',
        ],
      }),
    ).toEqual([
      { id: 'gpt-4o', name: '', contextLimit: null, price: null },
      { id: 'llama', name: '', contextLimit: 8192, price: null },
      { id: 'gemini-2.5-pro', name: 'Gemini 2.5 Pro', contextLimit: null, price: null },
      {
        id: 'a/b',
        name: 'A: B',
        contextLimit: 200_000,
        price: { input: 3, output: 15, cacheRead: 0.3, cacheWrite: null },
      },
      { id: 'openrouter/auto', name: '', contextLimit: null, price: null },
    ]);
    expect(readList({ error: 'no' })).toBeNull();
    expect(readList('<html>')).toBeNull();
  });

  it('is taken whole when it is short; of a long one what is known', () => {
    const one = (id: string) => ({ id, name: '', contextLimit: null, price: null });
    expect(fromList([one('a'), one('b')]).map(({ model }) => model)).toEqual(['a', 'b']);
    const long = Array.from({ length: 100 }, (_, i) => one(`m${i}`));
    expect(fromList(long)).toHaveLength(20);
    expect(fromList([...long, one('openai/gpt-5.2')]).map(({ model }) => model)).toEqual([
      'openai/gpt-5.2',
    ]);
  });

  it('tells what it knows of a model that is named', () => {
    const price = { input: 1, output: 2, cacheRead: null, cacheWrite: null };
    const listed = [{ id: 'a', name: 'A', contextLimit: 5, price }];
    expect(named(['a', 'b', 'a'], listed)).toEqual([
      { model: 'a', displayName: 'A', contextLimit: 5, options: { price: { input: 1, output: 2 } } },
      { model: 'b', displayName: '', contextLimit: null },
    ]);
  });
});
