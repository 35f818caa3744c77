import { describe, expect, it } from 'vitest';
import { conversation, titleOf } from './content.ts';
import { createDice } from './dice.ts';

describe('made-up chats', () => {
  it('the same seed makes the same rows, another one others', () => {
    const rows = conversation(createDice(7), 60);
    expect(conversation(createDice(7), 60)).toEqual(rows);
    expect(conversation(createDice(8), 60)).not.toEqual(rows);
    expect(titleOf(createDice(7))).toBe(titleOf(createDice(7)));
  });

  it('has exactly as many rows as asked for, begins with a question, and answers every call in the next row', () => {
    for (let wanted = 1; wanted <= 40; wanted += 1) {
      const rows = conversation(createDice(wanted), wanted);
      expect(rows).toHaveLength(wanted);
      expect(rows[0]?.role).toBe('user');
      const idsOf = (at: number, type: 'tool-call' | 'tool-result') =>
        (rows[at]?.content ?? []).flatMap((part) => (part.type === type ? [part.tool_call_id] : []));
      for (const at of rows.keys()) expect(idsOf(at + 1, 'tool-result')).toEqual(idsOf(at, 'tool-call'));
    }
  });

  it('holds all that a timeline shows', () => {
    const rows = conversation(createDice(1), 400);
    const text = JSON.stringify(rows);
    for (const what of ['reasoning', 'read_file', 'edit_files', 'execute', '```ts', 'exit_code":1', '🤔'])
      expect(text).toContain(what);
  });
});
