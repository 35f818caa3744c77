import type { ChatView } from '@shared/model/reducer.ts';
import { afterEach, describe, expect, it } from 'vitest';
import {
  calls,
  countingTool,
  openTestChatd,
  type Script,
  says,
  type TestChatd,
  type WorkerOptions,
} from '../test-chatd.ts';

let chatd: TestChatd;
afterEach(() => chatd.close());

/** What stands around a step: ownership, the loops that look after chats, titles. */
const ASIDE = ['listCandidates', 'acquire', 'cancelOverdueActions', 'listViolations', 'setModelTitle'];
const idle = (view: ChatView) => view.status === 'waiting';

/** One tool call an answer, then the end. */
function toolLoop(steps: number): Script {
  let asked = 0;
  return async function* () {
    asked += 1;
    yield* asked <= steps ? calls(['count', { what: `${asked}` }]) : says('done');
  };
}

/** The names of the operations that the worker asks for. */
function listening(): { readonly asked: string[]; readonly deps: NonNullable<WorkerOptions['deps']> } {
  const asked: string[] = [];
  const store: TestChatd['store'] = {
    ...chatd.store,
    call(name, args) {
      if (!ASIDE.includes(name)) asked.push(name);
      return chatd.store.call(name, args);
    },
  };
  return { asked, deps: { store } };
}

const STEP = ['loadStep', 'loadPrompt', 'recordAttempt', 'commitStep'];
const TOOLS = ['loadStep', 'dispatchCalls', 'settleCall', 'commitResults'];

describe('round trips to the database', () => {
  it('a step of a tool loop costs eight, and nothing is read twice', async () => {
    const { tool } = countingTool('count', 'read');
    chatd = await openTestChatd({ tools: [tool] });
    const chatId = await chatd.create('go');
    const watching = chatd.watch(chatId);
    const { asked, deps } = listening();
    chatd.startWorker(toolLoop(2), { deps });
    await watching.until(idle);
    const end = [...STEP, 'loadStep', 'finishTurn'];
    expect(asked.slice(0, 22)).toEqual([...STEP, ...TOOLS, ...STEP, ...TOOLS, ...end]);
    await watching.stop();
  });

  it('who died before the results were rows leaves them to the next worker', async () => {
    const { tool, ran } = countingTool('count', 'effect');
    chatd = await openTestChatd({ tools: [tool] });
    const chatId = await chatd.create('go');
    const watching = chatd.watch(chatId);
    const script = toolLoop(1);
    chatd.killAt('commitResults', 'before');
    const reached = new Promise<void>((resolve) => chatd.before('commitResults', async () => resolve()));
    const worker = chatd.startWorker(script);
    await reached;
    await worker.close();
    const { asked, deps } = listening();
    chatd.startWorker(script, { deps });
    await watching.until(idle);
    expect(asked.slice(0, 2)).toEqual(['loadStep', 'commitResults']);
    expect(ran).toEqual(['1']);
    await watching.stop();
  });
});
