import type { Part } from '@shared/model/part.ts';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { silentLog } from '../../base/log.ts';
import { defineTool, toolResult } from '../../tools/define.ts';
import { DrivenClock } from '../../tools/testing/driven-clock.ts';
import { judgeCalls } from './judge-calls.ts';
import type { StepChat } from './ports.ts';
import { createToolbox } from './toolbox.ts';

function tool(name: string, more: { exclusive?: true } = {}) {
  return defineTool({
    name,
    description: '',
    effect: 'effect',
    ...more,
    input: z.object({}),
    describe: () => ({ verb: 'Do', doing: 'Doing', subject: name }),
    access: () => ({ kind: 'free' }),
    run: async () => toolResult({}),
  });
}

const toolbox = createToolbox({
  tools: [tool('count'), tool('advise', { exclusive: true })],
  connectionFor: () => Promise.reject(new Error('not asked')),
  modeOf: () => 'auto',
  onEffect() {},
  trust: { isTrusted: () => true, trusts: async () => true },
  rules: { loadFor: () => Promise.resolve([]), used() {} },
  mask: (text) => text,
  clock: new DrivenClock(),
  log: silentLog,
});
const own = (name: string) => ({ name, description: `Own ${name}.`, parameters: { type: 'object' } });
const chat = {
  parentChatId: null,
  dynamicTools: [own('open_tab'), own('count')],
} as unknown as StepChat;

const call = (tool_name: string, more: object = {}): Part => ({
  type: 'tool-call',
  tool_call_id: `id_${tool_name}`,
  tool_name,
  args: {},
  ...more,
});
const judge = (...content: Part[]) => judgeCalls(toolbox, chat, content, new AbortController().signal);

describe('the calls of an answer', () => {
  it('#50 leaves out what the provider runs, and numbers the others in call order', async () => {
    const rows = await judge(call('search', { provider_executed: true }), call('count'), call('count'));
    expect(rows.map((row) => [row.index, row.tool, row.state])).toEqual([
      [0, 'count', 'cleared'],
      [1, 'count', 'cleared'],
    ]);
  });

  it('offers the tools of the client behind its own; a call of one waits, with nothing to approve', async () => {
    expect(toolbox.specs(chat).map((spec) => spec.description)).toEqual(['', '', 'Own open_tab.']);
    const [clients, broken] = await judge(call('open_tab'), call('open_tab', { invalid_args: '{' }));
    expect(clients).toMatchObject({ state: 'gated', approval: null, effect: 'effect' });
    expect(broken).toMatchObject({ state: 'done', result: { isError: true } });
  });

  it('#64 runs nothing of a batch with a tool that must be called alone, not even what the client would run', async () => {
    const rows = await judge(call('count'), call('advise'), call('open_tab'));
    expect(rows.map((row) => [row.state, row.result?.isError])).toEqual([
      ['done', true],
      ['done', true],
      ['done', true],
    ]);
    expect((await judge(call('advise'))).map((row) => row.state)).toEqual(['cleared']);
  });
});
