import { type CompactionResult, SUMMARY_TOOL } from '@shared/model/compaction.ts';
import type { ChatId } from '@shared/model/ids.ts';
import type { ChatView } from '@shared/model/reducer.ts';
import type { StreamEvent } from '@shared/model/stream.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { ModelError, type ModelEvent, type ModelRequest } from '../../models/port.ts';
import {
  calls,
  countingTool,
  FINISH,
  isSummaryCall,
  NO_USAGE,
  openTestChatd,
  type Script,
  says,
  type TestChatd,
} from '../test-chatd.ts';

let chatd: TestChatd;
afterEach(() => chatd.close());

/** A window in which 7,000 tokens are too many, and the person's newest 1,000 stay. */
const WINDOW = { contextLimit: 10_000, compressionThreshold: 70 };
/** What an answer that is worth summarising says. */
const LONG = 'Much was said about it. '.repeat(400);

/** The same events, from a server that counted so many tokens of input. */
function counted(tokens: number, events: readonly ModelEvent[]): ModelEvent[] {
  const usage = { ...NO_USAGE, input_tokens: tokens, output_tokens: 10 };
  return events.map((event) => (event.type === 'finish' ? { ...event, usage } : event));
}

/** Answers in turn; a summary is `summary`. Keeps what it was asked. */
function scripted(answers: readonly (readonly ModelEvent[])[], summary: Script = () => stream(SUMMARY)) {
  const asked: ModelRequest[] = [];
  const summaries: ModelRequest[] = [];
  const script: Script = (request, signal) => {
    if (isSummaryCall(request)) {
      summaries.push(request);
      return summary(request, signal);
    }
    asked.push(request);
    return stream(answers[asked.length - 1] ?? says('nothing left to say'));
  };
  return { script, asked, summaries };
}

const SUMMARY = says('They talked', ' at length.');

async function* stream(events: readonly ModelEvent[]): AsyncGenerator<ModelEvent> {
  yield* events;
}

async function* failing(error: Error): AsyncGenerator<ModelEvent> {
  yield* [];
  throw error;
}

function modelError(kind: 'context_full' | 'overloaded', retryable = false): ModelError {
  return new ModelError(`It is ${kind}.`, { kind, retryable, provider: 'Test' });
}

const textOf = (request: ModelRequest | undefined) => JSON.stringify(request?.messages ?? []);
const idle = (view: ChatView) => view.status === 'waiting';
const summaryParts = (events: readonly StreamEvent[]) =>
  events.flatMap((e) =>
    e.type === 'message_part' && 'tool_name' in e.frame.part && e.frame.part.tool_name === SUMMARY_TOOL
      ? [e.frame.part]
      : [],
  );
function resultOf(view: ChatView): CompactionResult | undefined {
  const parts = view.messages.flatMap((m) => (m.role === 'tool' ? m.content : []));
  const part = parts.find((p) => p.type === 'tool-result' && p.tool_name === SUMMARY_TOOL);
  return part?.type === 'tool-result' ? (part.result as CompactionResult) : undefined;
}
const rolesOf = (view: ChatView) => view.messages.map((m) => m.role);

/** Two turns: the answer to the first one is long, and its server counted `tokens`. */
async function twoTurns(tokens: number, ...more: readonly (readonly ModelEvent[])[]) {
  const model = scripted([counted(tokens, says(LONG)), ...more]);
  const chatId = await chatd.create('a first question');
  const watching = chatd.watch(chatId);
  const worker = chatd.startWorker(model.script, { model: WINDOW });
  await watching.until(idle);
  await chatd.send(chatId, 'a second question');
  return { ...model, chatId, watching, worker };
}

async function compact(chatId: ChatId): Promise<void> {
  const asked = await chatd.store.call('requestCompaction', { chatId, ownerId: chatd.ownerId });
  if (!asked.ok) throw new Error(JSON.stringify(asked.error));
}

async function rowsOf(chatId: ChatId) {
  const { rows } = await chatd.db.query<{ role: string; visibility: string; compressed: boolean }>(
    'select role, visibility, compressed from chat_messages where chat_id = $1 and not deleted order by id',
    [chatId],
  );
  return rows.map((row) => `${row.role} ${row.visibility}${row.compressed ? ' compressed' : ''}`);
}

