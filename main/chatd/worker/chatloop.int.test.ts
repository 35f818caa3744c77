import type { ChatView } from '@shared/model/reducer.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { silentLog } from '../../base/log.ts';
import { createSlots } from '../../base/slots.ts';
import { ModelError, type ModelEvent, type ModelRequest } from '../../models/port.ts';
import { defineTool, toolResult } from '../../tools/define.ts';
import { PartBuffer } from '../stream/part-buffer.ts';
import { calls, countingTool, openTestChatd, type Script, says, type TestChatd } from '../test-chatd.ts';

let chatd: TestChatd;
afterEach(() => chatd.close());

async function* stream(events: readonly ModelEvent[]): AsyncGenerator<ModelEvent> {
  yield* events;
}

function scripted(...answers: readonly (readonly ModelEvent[])[]) {
  const asked: ModelRequest[] = [];
  const script: Script = (request) => {
    asked.push(request);
    return stream(answers[asked.length - 1] ?? says('nothing left to say'));
  };
  return { script, asked };
}

const idle = (view: ChatView) => view.status === 'waiting';
const failed = (view: ChatView) => view.error !== null;
const results = (view: ChatView) =>
  view.messages.flatMap((m) => m.content).filter((part) => part.type === 'tool-result');

const base = {
  description: 'For a test.',
  input: z.object({ what: z.string() }),
  describe: ({ what }: { what: string }) => ({ verb: 'Do', doing: 'Doing', subject: what }),
  access: () => ({ kind: 'free' as const }),
};

/** Begins, says so, and ends only when it is stopped. */
function endlessTool(name: string) {
  let began = () => {};
  const begun = new Promise<void>((resolve) => {
    began = resolve;
  });
  const tool = defineTool({
    ...base,
    name,
    effect: 'effect',
    async run(_input, { signal }) {
      began();
      return new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason as Error)),
      );
    },
  });
  return { tool, begun };
}

