import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type ModelServer, startModelServer } from '../../e2e/fixtures/model-server.ts';
import { type Clock, systemClock } from '../base/clock.ts';
import { anthropic } from './anthropic/messages.ts';
import { openaiChat } from './openai/chat-completions.ts';
import { openaiResponses } from './openai/responses.ts';
import { type LanguageModel, ModelError, type ModelEvent, type ModelRequest } from './port.ts';
import { withSilenceGuard } from './silence-guard.ts';

let server: ModelServer;
beforeAll(async () => {
  server = await startModelServer();
});
afterAll(() => server.stop());
afterEach(() => {
  server.faults.clear();
  server.mock.clearFixtures();
});

function settings(baseUrl: string, keyVariable: string | null = null) {
  return {
    provider: 'Acme',
    apiKey: 'sk-secret-key-123456',
    baseUrl,
    headers: {},
    keyVariable,
    now: () => 0,
  };
}

const usage = {
  prompt_tokens: 12,
  completion_tokens: 5,
  input_tokens: 12,
  output_tokens: 5,
  total_tokens: 17,
};

const adapters: readonly {
  name: string;
  model: string;
  eventsToText: number;
  make: (keyVariable?: string) => LanguageModel;
}[] = [
  {
    name: 'openai responses',
    model: 'gpt-5',
    eventsToText: 8,
    make: (keyVariable) => openaiResponses(settings(server.openaiUrl, keyVariable)),
  },
  {
    name: 'openai chat',
    model: 'gpt-4o',
    eventsToText: 4,
    make: (keyVariable) => openaiChat(settings(server.openaiUrl, keyVariable)),
  },
  {
    name: 'anthropic',
    model: 'claude-sonnet-5-5',
    eventsToText: 5,
    make: (keyVariable) => anthropic(settings(server.anthropicUrl, keyVariable)),
  },
];

const readTool = {
  name: 'read_file',
  description: 'Reads a file.',
  parameters: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
};

function ask(model: string, text: string, more: Partial<ModelRequest> = {}): ModelRequest {
  return {
    model,
    messages: [
      { role: 'system', text: 'Be brief.', cache: true },
      { role: 'user', content: [{ type: 'text', text }] },
    ],
    tools: [readTool],
    toolChoice: 'auto',
    maxOutputTokens: 1000,
    effort: null,
    options: {},
    ...more,
  };
}

