import type { ChatId } from '@shared/model/ids.ts';
import type { ChatView } from '@shared/model/reducer.ts';
import { afterEach, describe, expect, it } from 'vitest';
import type { LanguageModel, ModelEvent } from '../../models/port.ts';
import {
  calls,
  countingTool,
  isSummaryCall,
  NO_USAGE,
  openTestChatd,
  type Script,
  says,
  type TestChatd,
} from '../test-chatd.ts';

let chatd: TestChatd;
afterEach(() => chatd.close());

/** A tenth of a cent for a token of output, nothing for input: an estimate is a quarter of the longest answer. */
const PRICE = { input: 0, output: 1_000, cacheRead: null, cacheWrite: null };
const MODEL = { price: PRICE, maxOutputTokens: 400 };
const ESTIMATE = 100_000;

const idle = (view: ChatView) => view.status === 'waiting';
const asks = (view: ChatView) => view.status === 'requires_action' && view.actions.length === 1;

function costing(output: number, events: readonly ModelEvent[]): ModelEvent[] {
  const usage = { ...NO_USAGE, input_tokens: 10, output_tokens: output };
  return events.map((event) => (event.type === 'finish' ? { ...event, usage } : event));
}

function inTurn(...answers: readonly (readonly ModelEvent[])[]): Script {
  let n = 0;
  return async function* () {
    yield* answers[n++] ?? says('nothing left to say');
  };
}

async function setCap(capMicros: number): Promise<void> {
  const value = { cap_micros: capMicros, period: 'month', allow_unpriced: false };
  await chatd.db.query(`insert into settings (key, value) values ('budget', $1)`, [JSON.stringify(value)]);
}

async function spent(): Promise<{ micros: number; open: number }> {
  const { rows } = await chatd.db.query<{ micros: number; open: number }>(
    `select coalesce(sum(coalesce(settled_micros, estimate_micros)), 0)::int as micros,
       count(*) filter (where settled_micros is null)::int as open from chat_budget_holds`,
  );
  return rows[0] ?? { micros: -1, open: -1 };
}

async function goOn(chatId: ChatId, view: ChatView): Promise<void> {
  const actionId = view.actions[0]?.id;
  if (!actionId) throw new Error('nothing is asked');
  const args = { chatId, ownerId: chatd.ownerId, actionId, answer: { decision: 'continue' as const } };
  const answered = await chatd.store.call('answerAction', args);
  if (!answered.ok) throw new Error(JSON.stringify(answered.error));
}

