import type { UsageRow } from '@shared/contract/usage.ts';
import { describe, expect, it } from 'vitest';
import { grouped, totalOf } from './group-usage.ts';

function row(at: string, micros: number, unpriced = 0): UsageRow {
  const [day = '', account = '', model = ''] = at.split(' ');
  return { day, account, model, micros, unpriced, calls: 1, inputTokens: 10, outputTokens: 1 };
}

const rows = [
  row('2026-11-28 OpenAI gpt-5.2', 5),
  row('2026-11-28 Ollama llama', 0, 1),
  row('2026-11-27 Anthropic claude', 50),
  row('2026-11-27 OpenAI gpt-5.2', 7),
];

describe('usage', () => {
  it('is added up by day, newest first', () => {
    expect(grouped(rows, 'day').map(({ first, micros, calls }) => [first, micros, calls])).toEqual([
      ['2026-11-28', 5, 2],
      ['2026-11-27', 57, 2],
    ]);
  });

  it('is added up by account and by model, what cost most first', () => {
    expect(grouped(rows, 'account').map(({ first, micros }) => [first, micros])).toEqual([
      ['Anthropic', 50],
      ['OpenAI', 12],
      ['Ollama', 0],
    ]);
    expect(grouped(rows, 'model').map(({ first }) => first)).toEqual(['claude', 'gpt-5.2', 'llama']);
  });

  it('can be looked at row by row, and has a total', () => {
    expect(grouped(rows, 'all')).toHaveLength(4);
    expect(totalOf(rows)).toMatchObject({
      micros: 62,
      calls: 4,
      unpriced: 1,
      inputTokens: 40,
      outputTokens: 4,
    });
  });
});