describe('compaction', () => {
  it('#79 #80 #86 summarises at the threshold: a call, the words, a result, then the rows', async () => {
    chatd = await openTestChatd({});
    const { watching, summaries, chatId } = await twoTurns(7_000, says('second answer'));
    const view = await watching.until((v) => idle(v) && v.messages.length === 6);
    expect(summaries).toHaveLength(1);
    expect(resultOf(view)).toMatchObject({
      summary: 'They talked at length.',
      source: 'automatic',
      threshold_percent: 70,
      usage_percent: 70,
      context_tokens: 7_000,
      context_limit_tokens: 10_000,
    });
    const parts = summaryParts(watching.events);
    expect(parts.map((p) => p.type)).toEqual(['tool-call', 'tool-result', 'tool-result', 'tool-result']);
    expect(new Set(parts.map((p) => ('tool_call_id' in p ? p.tool_call_id : ''))).size).toBe(1);
    const lastPart = watching.events.findLastIndex((e) => summaryParts([e]).length > 0);
    const firstRow = watching.events.findIndex(
      (e) => e.type === 'message' && JSON.stringify(e.message.content).includes(SUMMARY_TOOL),
    );
    expect(firstRow).toBeGreaterThan(lastPart);
    expect(await rowsOf(chatId)).toEqual([
      'user both',
      'assistant both',
      'user both',
      'system model compressed',
      'assistant user compressed',
      'tool both compressed',
      'user model',
      'user model',
      'assistant both',
    ]);
    expect(await chatd.store.call('listViolations', { limit: 10 })).toEqual([]);
    await watching.stop();
  });

  it('#81 #87 below the threshold there is no call and no part', async () => {
    chatd = await openTestChatd({});
    const { watching, summaries } = await twoTurns(6_999, says('second answer'));
    await watching.until((v) => idle(v) && v.messages.length === 4);
    expect(summaries).toEqual([]);
    expect(summaryParts(watching.events)).toEqual([]);
    await watching.stop();
  });

  it('#82 #83 #85 in the middle of a turn: the next call reads the short prompt, once, and the turn goes on', async () => {
    const { tool } = countingTool('look', 'read');
    chatd = await openTestChatd({ tools: [tool] });
    const model = scripted([
      counted(8_000, [{ type: 'text', block: 9, delta: LONG }, ...calls(['look', { what: 'one' }])]),
      counted(2_000, says('done')),
    ]);
    const chatId = await chatd.create('look at it');
    const watching = chatd.watch(chatId);
    chatd.startWorker(model.script, { model: WINDOW });
    const view = await watching.until(idle);
    expect(model.summaries).toHaveLength(1);
    expect(rolesOf(view)).toEqual(['user', 'assistant', 'tool', 'assistant', 'tool', 'assistant']);
    expect(textOf(model.summaries[0])).toContain('Much was said');
    expect(textOf(model.summaries[0])).toContain('"counted\\":\\"one');
    const next = textOf(model.asked[1]);
    expect(next).not.toContain('Much was said');
    expect(next).toContain('They talked at length.');
    expect(next).toContain('look at it');
    await watching.stop();
  });

  it('#91 a question that nobody has answered is in no summary, follows it word for word, and is shown once', async () => {
    chatd = await openTestChatd({});
    const { watching, summaries, asked } = await twoTurns(9_000, says('second answer'));
    const view = await watching.until((v) => idle(v) && v.messages.length === 6);
    expect(textOf(summaries[0])).not.toContain('a second question');
    const prompt = asked[1]?.messages.map((m) => (m.role === 'user' ? JSON.stringify(m.content) : m.role));
    expect(prompt).toEqual([
      'system',
      '[{"type":"text","text":"a first question"}]',
      '[{"type":"text","text":"a second question"}]',
    ]);
    expect(JSON.stringify(view.messages).match(/a second question/g)).toHaveLength(1);
    await watching.stop();
  });

  it('#90 on request: whatever the threshold, once, and an idle chat stays idle', async () => {
    chatd = await openTestChatd({});
    const model = scripted([counted(100, says(LONG))]);
    const chatId = await chatd.create('a question');
    const watching = chatd.watch(chatId);
    chatd.startWorker(model.script, { model: WINDOW });
    await watching.until(idle);
    await compact(chatId);
    const view = await watching.until((v) => idle(v) && resultOf(v) !== undefined);
    expect(resultOf(view)).toMatchObject({ source: 'manual', usage_percent: 1 });
    expect(model.asked).toHaveLength(1);
    const step = await chatd.store.call('loadStep', { chatId });
    expect(step?.chat.compactionRequested).toBe(false);
    await watching.stop();
  });

  it('refuses what would not make it shorter, says so and writes nothing', async () => {
    chatd = await openTestChatd({});
    const model = scripted([says('short')]);
    const chatId = await chatd.create('a question');
    const watching = chatd.watch(chatId);
    chatd.startWorker(model.script, { model: WINDOW });
    await watching.until(idle);
    await compact(chatId);
    const view = await watching.until((v) => v.error !== null);
    expect(view.error).toMatchObject({ kind: 'generic', retryable: false });
    expect(model.summaries).toEqual([]);
    expect(await rowsOf(chatId)).toEqual(['user both', 'assistant both']);
    await watching.stop();
  });

  it('refuses a summary that is longer than what it replaces', async () => {
    chatd = await openTestChatd({});
    const model = scripted([says(LONG)], () => stream(says(LONG, LONG)));
    const chatId = await chatd.create('a question');
    const watching = chatd.watch(chatId);
    chatd.startWorker(model.script, { model: WINDOW });
    await watching.until(idle);
    await compact(chatId);
    await watching.until((v) => v.error !== null);
    expect(summaryParts(watching.events).at(-1)).toMatchObject({ type: 'tool-result', is_error: true });
    expect(await rowsOf(chatId)).toEqual(['user both', 'assistant both']);
    await watching.stop();
  });

  it('#92 ends in a clear error when the first answer after a summary is over the limit again', async () => {
    const { tool, ran } = countingTool('look', 'read');
    chatd = await openTestChatd({ tools: [tool] });
    const { watching, summaries, asked } = await twoTurns(
      7_500,
      counted(7_500, calls(['look', { what: 'again' }])),
    );
    const view = await watching.until((v) => v.error !== null);
    expect(view.error).toMatchObject({ kind: 'config', retryable: false });
    expect(ran).toEqual(['again']);
    expect([summaries.length, asked.length]).toEqual([1, 2]);
    await watching.stop();
  });

  it('#84 an empty summary is reported where it was announced, and leaves no row', async () => {
    chatd = await openTestChatd({});
    const model = scripted([counted(8_000, says(LONG))], () => stream([FINISH]));
    const chatId = await chatd.create('a question');
    const watching = chatd.watch(chatId);
    chatd.startWorker(model.script, { model: WINDOW });
    await watching.until(idle);
    await chatd.send(chatId, 'another');
    const view = await watching.until((v) => v.error !== null);
    expect(view.error?.message).toContain('empty summary');
    expect(summaryParts(watching.events).at(-1)).toMatchObject({ type: 'tool-result', is_error: true });
    expect(await rowsOf(chatId)).toEqual(['user both', 'assistant both', 'user both']);
    expect([model.summaries.length, model.asked.length]).toEqual([1, 1]);
    await watching.stop();
  });

  it('tries a summary again that failed for the moment, as any call', async () => {
    chatd = await openTestChatd({});
    let failed = false;
    const model = scripted([counted(8_000, says(LONG)), says('second answer')], () => {
      if (failed) return stream(SUMMARY);
      failed = true;
      return failing(modelError('overloaded', true));
    });
    const chatId = await chatd.create('a question');
    const watching = chatd.watch(chatId);
    chatd.startWorker(model.script, { model: WINDOW });
    await watching.until(idle);
    await chatd.send(chatId, 'another');
    await watching.until((v) => v.retry !== null);
    const view = await watching.until((v) => idle(v) && v.messages.length === 6);
    expect(resultOf(view)?.summary).toBe('They talked at length.');
    expect(model.summaries).toHaveLength(2);
    await watching.stop();
  });

  it.each([
    ['before', 2],
    ['after', 1],
  ] as const)(
    'a worker that dies %s the commit leaves one summary, made by whoever comes next',
    async (when, n) => {
      chatd = await openTestChatd({});
      const model = scripted([counted(100, says(LONG))]);
      const chatId = await chatd.create('a question');
      const watching = chatd.watch(chatId);
      const worker = chatd.startWorker(model.script, { model: WINDOW });
      await watching.until(idle);
      chatd.killAt('commitStep', when);
      const reached = new Promise<void>((resolve) => chatd.before('commitStep', async () => resolve()));
      await compact(chatId);
      await reached;
      await worker.close();
      chatd.startWorker(model.script, { model: WINDOW });
      await watching.until((v) => idle(v) && resultOf(v) !== undefined);
      expect(model.summaries).toHaveLength(n);
      expect((await rowsOf(chatId)).filter((row) => row === 'system model compressed')).toHaveLength(1);
      await watching.stop();
    },
  );

  it('a stop in the middle of a summary leaves nothing of it', async () => {
    chatd = await openTestChatd({});
    const model = scripted([counted(8_000, says(LONG))], async function* (_request, signal) {
      yield { type: 'text', block: 0, delta: 'They ta' };
      await new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason as Error)),
      );
    });
    const chatId = await chatd.create('a question');
    const watching = chatd.watch(chatId);
    chatd.startWorker(model.script, { model: WINDOW });
    await watching.until(idle);
    await chatd.send(chatId, 'another');
    await watching.until((v) => JSON.stringify(v.live.parts).includes('They ta'));
    await chatd.store.call('interrupt', { chatId, ownerId: chatd.ownerId });
    await watching.until((v) => idle(v) && v.live.parts.length === 0);
    expect(await rowsOf(chatId)).toEqual(['user both', 'assistant both', 'user both']);
    await watching.stop();
  });
});

