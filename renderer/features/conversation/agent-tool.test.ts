import type { ToolCallState } from '@shared/model/chat.ts';
import { describe, expect, it } from 'vitest';
import { agentToolView, isAgentTool } from './agent-tool.ts';
import type { ToolFacts } from './tool-view.ts';

const running = { state: 'dispatched' } as ToolCallState;

function facts(tool: string, args: unknown, change: Partial<ToolFacts> = {}): ToolFacts {
  return { tool, args, result: null, log: '', ledger: null, writing: false, busy: true, ...change };
}

function done(tool: string, args: unknown, result: unknown, isError = false): ToolFacts {
  const part = { type: 'tool-result', tool_call_id: 't', tool_name: tool, result, duration_ms: 5 } as const;
  return facts(tool, args, { result: isError ? { ...part, is_error: true } : part });
}

describe('a call to an agent', () => {
  it('knows the agent from the result, and before that from the arguments', () => {
    const prompt = 'Look at the tests.\nAll of them.';
    const spawn = agentToolView(facts('spawn_agent', { prompt }, { ledger: running }));
    expect(spawn).toMatchObject({
      verb: 'Starting',
      chatId: null,
      title: 'Look at the tests.',
      begins: true,
    });
    const born = agentToolView(
      done('spawn_agent', { prompt }, { chat_id: 'c1', title: 'Tests', status: 'running' }),
    );
    expect(born).toMatchObject({ verb: 'Started', chatId: 'c1', title: 'Tests', detail: prompt });
  });

  it('opens to what was said to it, or by it', () => {
    const wait = { chat_id: 'c1', title: 'Tests', report: 'All **green**.', status: 'waiting' };
    expect(agentToolView(done('wait_agent', { chat_id: 'c1' }, wait))).toMatchObject({
      verb: 'Waited for',
      chatId: 'c1',
      detail: 'All **green**.',
      begins: false,
    });
    const message = { chat_id: 'c1', message: 'Also the docs' };
    expect(agentToolView(facts('message_agent', message, { ledger: running }))).toMatchObject({
      verb: 'Writing to',
      detail: 'Also the docs',
    });
    expect(agentToolView(done('close_agent', { chat_id: 'c1' }, { terminated: true })).verb).toBe('Closed');
  });

  it('says why it failed', () => {
    const failed = done('wait_agent', { chat_id: 'c1' }, { error: 'It is still at work.' }, true);
    expect(agentToolView(failed)).toMatchObject({
      phase: 'failed',
      verb: 'Wait for',
      detail: 'It is still at work.',
    });
  });

  it('is told from other tools by its name', () => {
    expect(['spawn_agent', 'interrupt_agent', 'list_agents', 'constructor'].map(isAgentTool)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
