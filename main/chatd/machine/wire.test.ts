import { asId, type ChatId, type MessageId } from '@shared/model/ids.ts';
import type { Part } from '@shared/model/part.ts';
import { describe, expect, test } from 'vitest';
import { execState } from './exec-state.ts';
import { outstandingCalls } from './messages.ts';
import type { StoredMessage } from './types.ts';
import { toWire } from './wire.ts';

function message(content: readonly Part[]): StoredMessage {
  return {
    id: asId<MessageId>(1),
    chat_id: asId<ChatId>('c'),
    role: 'tool',
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
  };
}

const result = (value: unknown): Part => ({
  type: 'tool-result',
  tool_call_id: 'c',
  tool_name: 'execute',
  result: value,
});

describe('what travels to a window', () => {
  test('nothing of the provider’s own', () => {
    const part: Part = { type: 'reasoning', text: 'hm', provider_metadata: { signature: 's' } };
    const wire = toWire(message([part]));
    expect(wire.content).toEqual([{ type: 'reasoning', text: 'hm' }]);
    expect(wire).not.toHaveProperty('compressed');
  });

  test('a result up to the limit as it is', () => {
    const part = result({ output: 'x'.repeat(16_000), exit_code: 0 });
    expect(toWire(message([part])).content).toEqual([part]);
  });

  test('a longer one as its head, with its short fields, and whole when asked', () => {
    const part = result({ output: 'x'.repeat(100_000), exit_code: 3 });
    const [cut] = toWire(message([part])).content;
    expect(cut).toMatchObject({
      more: true,
      result: { exit_code: 3, output: expect.stringMatching(/^x+$/) },
    });
    expect(JSON.stringify(cut).length).toBeLessThan(17_000);
    expect(toWire(message([part]), true).content).toEqual([part]);
  });

  test('of a command’s output the end, where it says how it went', () => {
    const part = result({ output: `${'x'.repeat(100_000)}\nthe end`, exit_code: 0 });
    const [cut] = toWire(message([part])).content;
    expect(cut).toMatchObject({ more: true, result: { output: expect.stringMatching(/^x+\nthe end$/) } });
  });

  test('no half of a pair at the cut', () => {
    const [cut] = toWire(message([result(`a${'\u{1f600}'.repeat(20_000)}`)])).content;
    expect(cut?.type === 'tool-result' && /[\ud800-\udbff]$/.test(String(cut.result))).toBe(false);
  });
});

describe('execution state', () => {
  test.each([
    ['waiting', false, 0, 'W'],
    ['waiting', false, 1, 'Invalid'],
    ['error', true, 2, 'XE1'],
    ['running', true, 0, 'Invalid'],
    ['requires_action', false, 3, 'A1'],
  ] as const)('%s, archived %s, %i queued is %s', (status, archived, queued, state) => {
    expect(execState({ status, archived, queued })).toBe(state);
  });
});

test('#175 outstanding are calls without any result that are not the provider’s', () => {
  const call = (id: string, more = {}): Part => ({
    type: 'tool-call',
    tool_call_id: id,
    tool_name: 't',
    args: {},
    ...more,
  });
  const own: Part = { type: 'tool-result', tool_call_id: 'inside', tool_name: 't', result: 1 };
  const tail = [
    { content: [call('a'), call('web', { provider_executed: true }), call('inside'), own] },
    { content: [result(1)] },
  ];
  expect(outstandingCalls(tail).map((part) => part.tool_call_id)).toEqual(['a']);
});
