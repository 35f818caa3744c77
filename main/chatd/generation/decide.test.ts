import { asId, type MessageId } from '@shared/model/ids.ts';
import { describe, expect, it } from 'vitest';
import type { RecentCall } from '../machine/types.ts';
import { type DecideView, decide, type Rules } from './decide.ts';
import { decideView, history, ledger, QUESTION } from './test-rows.ts';

const rules: Rules = {
  maxSteps: 10,
  polls: (tool) => tool === 'process_output',
  waits: (tool) => tool === 'wait_agent',
  endsTurn: (tool) => tool === 'propose_plan',
};
const of = (view: Partial<DecideView>, own: Partial<Rules> = {}) =>
  decide(decideView(view), { ...rules, ...own });
const user = { role: 'user' } as const;
const assistant = { role: 'assistant' } as const;
const tool = { role: 'tool' } as const;
const asked = history(user, assistant);
const answered = history(assistant, tool);
const boundary = (answers: number) => ({ messageId: asId<MessageId>(9), answers, cleared: false });

describe('decide', () => {
  it('asks the model after a user message, a tool result, or with nothing but system rows', () => {
    expect(of({ tail: history({ role: 'system' }, user) }).kind).toBe('generate');
    expect(of({ tail: answered, stepsInTurn: 1 }).kind).toBe('generate');
    expect(of({ tail: history({ role: 'system' }) }).kind).toBe('generate');
  });

  it('finishes when the last answer asks for nothing, and at the step limit; below 1 nothing can be done', () => {
    expect(of({ tail: asked, stepsInTurn: 1 }).kind).toBe('finish');
    expect(of({ tail: answered, stepsInTurn: 10 }).kind).toBe('finish');
    expect(of({ tail: answered, stepsInTurn: 9 }).kind).toBe('generate');
    expect(of({ tail: history(user) }, { maxSteps: 0 })).toMatchObject({
      kind: 'fail',
      fault: { kind: 'config', retryable: false },
    });
  });

  it('runs what is cleared, and repeats what was dispatched before a crash', () => {
    const calls = [ledger('cleared'), ledger('done', { index: 1 })];
    expect(of({ tail: asked, calls })).toEqual({ kind: 'run-tools', calls: [calls[0]] });
    expect(of({ tail: asked, calls: [ledger('dispatched')] }).kind).toBe('run-tools');
  });

  it('lets no effect overtake an earlier gated call, but lets reads pass', () => {
    const calls = [
      ledger('cleared'),
      ledger('gated', { index: 1 }),
      ledger('cleared', { index: 2 }),
      ledger('cleared', { index: 3, effect: 'read' }),
    ];
    expect(of({ tail: asked, calls })).toEqual({ kind: 'run-tools', calls: [calls[0], calls[3]] });
  });

  it('asks the person when only gated calls, or effects behind them, are left', () => {
    const calls = [ledger('done'), ledger('gated', { index: 1 }), ledger('cleared', { index: 2 })];
    expect(of({ tail: asked, calls })).toEqual({ kind: 'ask', deadlineMs: null });
  });

  it('asks the person before it waits for a sub-agent', () => {
    const wait = ledger('cleared', { index: 1, tool: 'wait_agent', effect: 'read' });
    expect(of({ tail: asked, calls: [ledger('gated'), wait] }).kind).toBe('ask');
    expect(of({ tail: asked, calls: [ledger('denied'), wait] })).toEqual({
      kind: 'run-tools',
      calls: [wait],
    });
  });

  it('runs its own tools before it waits for the client, and gives the client five minutes', () => {
    const clients = ledger('gated', { approval: null });
    const own = ledger('cleared', { index: 1 });
    expect(of({ tail: asked, calls: [clients, own] })).toEqual({ kind: 'run-tools', calls: [own] });
    const rest = [clients, ledger('done', { index: 1 })];
    expect(of({ tail: asked, calls: rest })).toEqual({ kind: 'ask', deadlineMs: 300_000 });
  });

  it('commits the results once every call has one, denied and unknown included', () => {
    const calls = [ledger('done'), ledger('denied', { index: 1 }), ledger('unknown', { index: 2 })];
    expect(of({ tail: asked, calls }).kind).toBe('commit-results');
  });

  it('does nothing while a question is open', () => {
    expect(of({ tail: history(user), actions: [QUESTION] }).kind).toBe('ask');
    expect(of({ tail: asked, calls: [ledger('cleared')], actions: [QUESTION] }).kind).toBe('ask');
  });

  it('ends the turn after a tool that shows the person something, unless it failed', () => {
    const plan = (isError: boolean) =>
      ledger('done', { tool: 'propose_plan', result: { result: {}, isError, durationMs: 1 } });
    expect(of({ tail: answered, calls: [plan(false)], stepsInTurn: 1 }).kind).toBe('finish');
    expect(of({ tail: answered, calls: [plan(true)], stepsInTurn: 1 }).kind).toBe('generate');
    expect(of({ tail: history(assistant, tool, user), calls: [plan(false)] }).kind).toBe('generate');
  });
});

describe('a summary that was asked for', () => {
  const chat = { compactionRequested: true };

  it('#90 comes before anything but open calls', () => {
    expect(of({ tail: asked, chat }).kind).toBe('compact');
    expect(of({ tail: answered, chat, stepsInTurn: 99 }).kind).toBe('compact');
    expect(of({ tail: asked, chat, calls: [ledger('cleared')] }).kind).toBe('run-tools');
  });

  it('is ignored when there is no answer that is not summarised yet', () => {
    expect(of({ tail: history(user), chat }).kind).toBe('generate');
    expect(of({ tail: asked, chat, boundary: boundary(0) }).kind).toBe('finish');
    expect(of({ tail: asked, chat, boundary: boundary(1) }).kind).toBe('compact');
  });

  it('leaves an idle chat idle: what it wrote is no part of the conversation', () => {
    const written = history(
      assistant,
      { role: 'system', compressed: true, visibility: 'model' },
      { role: 'tool', compressed: true },
      { role: 'user', visibility: 'model' },
    );
    expect(of({ tail: written, boundary: boundary(0) }).kind).toBe('finish');
    const midTurn = history(assistant, tool, ...written.slice(1));
    expect(of({ tail: midTurn, boundary: boundary(0), stepsInTurn: 1 }).kind).toBe('generate');
  });
});

describe('the loop guard', () => {
  const call = (messageId: number, more: Partial<RecentCall> = {}): RecentCall => ({
    messageId: asId<MessageId>(messageId),
    tool: 'execute',
    argsHash: 'a',
    resultHash: 'r',
    ...more,
  });
  const view = (...recentCalls: RecentCall[]) => ({ tail: answered, stepsInTurn: 3, recentCalls });

  it('asks when the same call gave the same result three times in a row', () => {
    expect(of(view(call(3), call(2), call(1)))).toEqual({
      kind: 'loop',
      tool: 'execute',
      messageId: 3,
    });
  });

  it.each([
    ['two are not enough', [call(2), call(1)]],
    ['another result', [call(3), call(2, { resultHash: 'x' }), call(1)]],
    ['another argument', [call(3), call(2), call(1, { argsHash: 'x' })]],
    ['another tool', [call(3, { tool: 'read_file' }), call(2), call(1)]],
    ['side by side in one answer', [call(3), call(3), call(3)]],
    ['a tool that is made to be asked again', [3, 2, 1].map((n) => call(n, { tool: 'process_output' }))],
  ])('lets the model go on: %s', (_title, recent) => {
    expect(of(view(...recent)).kind).toBe('generate');
  });
});
