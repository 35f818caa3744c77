import type { Part } from '@shared/model/part.ts';
import { describe, expect, it } from 'vitest';
import type { StoredMessage } from '../machine/types.ts';
import { buildPrompt, markCacheBreakpoints } from './prompt.ts';
import { history as rowsOf, say } from './test-rows.ts';

function history(...rows: readonly (readonly [StoredMessage['role'], ...Part[]])[]): StoredMessage[] {
  return rowsOf(...rows.map(([role, ...content]) => ({ role, content })));
}
const call = (id: string): Part => ({
  type: 'tool-call',
  tool_call_id: id,
  tool_name: 'execute',
  args: { a: 1 },
});
const result = (id: string, value: unknown = 'ok', is_error = false): Part => ({
  type: 'tool-result',
  tool_call_id: id,
  tool_name: 'execute',
  result: value,
  is_error,
});

describe('buildPrompt', () => {
  it('answers each call directly after its message, in call order, with the same sanitized id on both sides', () => {
    const prompt = buildPrompt(
      history(
        ['user', say('go')],
        ['assistant', call('a/1'), call('b')],
        ['tool', result('b')],
        ['tool', result('a/1')],
      ),
      [],
    );
    const [, assistant, tool] = prompt;
    const ids =
      assistant?.role === 'assistant'
        ? assistant.content.map((p) => (p.type === 'tool-call' ? p.id : ''))
        : [];
    expect(ids).toHaveLength(2);
    for (const id of ids) expect(id).toMatch(/^[a-zA-Z0-9_-]+$/);
    expect(tool?.role === 'tool' && tool.results.map((r) => r.id)).toEqual(ids);
  });

  it('keeps repeated provider ids of two steps apart', () => {
    const prompt = buildPrompt(
      history(
        ['assistant', call('call_0')],
        ['tool', result('call_0', 'first')],
        ['assistant', call('call_0')],
        ['tool', result('call_0', 'second')],
      ),
      [],
    );
    const results = prompt.flatMap((m) => (m.role === 'tool' ? m.results : []));
    expect(new Set(results.map((r) => r.id)).size).toBe(2);
    expect(results.map((r) => r.output)).toEqual(['{"output":"first"}', '{"output":"second"}']);
  });

  it('invents an error result for a call that never got one, before the next user message', () => {
    const prompt = buildPrompt(history(['assistant', call('x')], ['user', say('and?')]), []);
    expect(prompt.map((m) => m.role)).toEqual(['assistant', 'tool', 'user']);
    const tool = prompt[1];
    expect(tool?.role === 'tool' && tool.results[0]?.isError).toBe(true);
  });

  it('invents a call for a result without one', () => {
    const prompt = buildPrompt(history(['user', say('hi')], ['tool', result('lost')]), []);
    expect(prompt.map((m) => m.role)).toEqual(['user', 'assistant', 'tool']);
  });

  it('#204 puts extra system texts after the leading system rows', () => {
    const prompt = buildPrompt(history(['system', say('base')], ['user', say('hi')]), ['block']);
    expect(prompt.map((m) => (m.role === 'system' ? m.text : m.role))).toEqual(['base', 'block', 'user']);
  });

  it('drops empty messages, blank words and messages that are only reasoning', () => {
    const prompt = buildPrompt(
      history(
        ['user', say('hi')],
        ['assistant', { type: 'reasoning', text: 'hm' }],
        ['assistant', say(' \n')],
        ['user', say('  ')],
      ),
      [],
    );
    expect(prompt.map((m) => m.role)).toEqual(['user']);
  });

  it('adds a word of the person when there would be system messages only', () => {
    const prompt = buildPrompt(history(['system', say('You are an agent.')]), ['block']);
    expect(prompt.map((m) => m.role)).toEqual(['system', 'system', 'user']);
  });

  it.each([
    ['a list', [1]],
    ['a text', 'rm'],
    ['nothing', null],
  ])('gives a call an object where its input is %s', (_title, args) => {
    const part: Part = { type: 'tool-call', tool_call_id: 'c', tool_name: 'execute', args };
    const [assistant] = buildPrompt(history(['assistant', part]), []);
    expect(assistant).toMatchObject({ content: [{ type: 'tool-call', args: {} }] });
  });

  it('#50 makes no message of a result that the provider made: it belongs to its own answer', () => {
    const own = { provider_executed: true };
    const rows = history(
      ['user', say('search')],
      [
        'assistant',
        { ...call('search'), ...own } as Part,
        { ...result('search', 'found'), ...own } as Part,
        say('It says so.'),
        call('x'),
      ],
      ['tool', result('x')],
    );
    const prompt = buildPrompt(rows, []);
    expect(prompt.map((m) => m.role)).toEqual(['user', 'assistant', 'tool']);
    const [, assistant, tool] = prompt;
    expect(assistant?.role === 'assistant' && assistant.content.map((p) => p.type)).toEqual([
      'text',
      'tool-call',
    ]);
    expect(tool?.role === 'tool' && tool.results).toHaveLength(1);
  });

  it('wraps plain text and errors, and leaves objects, media too, as they are', () => {
    const media = { data: 'AAAA', mime_type: 'image/png', text: 'a picture' };
    const prompt = buildPrompt(
      history(
        ['assistant', call('a'), call('b'), call('c'), call('d')],
        ['tool', result('a', 'plain')],
        ['tool', result('b', 'broken', true)],
        ['tool', result('c', media)],
        ['tool', result('d', null)],
      ),
      [],
    );
    const outputs = prompt.flatMap((m) => (m.role === 'tool' ? m.results.map((r) => r.output) : []));
    expect(outputs).toEqual(['{"output":"plain"}', '{"error":"broken"}', JSON.stringify(media), 'null']);
  });

  it('shows pictures, says which files are not there or too large, and drops files of the model', () => {
    const file = (more: object): Part => ({ type: 'file', media_type: 'image/png', ...more });
    const large = 'A'.repeat(7 * 1024 * 1024);
    const prompt = buildPrompt(
      history(
        [
          'user',
          file({ data: 'AAAA' }),
          file({ name: 'gone.png' }),
          file({ name: 'big.png', data: large }),
        ],
        ['assistant', say('I see'), file({ data: 'AAAA' })],
      ),
      [],
    );
    const [user, assistant] = prompt;
    expect(user?.role === 'user' && user.content.map((p) => p.type)).toEqual(['image', 'text', 'text']);
    expect(JSON.stringify(user)).toMatch(/gone\.png is not available.*big\.png is too large/);
    expect(assistant).toMatchObject({ content: [{ type: 'text', text: 'I see' }] });
  });

  it('writes out the lines that the person refers to', () => {
    const reference = { type: 'file-reference', file_name: 'src/a.ts', content: 'const a = 1;' } as const;
    const [user] = buildPrompt(
      history([
        'user',
        { ...reference, start_line: 3, end_line: 4 },
        { ...reference, start_line: 7, end_line: 7 },
      ]),
      [],
    );
    expect(user).toMatchObject({
      content: [
        { type: 'text', text: 'src/a.ts, lines 3-4:\nconst a = 1;' },
        { type: 'text', text: 'src/a.ts, line 7:\nconst a = 1;' },
      ],
    });
  });
});

describe('markCacheBreakpoints', () => {
  it('marks the last leading system message and the last two messages, and clears all others', () => {
    const prompt = markCacheBreakpoints([
      { role: 'system', text: 'a', cache: true },
      { role: 'system', text: 'b' },
      { role: 'user', content: [], cache: true },
      { role: 'assistant', content: [] },
      { role: 'user', content: [] },
    ]);
    expect(prompt.map((m) => m.cache === true)).toEqual([false, true, false, true, true]);
  });
});
