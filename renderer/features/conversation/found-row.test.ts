import { asId, type ChatId, type MessageId } from '@shared/model/ids.ts';
import type { Message } from '@shared/model/message.ts';
import type { Part } from '@shared/model/part.ts';
import { readQuery } from '@shared/search/query.ts';
import { describe, expect, it } from 'vitest';
import { foundRow, keysToOpen, marksBefore } from './found-row.ts';
import { NO_MARKS } from './marks.ts';
import { timelineRows } from './rows.ts';

function message(id: number, role: Message['role'], content: readonly Part[]): Message {
  return {
    id: id as MessageId,
    chat_id: asId<ChatId>('c'),
    role,
    content,
    created_at: '2026-01-01T00:00:00Z',
    model_config_id: null,
    usage: null,
    context_limit: null,
    runtime_ms: null,
    revision: 1,
    queued_message_id: null,
    visibility: 'both',
    interrupted: false,
  } as Message;
}
const text = (words: string): Part => ({ type: 'text', text: words });
const called = (id: string, tool: string): Part => ({
  type: 'tool-call',
  tool_call_id: id,
  tool_name: tool,
  args: {},
});
const answered = (id: string, tool: string): Part => ({
  type: 'tool-result',
  tool_call_id: id,
  tool_name: tool,
  result: {},
});

const MESSAGES = [
  message(1, 'user', [text('question')]),
  message(2, 'assistant', [
    { type: 'reasoning', text: 'hm', duration_ms: 1 },
    text('before'),
    called('a', 'execute'),
    called('b', 'execute'),
    text('after'),
  ]),
  message(3, 'tool', [answered('a', 'execute'), answered('b', 'execute')]),
  message(4, 'assistant', [called('c', 'read_file'), called('d', 'read_file')]),
  message(5, 'tool', [answered('c', 'read_file'), answered('d', 'read_file')]),
];
const ROWS = timelineRows(MESSAGES, [], NO_MARKS);
const keyAt = (messageId: number, part: number) => ROWS[foundRow(ROWS, MESSAGES, { messageId, part })]?.key;
const opened = (messageId: number, part: number) => {
  const row = ROWS[foundRow(ROWS, MESSAGES, { messageId, part })];
  return row && keysToOpen(row, 'c', { messageId, part });
};

describe('the row of a part that was found', () => {
  it('is what was said, thought, called, or answered', () => {
    expect(keyAt(1, 0)).toBe('m1');
    expect(keyAt(2, 0)).toBe('m2.0');
    expect(keyAt(2, 1)).toBe('m2.text2');
    expect(keyAt(2, 2)).toBe('m2.2');
    expect(keyAt(2, 4)).toBe('m2.text5');
    expect(keyAt(3, 0)).toBe('m2.2');
    expect(keyAt(3, 1)).toBe('m2.3');
    expect(keyAt(9, 0)).toBeUndefined();
  });

  it('is opened where it is folded', () => {
    expect(opened(1, 0)).toEqual([]);
    expect(opened(2, 0)).toEqual(['c.m2.0']);
    expect(opened(3, 1)).toEqual(['c.m2.3']);
    expect(opened(4, 1)).toEqual(['c.m4.0.explored', 'c.m4.1']);
  });
});

describe('the marks of a row', () => {
  it('are numbered through all parts that it shows', () => {
    const call = { tool_call_id: 'a', tool_name: 'execute' };
    const messages = [
      message(1, 'assistant', [
        text('two words, two'),
        text('words'),
        { type: 'tool-call', ...call, args: { command: 'echo words' } },
      ]),
      message(2, 'tool', [{ type: 'tool-result', ...call, result: { output: 'words' } }]),
    ];
    const rows = timelineRows(messages, [], NO_MARKS);
    const { terms } = readQuery('two words', new Date());
    const before = (messageId: number, part: number) => {
      const row = rows[foundRow(rows, messages, { messageId, part })];
      return row && marksBefore(row, messages, { messageId, part }, terms);
    };
    expect([before(1, 0), before(1, 1), before(1, 2), before(2, 0)]).toEqual([0, 3, 0, 1]);
  });
});
