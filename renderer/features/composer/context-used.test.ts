import { asId } from '@shared/model/ids.ts';
import type { Message, Role, Usage } from '@shared/model/message.ts';
import type { Part } from '@shared/model/part.ts';
import { expect, it } from 'vitest';
import { contextUsed } from './context-used.ts';

const usage = (total_tokens: number): Usage => ({
  input_tokens: null,
  output_tokens: null,
  total_tokens,
  reasoning_tokens: null,
  cache_creation_tokens: null,
  cache_read_tokens: null,
});

function row(role: Role, content: readonly Part[] = [], used: Usage | null = null): Message {
  return {
    id: asId(1),
    chat_id: asId('c'),
    role,
    content,
    created_at: '',
    model_config_id: null,
    usage: used,
    context_limit: null,
    runtime_ms: null,
    revision: 1,
    queued_message_id: null,
    visibility: 'both',
    interrupted: false,
  };
}

const cut = (tool_name: string, result: unknown) =>
  row('tool', [{ type: 'tool-result', tool_call_id: 't', tool_name, result }]);

it('the last answer says how full the window is', () => {
  const rows = [
    row('user'),
    row('assistant', [], usage(100)),
    row('user'),
    row('assistant', [], usage(300)),
  ];
  expect(contextUsed(rows)).toEqual({ tokens: 300, answer: rows[3] });
  expect(contextUsed([...rows, row('user'), row('assistant')]).tokens).toBe(300);
  expect(contextUsed([])).toEqual({ tokens: 0, answer: null });
});

it('a cut takes its place until the next answer', () => {
  const before = [row('user'), row('assistant', [], usage(300))];
  const summarized = [...before, cut('chat_summarized', { tokens_after: 40 })];
  expect(contextUsed(summarized)).toEqual({ tokens: 40, answer: null });
  expect(contextUsed([...before, cut('chat_cleared', {})]).tokens).toBe(0);
  expect(contextUsed([...summarized, row('user'), row('assistant', [], usage(70))]).tokens).toBe(70);
});
