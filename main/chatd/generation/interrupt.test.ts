import { SUMMARY_TOOL } from '@shared/model/compaction.ts';
import type { Role } from '@shared/model/message.ts';
import type { LivePart } from '@shared/model/part.ts';
import { describe, expect, it } from 'vitest';
import { partialMessages } from './interrupt.ts';

function frames(...parts: readonly (readonly [Role, LivePart])[]) {
  return parts.map(([role, part], i) => ({
    history_version: 1,
    generation_attempt: 1,
    seq: i + 1,
    role,
    part,
  }));
}

describe('partialMessages', () => {
  it('leaves nothing when nothing was said, or when only tools ran', () => {
    expect(partialMessages([])).toEqual([]);
    expect(
      partialMessages(
        frames(['tool', { type: 'tool-result', tool_call_id: 'a', tool_name: 'x', result: 'done' }]),
      ),
    ).toEqual([]);
  });

  it('leaves nothing of a summary', () => {
    const part = { tool_call_id: 's', tool_name: SUMMARY_TOOL };
    expect(
      partialMessages(
        frames(
          ['assistant', { type: 'tool-call', ...part, args: {} }],
          ['tool', { type: 'tool-result', ...part, result_delta: 'They ta' }],
        ),
      ),
    ).toEqual([]);
  });

  it('#46 keeps the words, and answers each begun call with an error', () => {
    const [assistant, tool] = partialMessages(
      frames(
        ['assistant', { type: 'text', text: 'I will ' }],
        ['assistant', { type: 'text', text: 'run it' }],
        ['assistant', { type: 'tool-call', tool_call_id: 'c', tool_name: 'execute', args_delta: '{"comm' }],
      ),
    );
    expect(assistant).toMatchObject({
      role: 'assistant',
      interrupted: true,
      content: [{ text: 'I will run it' }, { type: 'tool-call', tool_call_id: 'c', args: {} }],
    });
    expect(tool).toMatchObject({ role: 'tool', content: [{ tool_call_id: 'c', is_error: true }] });
  });
});
