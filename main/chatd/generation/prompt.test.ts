import { asId, type ChatId, type MessageId } from '@shared/model/ids.ts';
import type { Part } from '@shared/model/part.ts';
import { describe, expect, it } from 'vitest';
import type { StoredMessage } from '../machine/types.ts';
import { buildPrompt, markCacheBreakpoints } from './prompt.ts';

function history(...rows: readonly (readonly [StoredMessage['role'], ...Part[]])[]): StoredMessage[] {
  return rows.map(([role, ...content], i) => ({
    id: asId<MessageId>(i + 1),
    chat_id: asId<ChatId>('c'),
    role,
    content,
    created_at: '',
    model_config_id: null,
    usage: null,
    context_limit: null,
    runtime_ms: null,
    revision: 1,
    queued_message_id: null,
    visibility: 'both',
    interrupted: false,
    compressed: false,
  }));
}
const say = (text: string): Part => ({ type: 'text', text });
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

  it('drops empty messages and messages that are only reasoning', () => {
    const prompt = buildPrompt(
      history(['user', say('hi')], ['assistant', { type: 'reasoning', text: 'hm' }], ['user', say('  ')]),
      [],
    );
    expect(prompt.map((m) => m.role)).toEqual(['user']);
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