describe('a prompt that the server calls too long', () => {
  const full = modelError('context_full');

  /** Refuses every prompt with the long answer in it, summaries included where `also` says so. */
  function small(also: (request: ModelRequest) => boolean) {
    const asked: string[] = [];
    const script: Script = (request) => {
      const isSummary = isSummaryCall(request);
      asked.push(isSummary ? 'summary' : 'answer');
      if (asked.length === 1) return stream(says(LONG));
      if (isSummary) return also(request) ? failing(full) : stream(SUMMARY);
      return textOf(request).includes('Much was said') ? failing(full) : stream(says('it fits'));
    };
    return { script, asked };
  }

  async function secondTurn(script: Script, tools: Parameters<typeof openTestChatd>[0] = {}) {
    chatd = await openTestChatd(tools);
    const chatId = await chatd.create('a first question');
    const watching = chatd.watch(chatId);
    chatd.startWorker(script);
    await watching.until(idle);
    await chatd.send(chatId, 'a second question');
    return { chatId, watching };
  }

  it('is summarised, though nobody knows the window, and asked again', async () => {
    const { script, asked } = small(() => false);
    const { watching } = await secondTurn(script);
    const view = await watching.until((v) => idle(v) && v.messages.length === 6);
    expect(asked).toEqual(['answer', 'answer', 'summary', 'answer']);
    expect(resultOf(view)).toMatchObject({ source: 'automatic', usage_percent: null });
    await watching.stop();
  });

  it('ends in its own error when there is nothing left to summarise: no loop', async () => {
    const asked: string[] = [];
    const { watching } = await secondTurn((request) => {
      asked.push(isSummaryCall(request) ? 'summary' : 'answer');
      if (asked.length === 1) return stream(says(LONG));
      return isSummaryCall(request) ? stream(SUMMARY) : failing(full);
    });
    const view = await watching.until((v) => v.error !== null);
    expect(view.error).toMatchObject({ kind: 'context_full' });
    expect(asked).toEqual(['answer', 'answer', 'summary', 'answer']);
    await watching.stop();
  });

  it('is shortened for the summary when it does not fit there either', async () => {
    const { script, asked } = small((request) => textOf(request).includes('Much was said'));
    const { watching } = await secondTurn(script);
    const view = await watching.until((v) => idle(v) && v.messages.length === 6);
    expect(asked).toEqual(['answer', 'answer', 'summary', 'summary', 'summary', 'answer']);
    expect(resultOf(view)?.summary).toBe('They talked at length.');
    await watching.stop();
  });
});
