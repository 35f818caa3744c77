import { expect, it } from 'vitest';
import { contextCut, isContextCut } from './context-cut.ts';

const summarized = { summary: '**Goal** ship it', context_tokens: 182_400, tokens_after: 6_040 };

it('tells cuts of the context from calls that a model made', () => {
  expect(['chat_summarized', 'chat_cleared', 'execute', 'toString'].map(isContextCut)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

it('says how much the model reads before and after', () => {
  expect(contextCut('chat_summarized', { result: summarized })).toEqual({
    what: 'summary',
    phase: 'done',
    words: 'Summarized · 182k → 6.0k tokens',
    summary: '**Goal** ship it',
  });
  expect(contextCut('chat_summarized', { result: { summary: 'x' } }).words).toBe('Summarized');
  expect(contextCut('chat_summarized', { result: { context_tokens: 900 } }).words).toBe(
    'Summarized · from 900 tokens',
  );
});

it('is under way without a result, and says why none was made', () => {
  expect(contextCut('chat_summarized', null)).toMatchObject({ phase: 'running', words: 'Summarizing…' });
  for (const result of [
    'It was empty.',
    { error: 'It was empty.' },
    { message: 'It was empty.', error: 'x' },
  ])
    expect(contextCut('chat_summarized', { result, is_error: true })).toMatchObject({
      phase: 'failed',
      words: 'Not summarized',
      summary: 'It was empty.',
    });
});

it('a clearing has nothing to open', () => {
  expect(contextCut('chat_cleared', { result: {} })).toMatchObject({
    words: 'Context cleared',
    summary: '',
  });
});