describe('the model call', () => {
  it('#24 a model that cannot stream ends in an error: it is not asked in another way', async () => {
    chatd = await openTestChatd({});
    let asked = 0;
    const chatId = await chatd.create('hi');
    const watching = chatd.watch(chatId);
    chatd.startWorker(async function* () {
      asked += 1;
      yield* [];
      throw new ModelError('Streaming is not supported.', {
        kind: 'config',
        retryable: false,
        provider: 'Test',
      });
    });
    const view = await watching.until(failed);
    expect(view.error).toMatchObject({ kind: 'config', message: 'Streaming is not supported.' });
    expect(asked).toBe(1);
    await watching.stop();
  });

  it('#26 an error in the middle of a call runs nothing of it', async () => {
    const { tool, ran } = countingTool('count', 'effect');
    chatd = await openTestChatd({ tools: [tool] });
    const chatId = await chatd.create('hi');
    const watching = chatd.watch(chatId);
    chatd.startWorker(async function* () {
      yield { type: 'tool-start', block: 0, id: 'c', name: 'count' };
      yield { type: 'tool-args', block: 0, delta: '{"what":"ye' };
      throw new ModelError('It broke.', { kind: 'generic', retryable: false, provider: 'Test' });
    });
    const view = await watching.until(failed);
    expect(view.messages.map((m) => m.role)).toEqual(['user']);
    expect(ran).toEqual([]);
    await watching.stop();
  });

  it('#45 offers the tools that this chat has, and marks the cache where the server has one', async () => {
    const { tool } = countingTool('count', 'effect');
    const rootOnly = defineTool({
      ...base,
      name: 'for_roots',
      effect: 'read',
      rootOnly: true,
      run: async () => toolResult({}),
    });
    chatd = await openTestChatd({ tools: [tool, rootOnly] });
    const asked: ModelRequest[] = [];
    const chatId = await chatd.create('hi');
    const watching = chatd.watch(chatId);
    const caching = (script: Script) => ({ provider: 'Test', promptCaching: true, stream: script });
    const model = caching((request) => {
      if (request.toolChoice !== 'none') asked.push(request);
      return stream(says('fine'));
    });
    const options = { provider_options: { anthropic: { effort: 'low' } } };
    chatd.startWorker(() => stream([]), { model: { model, options } });
    await watching.until(idle);
    expect(asked[0]?.tools.map((t) => t.name)).toEqual(expect.arrayContaining(['count', 'for_roots']));
    expect(asked[0]?.options).toEqual(options);
    expect(asked[0]?.messages.map((m) => m.cache === true)).toEqual([true]);
    await watching.stop();
  });

  it('#48 an answer that cannot be stored ends the turn in an error', async () => {
    chatd = await openTestChatd({});
    const chatId = await chatd.create('hi');
    const watching = chatd.watch(chatId);
    chatd.failNext('commitStep');
    chatd.startWorker(scripted(says('lost words')).script);
    const view = await watching.until(failed);
    expect(view.error).toMatchObject({ kind: 'generic', detail: 'a bug in commitStep' });
    expect(view.messages.map((m) => m.role)).toEqual(['user']);
    await watching.stop();
  });

  it('#63 a part that cannot be published gives back what the attempt held', async () => {
    class Torn extends PartBuffer {
      override create(...args: Parameters<PartBuffer['create']>) {
        const writer = super.create(...args);
        const add = () => {
          throw new Error('torn');
        };
        return { ...writer, add };
      }
    }
    chatd = await openTestChatd({});
    const slots = createSlots(1).of('one tree');
    const chatId = await chatd.create('hi');
    const watching = chatd.watch(chatId);
    const deps = { parts: new Torn(silentLog), modelSlots: () => [slots] };
    chatd.startWorker(scripted(says('words')).script, { deps });
    const view = await watching.until(failed);
    expect(view.error).toMatchObject({ kind: 'generic', detail: 'torn' });
    const release = await slots.take(new AbortController().signal);
    release();
    await watching.stop();
  });

  it('#55 #57 a failure is told in the name of the account that was asked', async () => {
    chatd = await openTestChatd({});
    const chatId = await chatd.create('hi');
    const watching = chatd.watch(chatId);
    chatd.startWorker(async function* () {
      yield { type: 'text', block: 0, delta: 'Hel' };
      const fields = { kind: 'auth' as const, retryable: false, provider: 'My gateway', statusCode: 401 };
      throw new ModelError('My gateway refused the key.', fields);
    });
    const view = await watching.until(failed);
    expect(view.error).toMatchObject({ kind: 'auth', provider: 'My gateway', status_code: 401 });
    await watching.stop();
  });

  it('tries again what had to be there before the call, and then says that it failed', async () => {
    chatd = await openTestChatd({});
    let asked = 0;
    const chatId = await chatd.create('hi');
    const watching = chatd.watch(chatId);
    const resolveModel = async () => {
      asked += 1;
      throw new Error('the key store is busy');
    };
    chatd.startWorker(scripted().script, { deps: { resolveModel } });
    const view = await watching.until(failed);
    expect(view.error?.detail).toBe('the key store is busy');
    // Three for the answer; the title asks once by itself.
    expect(asked).toBe(4);
    await watching.stop();
  });

  it('#123 gives up after as many retries as the configuration allows, with the last error', async () => {
    chatd = await openTestChatd({});
    let asked = 0;
    const chatId = await chatd.create('hi');
    const watching = chatd.watch(chatId);
    const script: Script = async function* () {
      asked += 1;
      yield* [];
      const fields = { kind: 'overloaded' as const, retryable: true, provider: 'Test', statusCode: 529 };
      throw new ModelError(`Overloaded ${asked}.`, fields);
    };
    chatd.startWorker(script, { model: { maxRetries: 1 } });
    const view = await watching.until(failed);
    expect(view.error).toMatchObject({ kind: 'overloaded', message: 'Overloaded 2.', status_code: 529 });
    expect([asked, view.retry]).toEqual([2, null]);
    await watching.stop();
  });
});

