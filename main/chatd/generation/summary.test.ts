import type { Part } from '@shared/model/part.ts';
import { describe, expect, it } from 'vitest';
import type { PromptMessage } from '../../models/port.ts';
import { promptTokens } from './estimate.ts';
import { divide, fit, replayOf } from './summary.ts';
import { history, say } from './test-rows.ts';

const user = (text: string) => ({ role: 'user' as const, content: [say(text)] });
const assistant = { role: 'assistant' as const, content: [say('fine')] };
const texts = (rows: readonly { readonly content: readonly Part[] }[]) =>
  rows.map((row) => row.content.map((p) => (p.type === 'text' ? p.text.slice(0, 8) : '')).join(''));

describe('what a summary leaves out', () => {
  it('keeps the newest messages of the person, oldest first, up to a tenth of the window', () => {
    const long = 'x'.repeat(3_500);
    const rows = history(
      user('first'),
      user(`second ${long}`),
      assistant,
      user('third'),
      user('fourth'),
      assistant,
    );
    expect(texts(divide(rows, 10_000).kept)).toEqual(['third', 'fourth']);
    expect(texts(divide(rows, 200_000).kept)).toEqual(['first', 'second x', 'third', 'fourth']);
  });

  it('never keeps more than 20,000 tokens of what was answered', () => {
    const rows = history(user('a'.repeat(40_000)), user('b'.repeat(40_000)), assistant);
    expect(texts(divide(rows, 10_000_000).kept)).toEqual(['bbbbbbbb']);
  });

  it('#91 always keeps what nobody has answered, however long, and does not summarise it', () => {
    const rows = history(user('old'), assistant, user('x'.repeat(50_000)), user('new'));
    const { kept, summarised } = divide(rows, 10_000);
    expect(texts(kept)).toEqual(['xxxxxxxx', 'new']);
    expect(texts(summarised)).toEqual(['old', 'fine']);
    expect(kept.map((row) => replayOf(row).visibility)).toEqual(['model', 'model']);
  });

  it('lets system rows last, but not the summary before', () => {
    const rows = history(
      { role: 'system', content: [say('rules')] },
      { role: 'system', content: [say('summary')], compressed: true },
      assistant,
    );
    expect(texts(divide(rows, 10_000).lasting)).toEqual(['rules']);
  });
});

describe('a prompt that must be smaller', () => {
  const big = 'y'.repeat(20_000);
  const prompt: PromptMessage[] = [
    { role: 'system', text: 'rules' },
    { role: 'user', content: [{ type: 'text', text: 'go' }] },
    {
      role: 'assistant',
      content: [{ type: 'tool-call', id: 'c', name: 'write_file', args: { content: big } }],
    },
    { role: 'tool', results: [{ id: 'c', name: 'write_file', output: big, isError: false }] },
    { role: 'assistant', content: [{ type: 'text', text: 'done' }] },
  ];

  it('is left alone, then what tools gave and were given is shortened, then the oldest go, too', () => {
    expect(fit(prompt, 0, null)).toEqual(prompt);
    const short = fit(prompt, 1, null);
    expect(short.map((m) => m.role)).toEqual(prompt.map((m) => m.role));
    expect(promptTokens(short)).toBeLessThan(promptTokens(prompt) / 4);
    expect(JSON.stringify(short)).toContain('bytes removed');
    const least = fit(prompt, 2, 60);
    expect(promptTokens(least)).toBeLessThanOrEqual(60);
    expect(least[0]).toEqual({ role: 'system', text: 'rules' });
    expect(least.at(-1)).toEqual(prompt.at(-1));
  });

  it('never begins with results whose call was left out', () => {
    const tail = [prompt[0], prompt[2], prompt[3], prompt[4]].flatMap((m) => m ?? []);
    const room =
      promptTokens(fit(tail, 1, null).slice(2)) + promptTokens([{ role: 'system', text: 'rules' }]);
    for (const tokens of [room, room - 20]) {
      expect(fit(tail, 2, tokens).filter((m) => m.role !== 'system')[0]?.role).not.toBe('tool');
    }
  });
});