describe('budget', () => {
  it('writes what a call cost to its row, and settles what was reserved', async () => {
    chatd = await openTestChatd({});
    await setCap(10 * ESTIMATE);
    const chatId = await chatd.create('hi');
    const watching = chatd.watch(chatId);
    chatd.startWorker(inTurn(costing(7, says('Hello'))), { model: MODEL });
    await watching.until(idle);
    const { rows } = await chatd.db.query<{ cost: number | null }>(
      'select total_cost_micros as cost from chat_messages where chat_id = $1 order by id',
      [chatId],
    );
    expect(rows.map((row) => row.cost)).toEqual([null, 7_000]);
    expect((await spent()).micros).toBe(7_000);
    await watching.stop();
  });

  it('asks before the call that would go over the cap; "continue" lets that one pass', async () => {
    const { tool } = countingTool('count', 'read');
    chatd = await openTestChatd({ tools: [tool] });
    await setCap(ESTIMATE - 1);
    const chatId = await chatd.create('hi');
    const watching = chatd.watch(chatId);
    const script = inTurn(costing(60, calls(['count', { what: 'x' }])), costing(1, says('done')));
    chatd.startWorker(script, { model: MODEL });
    const first = await watching.until(asks);
    expect(first.actions[0]).toMatchObject({
      kind: 'budget',
      cap_micros: ESTIMATE - 1,
      spent_micros: 0,
      estimate_micros: ESTIMATE,
    });
    expect(first.messages).toHaveLength(1);
    expect(chatd.attention).toEqual([{ chatId, why: 'asks' }]);
    await goOn(chatId, first);
    const second = await watching.until((v) => asks(v) && v.messages.length === 3);
    expect(second.actions[0]).toMatchObject({ kind: 'budget', spent_micros: 60_000 });
    await goOn(chatId, second);
    await watching.until(idle);
    expect(await spent()).toEqual({ micros: 61_000, open: 0 });
    await watching.stop();
  });

  it('asks before a call whose price nobody knows', async () => {
    chatd = await openTestChatd({});
    await setCap(10 * ESTIMATE);
    const chatId = await chatd.create('hi');
    const watching = chatd.watch(chatId);
    chatd.startWorker(inTurn(says('Hello')), { model: { ...MODEL, price: null } });
    const view = await watching.until(asks);
    expect(view.actions[0]).toMatchObject({ kind: 'budget', estimate_micros: null });
    await watching.stop();
  });

  it('charges a call that was stopped for its prompt and for what had streamed', async () => {
    chatd = await openTestChatd({});
    const chatId = await chatd.create('hi');
    const watching = chatd.watch(chatId);
    const said = 'x'.repeat(35);
    const script: Script = async function* (_request, signal) {
      yield { type: 'text', block: 0, delta: said };
      await new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason as Error)),
      );
    };
    chatd.startWorker(script, { model: { ...MODEL, price: { ...PRICE, input: 1 } } });
    await watching.until((v) => JSON.stringify(v.live.parts).includes(said));
    await chatd.store.call('interrupt', { chatId, ownerId: chatd.ownerId });
    await watching.until(idle);
    const { micros, open } = await spent();
    expect(open).toBe(0);
    // Ten tokens at 1,000, and the prompt at one each.
    expect(micros).toBeGreaterThan(10_000);
    expect(micros).toBeLessThan(12_000);
    await watching.stop();
  });

  it('takes nothing for a call that failed', async () => {
    chatd = await openTestChatd({});
    const chatId = await chatd.create('hi');
    const watching = chatd.watch(chatId);
    chatd.startWorker(
      async function* () {
        yield { type: 'text', block: 0, delta: 'some' };
        throw new TypeError('a bug');
      },
      { model: MODEL },
    );
    await watching.until((v) => v.error !== null);
    expect(await spent()).toEqual({ micros: 0, open: 0 });
    await watching.stop();
  });

  it('counts a summary that came and was of no use', async () => {
    chatd = await openTestChatd({});
    const long = 'Much was said about it. '.repeat(400);
    const chatId = await chatd.create('hi');
    const watching = chatd.watch(chatId);
    const script = inTurn(costing(100, says(long)), costing(50, says(long, long)));
    chatd.startWorker(script, { model: MODEL });
    await watching.until(idle);
    const asked = await chatd.store.call('requestCompaction', { chatId, ownerId: chatd.ownerId });
    expect(asked.ok).toBe(true);
    await watching.until((v) => v.error !== null);
    expect(await spent()).toEqual({ micros: 150_000, open: 0 });
    await watching.stop();
  });

  it('counts summaries and titles, and asks before a summary, too', async () => {
    chatd = await openTestChatd({});
    // Room for the first call; with the title it cost 103,000.
    await setCap(150_000);
    const long = 'Much was said about it. '.repeat(400);
    const model: LanguageModel = {
      provider: 'Test',
      promptCaching: false,
      async *stream(request) {
        if (isSummaryCall(request)) yield* costing(5, says('They talked.'));
        else if (request.toolChoice === 'none') yield* costing(3, says('A title'));
        else yield* costing(100, says(long));
      },
    };
    const chatId = await chatd.create('hi');
    const watching = chatd.watch(chatId);
    chatd.startWorker(() => model.stream({} as never, new AbortController().signal), {
      model: { ...MODEL, model },
    });
    await watching.until((v) => idle(v) && v.chat.title === 'A title');
    expect((await spent()).micros).toBe(103_000);
    const asked = await chatd.store.call('requestCompaction', { chatId, ownerId: chatd.ownerId });
    expect(asked.ok).toBe(true);
    const view = await watching.until(asks);
    await goOn(chatId, view);
    const after = await watching.until((v) => idle(v) && v.messages.length === 4);
    expect(JSON.stringify(after.messages.at(-1)?.content)).toContain('They talked.');
    expect((await spent()).micros).toBe(108_000);
    await watching.stop();
  });
});