describe('the tools of a step', () => {
  it('#64 a tool that must be called alone stops the whole batch', async () => {
    const { tool, ran } = countingTool('count', 'effect');
    const asked: string[] = [];
    const alone = defineTool({
      ...base,
      name: 'advise',
      effect: 'read',
      exclusive: true,
      async run({ what }) {
        asked.push(what);
        return toolResult({ advice: what });
      },
    });
    chatd = await openTestChatd({ tools: [tool, alone] });
    const batch = calls(['count', { what: 'a' }], ['advise', { what: 'b' }]);
    const model = scripted(batch, calls(['advise', { what: 'c' }]), says('done'));
    const chatId = await chatd.create('go');
    const watching = chatd.watch(chatId);
    chatd.startWorker(model.script);
    const view = await watching.until(idle);
    expect(results(view).map((r) => r.is_error ?? false)).toEqual([true, true, false]);
    expect(JSON.stringify(results(view)[0])).toContain('advise must be called alone');
    expect([ran, asked]).toEqual([[], ['c']]);
    await watching.stop();
  });

  it('#67 a tool that throws gives an error result, and the turn goes on', async () => {
    const broken = defineTool({
      ...base,
      name: 'break',
      effect: 'effect',
      run: () => Promise.reject(new TypeError('it is undefined')),
    });
    chatd = await openTestChatd({ tools: [broken] });
    const model = scripted(calls(['break', { what: 'x' }]), says('sorry'));
    const chatId = await chatd.create('go');
    const watching = chatd.watch(chatId);
    chatd.startWorker(model.script);
    const view = await watching.until(idle);
    expect(results(view)[0]).toMatchObject({ is_error: true });
    expect(JSON.stringify(results(view)[0])).toContain('it is undefined');
    expect(model.asked).toHaveLength(2);
    await watching.stop();
  });

  it('#49 a shutdown while a tool runs is no interruption: the chat stays running, the call open', async () => {
    const { tool, begun } = endlessTool('wait');
    chatd = await openTestChatd({ tools: [tool] });
    const chatId = await chatd.create('go');
    const worker = chatd.startWorker(scripted(calls(['wait', { what: 'x' }])).script);
    await begun;
    await worker.close();
    const step = await chatd.store.call('loadStep', { chatId });
    expect(step?.facts).toMatchObject({ status: 'running', runnerId: null });
    expect(step?.calls.map((call) => call.state)).toEqual(['dispatched']);
    expect(step?.tail.map((m) => [m.role, m.interrupted])).toEqual([['assistant', false]]);
  });

  it('#51 a stop while a tool runs stores the step with a result of ours', async () => {
    const { tool, begun } = endlessTool('wait');
    chatd = await openTestChatd({ tools: [tool] });
    const chatId = await chatd.create('go');
    const watching = chatd.watch(chatId);
    chatd.startWorker(scripted(calls(['wait', { what: 'x' }])).script);
    await begun;
    await chatd.store.call('interrupt', { chatId, ownerId: chatd.ownerId });
    const view = await watching.until((v) => idle(v) && v.messages.length === 3);
    expect(view.messages.map((m) => m.role)).toEqual(['user', 'assistant', 'tool']);
    expect(results(view)[0]).toMatchObject({ is_error: true, tool_call_id: 'call_0' });
    await watching.stop();
  });
});

describe('a loop', () => {
  const same = calls(['count', { what: 'x' }]);

  async function untilAsked(tools: Parameters<typeof openTestChatd>[0], answers: readonly ModelEvent[][]) {
    chatd = await openTestChatd(tools);
    const model = scripted(...answers);
    const chatId = await chatd.create('go');
    const watching = chatd.watch(chatId);
    chatd.startWorker(model.script);
    const view = await watching.until((v) => v.status === 'requires_action' && v.actions.length === 1);
    const action = view.actions[0];
    if (!action) throw new Error('nothing is asked');
    const answer = (decision: 'continue' | 'stop') =>
      chatd.store.call('answerAction', {
        chatId,
        ownerId: chatd.ownerId,
        actionId: action.id,
        answer: { decision },
      });
    return { chatId, watching, model, action, answer };
  }

  it('asks instead of calling the model a fourth time; after "continue" it counts anew', async () => {
    const { tool, ran } = countingTool('count', 'read');
    const { watching, model, action, answer } = await untilAsked({ tools: [tool] }, [
      same,
      same,
      same,
      same,
      same,
      says('enough'),
    ]);
    expect(action).toMatchObject({ kind: 'loop', tool: 'count', subject: 'x', times: 3 });
    expect(model.asked).toHaveLength(3);
    expect((await answer('continue')).ok).toBe(true);
    const view = await watching.until(idle);
    expect(view.messages.at(-1)?.content).toEqual([{ type: 'text', text: 'enough' }]);
    expect(ran).toHaveLength(5);
    await watching.stop();
  });

  it('ends the turn when the person says stop', async () => {
    const { tool } = countingTool('count', 'read');
    const { watching, model, answer } = await untilAsked({ tools: [tool] }, [same, same, same]);
    expect((await answer('stop')).ok).toBe(true);
    await watching.until((v) => idle(v) && v.actions.length === 0);
    expect(model.asked).toHaveLength(3);
    await watching.stop();
  });
});
