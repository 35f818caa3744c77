import { asId, type ChatId, type MessageId, type ToolKey } from '@shared/model/ids.ts';
import { describe, expect, it } from 'vitest';
import type { LedgerRow, StoredMessage } from '../machine/types.ts';
import { decide } from './decide.ts';

let nextId = 1;
function row(role: StoredMessage['role'], content: StoredMessage['content'] = []): StoredMessage {
  return {
    id: asId<MessageId>(nextId++),
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
  };
}
function call(index: number, state: LedgerRow['state'], effect: LedgerRow['effect'] = 'effect'): LedgerRow {
  return {
    key: asId<ToolKey>(`k${index}`),
    message_id: asId<MessageId>(1),
    index,
    tool_call_id: `call_${index}`,
    tool: 'execute',
    state,
    process_id: null,
    approval: null,
    started_at: null,
    args_hash: '',
    effect,
    result: null,
    note: null,
  };
}
const asked = [row('user'), row('assistant')];
const keysOf = (d: ReturnType<typeof decide>) =>
  d.kind === 'run-tools' ? d.calls.map((c) => c.index) : d.kind;

describe('decide', () => {
  it('asks the model after a user message, a tool result, or with nothing but system rows', () => {
    expect(decide({ tail: [row('system'), row('user')], calls: [], stepsInTurn: 0 }).kind).toBe('generate');
    expect(decide({ tail: [...asked, row('tool')], calls: [], stepsInTurn: 1 }).kind).toBe('generate');
    expect(decide({ tail: [row('system')], calls: [], stepsInTurn: 0 }).kind).toBe('generate');
  });

  it('finishes when the last assistant message asks for nothing, and at the step limit', () => {
    expect(decide({ tail: asked, calls: [], stepsInTurn: 1 }).kind).toBe('finish');
    expect(decide({ tail: [...asked, row('tool')], calls: [], stepsInTurn: 3 }, 3).kind).toBe('finish');
  });

  it('runs what is cleared, and repeats what was dispatched before a crash', () => {
    expect(
      keysOf(decide({ tail: asked, calls: [call(0, 'cleared'), call(1, 'done')], stepsInTurn: 1 })),
    ).toEqual([0]);
    expect(keysOf(decide({ tail: asked, calls: [call(0, 'dispatched')], stepsInTurn: 1 }))).toEqual([0]);
  });

  it('lets no effect overtake an earlier gated call, but lets reads pass', () => {
    const calls = [call(0, 'cleared'), call(1, 'gated'), call(2, 'cleared'), call(3, 'cleared', 'read')];
    expect(keysOf(decide({ tail: asked, calls, stepsInTurn: 1 }))).toEqual([0, 3]);
  });

  it('asks the person when only gated calls, or effects behind them, are left', () => {
    const calls = [call(0, 'done'), call(1, 'gated'), call(2, 'cleared')];
    expect(decide({ tail: asked, calls, stepsInTurn: 1 }).kind).toBe('ask');
  });

  it('commits the results once every call has one, denied and unknown included', () => {
    const calls = [call(0, 'done'), call(1, 'denied'), call(2, 'unknown')];
    expect(decide({ tail: asked, calls, stepsInTurn: 1 }).kind).toBe('commit-results');
  });
});