async function collect(events: AsyncIterable<ModelEvent>): Promise<ModelEvent[]> {
  const all: ModelEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

async function failure(
  events: AsyncIterable<ModelEvent>,
): Promise<{ error: unknown; before: ModelEvent[] }> {
  const before: ModelEvent[] = [];
  try {
    for await (const event of events) before.push(event);
  } catch (error) {
    return { error, before };
  }
  throw new Error('The call was expected to fail');
}

function textOf(events: readonly ModelEvent[], type: 'text' | 'reasoning' = 'text'): string {
  return events.flatMap((event) => (event.type === type ? [event.delta] : [])).join('');
}

const never = () => new AbortController().signal;

describe.each(adapters)('$name', ({ model, eventsToText, make }) => {
  it('streams text before the answer is complete, then usage and a stop reason', async () => {
    server.mock.on(
      { userMessage: 'hello' },
      { content: 'Hello there, dear friend.', usage },
      { chunkSize: 5 },
    );
    const hold = server.faults.hold({ afterEvents: eventsToText });
    const seen: ModelEvent[] = [];
    for await (const event of make().stream(ask(model, 'hello'), never())) {
      seen.push(event);
      // Only after a piece of text has come may the server go on: a buffering client would hang here.
      if (event.type === 'text') hold.release();
    }
    expect(textOf(seen)).toBe('Hello there, dear friend.');
    const finish = seen.at(-1);
    expect(finish).toMatchObject({ type: 'finish', reason: 'stop' });
    expect(finish).toMatchObject({ usage: { input_tokens: 12, output_tokens: 5 } });
    expect(seen.filter((event) => event.type === 'finish')).toHaveLength(1);
  });

  it('streams reasoning as a block of its own before the text', async () => {
    server.mock.on({ userMessage: 'think' }, { content: 'Done.', reasoning: 'First this, then that.' });
    const events = await collect(make().stream(ask(model, 'think', { effort: 'low' }), never()));
    expect(textOf(events, 'reasoning')).toBe('First this, then that.');
    expect(textOf(events)).toBe('Done.');
    const block = (type: string) => events.find((event) => event.type === type && 'block' in event);
    expect(block('reasoning')).toMatchObject({ block: 0 });
    expect(block('text')).toMatchObject({ block: 1 });
  });

  it('gives two parallel tool calls with whole arguments', async () => {
    const toolCalls = [
      { id: 'call_a', name: 'read_file', arguments: '{"path":"/a"}' },
      { id: 'call_b', name: 'read_file', arguments: '{"path":"/b"}' },
    ];
    server.mock.on({ userMessage: 'both' }, { content: 'Reading.', toolCalls });
    const events = await collect(make().stream(ask(model, 'both'), never()));
    const starts = events.flatMap((event) => (event.type === 'tool-start' ? [event] : []));
    const ends = events.flatMap((event) => (event.type === 'tool-end' ? [event] : []));
    expect(starts.map(({ name }) => name)).toEqual(['read_file', 'read_file']);
    expect(new Set(starts.map(({ id }) => id)).size).toBe(2);
    expect(ends.map(({ args }) => JSON.parse(args) as unknown)).toEqual([{ path: '/a' }, { path: '/b' }]);
    expect(ends.map(({ block }) => block)).toEqual(starts.map(({ block }) => block));
    expect(events.at(-1)).toMatchObject({ type: 'finish', reason: 'tool-calls' });
  });

  it('sends the conversation back with its tool results', async () => {
    server.mock.on({ userMessage: 'go on', hasToolResult: true }, { content: 'It says hi.' });
    const request = ask(model, 'go on');
    const messages = [
      ...request.messages,
      {
        role: 'assistant' as const,
        content: [{ type: 'tool-call' as const, id: 'c1', name: 'read_file', args: { path: '/a' } }],
      },
      {
        role: 'tool' as const,
        results: [{ id: 'c1', name: 'read_file', output: '{"content":"hi"}', isError: false }],
        cache: true,
      },
    ];
    const events = await collect(make().stream({ ...request, messages }, never()));
    expect(textOf(events)).toBe('It says hi.');
    expect(JSON.stringify(server.requests().at(-1)?.body)).toContain('c1');
  });

  it('a 401 says what to do and hides the key', async () => {
    server.faults.next({ kind: 'status', status: 401 });
    const { error } = await failure(make().stream(ask(model, 'x'), never()));
    expect(error).toMatchObject({ kind: 'auth', retryable: false, statusCode: 401, provider: 'Acme' });
    expect((error as ModelError).message).toContain('Settings');
    expect((error as ModelError).detail).not.toContain('0123456789');
  });

  it('a 429 carries Retry-After; the client does not retry by itself', async () => {
    const before = server.requests().length;
    server.faults.next({ kind: 'status', status: 429, retryAfter: 7 });
    const { error } = await failure(make().stream(ask(model, 'x'), never()));
    expect(error).toMatchObject({
      kind: 'rate_limit',
      retryable: true,
      statusCode: 429,
      retryAfterMs: 7000,
    });
    expect(server.requests().length).toBe(before + 1);
  });

  it('a 529 is overloaded, a 500 is worth another attempt', async () => {
    server.faults.next({ kind: 'status', status: 529 });
    server.faults.next({ kind: 'status', status: 500 });
    const first = await failure(make().stream(ask(model, 'x'), never()));
    expect(first.error).toMatchObject({ kind: 'overloaded', retryable: true, statusCode: 529 });
    const second = await failure(make().stream(ask(model, 'x'), never()));
    expect(second.error).toMatchObject({ kind: 'generic', retryable: true, statusCode: 500 });
  });

  it('a call that fails is one request: only the worker tries again', async () => {
    const before = server.requests().length;
    for (const status of [429, 500, 529]) {
      server.faults.next({ kind: 'status', status, retryAfter: 0 });
      const { error } = await failure(make().stream(ask(model, 'x'), never()));
      expect(error).toMatchObject({ retryable: true });
    }
    server.mock.on({ userMessage: 'cut' }, { content: 'word '.repeat(200) }, { chunkSize: 10 });
    server.faults.next({ kind: 'cut', afterBytes: 10 });
    await failure(make().stream(ask(model, 'cut'), never()));
    expect(server.requests().length - before).toBe(4);
  });

  it('a connection that breaks in the middle of an event is a timeout to retry', async () => {
    server.mock.on({ userMessage: 'long' }, { content: 'word '.repeat(200) }, { chunkSize: 10 });
    server.faults.next({ kind: 'cut', afterBytes: 3001 });
    const { error, before } = await failure(make().stream(ask(model, 'long'), never()));
    expect(error).toBeInstanceOf(ModelError);
    expect(error).toMatchObject({ kind: 'timeout', retryable: true });
    expect(before.some((event) => event.type === 'finish')).toBe(false);
  });

  it('#129 #130 a stream that ends without its last event is a timeout to retry', async () => {
    server.mock.on({ userMessage: 'long' }, { content: 'word '.repeat(40) }, { chunkSize: 10 });
    server.faults.next({ kind: 'truncate', afterEvents: 7 });
    const { error, before } = await failure(make().stream(ask(model, 'long'), never()));
    expect(error).toMatchObject({ kind: 'timeout', retryable: true });
    expect((error as ModelError).message).toContain('stream closed unexpectedly');
    expect(textOf(before)).not.toBe('');
  });

  it('a malformed event is a clear failure', async () => {
    server.mock.on({ userMessage: 'bad' }, { content: 'Hello there, dear friend.' });
    server.faults.next({ kind: 'malformed', afterEvents: 3 });
    const { error } = await failure(make().stream(ask(model, 'bad'), never()));
    expect(error).toMatchObject({ kind: 'generic', retryable: false, provider: 'Acme' });
    expect((error as ModelError).message).toContain('cannot be read');
  });

  it('#17 an abort in mid-stream throws the reason and leaves the server, which ends nothing for who hung up', async () => {
    server.mock.on({ userMessage: 'stop me' }, { content: 'word '.repeat(200) }, { chunkSize: 5 });
    server.faults.hold({ afterEvents: 8 });
    const stop = new AbortController();
    const reason = new Error('The person pressed Stop');
    const events = make().stream(ask(model, 'stop me'), stop.signal)[Symbol.asyncIterator]();
    let step = await events.next();
    while (step.value?.type !== 'text') step = await events.next();
    const rest = (async () => {
      while (!(await events.next()).done);
    })();
    stop.abort(reason);
    await expect(rest).rejects.toBe(reason);
    await expect.poll(() => server.requests().at(-1)?.cancelled).toBe(true);
  });

  it('an unreachable server is a timeout to retry', async () => {
    const gone = await startModelServer();
    const url = model.startsWith('claude') ? gone.anthropicUrl : gone.openaiUrl;
    await gone.stop();
    const make2 = model.startsWith('claude') ? anthropic : model === 'gpt-5' ? openaiResponses : openaiChat;
    const { error } = await failure(make2(settings(url)).stream(ask(model, 'x'), never()));
    const message = `Nothing answers at ${new URL(url).host} (Acme).`;
    expect(error).toMatchObject({ kind: 'timeout', retryable: true, statusCode: null, message });
    expect((error as ModelError).detail).toContain('ECONNREFUSED');
  });

  it('#59 #60 a server that says nothing is a silence timeout, and is left', async () => {
    server.mock.on({ userMessage: 'quiet' }, { content: 'Hello there, dear friend.' });
    server.faults.next({ kind: 'stall', afterBytes: 0 });
    const asked = () =>
      server
        .requests()
        .find(({ body }) => JSON.stringify(body).includes(model) && JSON.stringify(body).includes('quiet'));
    // The time is over when the server has the request and is silent.
    const clock: Clock = { now: () => 0, sleep: () => vi.waitFor(() => expect(asked()).toBeDefined()) };
    const guarded = withSilenceGuard(make(), { silenceMs: 1, stallMs: 1, clock });
    const { error } = await failure(guarded.stream(ask(model, 'quiet'), never()));
    expect(error).toMatchObject({ kind: 'stream_silence_timeout', retryable: true, provider: 'Acme' });
    await expect.poll(() => asked()?.cancelled).toBe(true);
  });

  it('a server that stalls in mid-stream is a timeout to retry', async () => {
    server.mock.on({ userMessage: 'stall' }, { content: 'word '.repeat(200) }, { chunkSize: 10 });
    server.faults.next({ kind: 'stall', afterBytes: 4000 });
    const guarded = withSilenceGuard(make(), { silenceMs: 60_000, stallMs: 100, clock: systemClock });
    const { error, before } = await failure(guarded.stream(ask(model, 'stall'), never()));
    expect(error).toMatchObject({ kind: 'timeout', retryable: true });
    expect(textOf(before)).not.toBe('');
  });

  it('a slow network changes nothing: bytes in any pieces give the same events', async () => {
    server.mock.on(
      { userMessage: 'slow' },
      { content: 'Ünïcode 🦊 in small pieces.', usage },
      { chunkSize: 5 },
    );
    server.faults.next({ kind: 'delay', ms: 20 });
    const whole = await collect(make().stream(ask(model, 'slow'), never()));
    server.faults.next({ kind: 'throttle', bytes: 97, everyMs: 0 });
    const pieces = await collect(make().stream(ask(model, 'slow'), never()));
    expect(textOf(pieces)).toBe('Ünïcode 🦊 in small pieces.');
    expect(textOf(whole)).toBe(textOf(pieces));
  });

  it("another account's headers from the environment are not sent", async () => {
    server.mock.on({ userMessage: 'headers' }, { content: 'Ok.' });
    const variable = model.startsWith('claude') ? 'ANTHROPIC_CUSTOM_HEADERS' : 'OPENAI_CUSTOM_HEADERS';
    vi.stubEnv(variable, 'X-Gateway-Secret: s3cret');
    try {
      await collect(make().stream(ask(model, 'headers'), never()));
      expect(server.requests().at(-1)?.headers).not.toHaveProperty('x-gateway-secret');
      await collect(make('THE_KEY').stream(ask(model, 'headers'), never()));
      expect(server.requests().at(-1)?.headers).toHaveProperty('x-gateway-secret', 's3cret');
    } finally {
      vi.unstubAllEnvs();
    }
  });
});
