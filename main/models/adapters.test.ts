import { describe, expect, it } from 'vitest';
import { anthropic } from './anthropic/messages.ts';
import { openaiChat } from './openai/chat-completions.ts';
import { openaiResponses } from './openai/responses.ts';
import { type LanguageModel, ModelError, type ModelEvent, type ModelRequest } from './port.ts';

type Fetch = typeof globalThis.fetch;

const request: ModelRequest = {
  model: 'm',
  messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }],
  tools: [],
  toolChoice: 'auto',
  maxOutputTokens: 100,
  effort: null,
  options: {},
};

function settings(fetch: Fetch) {
  return {
    provider: 'Acme',
    apiKey: 'sk-secret-key-123456',
    baseUrl: 'http://model.invalid/v1',
    headers: {},
    keyVariable: null,
    now: () => 0,
    fetch,
  };
}

/** A server that gives this body to every call. */
function answering(body: string, type = 'text/event-stream', status = 200): Fetch {
  return async () => new Response(body, { status, headers: { 'content-type': type } });
}

/** Server-sent events; a type names each of Anthropic's. */
function events(...data: readonly object[]): string {
  return data
    .map((one) => `${'type' in one ? `event: ${String(one.type)}\n` : ''}data: ${JSON.stringify(one)}\n\n`)
    .join('');
}

async function outcome(model: LanguageModel): Promise<{ seen: ModelEvent[]; error: unknown }> {
  const seen: ModelEvent[] = [];
  try {
    for await (const event of model.stream(request, new AbortController().signal)) seen.push(event);
  } catch (error) {
    return { seen, error };
  }
  return { seen, error: null };
}

const textDelta = { type: 'response.output_text.delta', output_index: 0, content_index: 0, delta: 'Hel' };
const block = (index: number) => ({
  type: 'content_block_start',
  index,
  content_block: { type: 'text', text: 'Hel' },
});

const adapters = [
  {
    name: 'openai responses',
    make: (fetch: Fetch) => openaiResponses(settings(fetch)),
    begin: [textDelta],
    failing: { type: 'error', code: 'server_error', message: 'The server had an error', param: null },
    overloaded: { type: 'error', code: 'overloaded', message: 'Overloaded', param: null },
    whole: [
      textDelta,
      {
        type: 'response.completed',
        response: { id: 'resp_1', status: 'completed', output: [], usage: null },
      },
    ],
    nothing: [{ type: 'response.completed', response: { id: 'resp_1', status: 'completed', output: [] } }],
    responseId: 'resp_1',
  },
  {
    name: 'openai chat',
    make: (fetch: Fetch) => openaiChat(settings(fetch)),
    begin: [{ id: 'chatcmpl_1', choices: [{ index: 0, delta: { content: 'Hel' } }] }],
    failing: { error: { code: 'server_error', message: 'The server had an error' } },
    overloaded: { error: { code: 'overloaded', message: 'Overloaded' } },
    whole: [
      { id: 'chatcmpl_1', choices: [{ index: 0, delta: { content: 'Hel' } }] },
      { id: 'chatcmpl_1', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
    ],
    nothing: [{ id: 'chatcmpl_1', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }],
    responseId: 'chatcmpl_1',
  },
  {
    name: 'anthropic',
    make: (fetch: Fetch) => anthropic(settings(fetch)),
    begin: [{ type: 'message_start', message: { id: 'msg_1' } }, block(0)],
    failing: { type: 'error', error: { type: 'api_error', message: 'The server had an error' } },
    overloaded: { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
    whole: [
      { type: 'message_start', message: { id: 'msg_1' } },
      block(0),
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason: 'end_turn' } },
      { type: 'message_stop' },
    ],
    nothing: [{ type: 'message_start', message: { id: 'msg_1' } }, { type: 'message_stop' }],
    responseId: 'msg_1',
  },
] as const;

describe.each(adapters)('$name', ({ make, begin, failing, overloaded, whole, nothing, responseId }) => {
  it('#55 #57 an error event in mid-stream is classified, and named after the account', async () => {
    const failed = await outcome(make(answering(events(...begin, failing))));
    expect(failed.seen.length).toBeGreaterThan(0);
    expect(failed.error).toBeInstanceOf(ModelError);
    expect(failed.error).toMatchObject({ kind: 'generic', retryable: true, provider: 'Acme' });
    const busy = await outcome(make(answering(events(...begin, overloaded))));
    expect(busy.error).toMatchObject({ kind: 'overloaded', retryable: true, provider: 'Acme' });
    expect((busy.error as Error).message).toBe('Acme is overloaded at the moment.');
  });

  it('#56 the finish carries the id of the answer', async () => {
    const { seen, error } = await outcome(make(answering(events(...whole))));
    expect(error).toBeNull();
    expect(seen.at(-1)).toMatchObject({ type: 'finish', responseId });
  });

  it('an answer without a word ends as one', async () => {
    const { seen, error } = await outcome(make(answering(events(...nothing))));
    expect(error).toBeNull();
    expect(seen.map((event) => event.type)).toEqual(['finish']);
  });

  it('a page instead of events is a wrong address, not a broken stream', async () => {
    const { error } = await outcome(make(answering('<html>Welcome!</html>', 'text/html; charset=utf-8')));
    expect(error).toMatchObject({ kind: 'config', retryable: false });
    expect((error as Error).message).toContain('base URL');
  });

  it('no event at all is a broken stream', async () => {
    const { error } = await outcome(make(answering('')));
    expect(error).toMatchObject({ kind: 'timeout', retryable: true });
  });

  it('a page that comes with an error status is told without its tags', async () => {
    const page = '<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>';
    const { error } = await outcome(make(answering(page, 'text/html', 503)));
    expect(error).toMatchObject({ kind: 'timeout', retryable: true, statusCode: 503 });
    expect((error as ModelError).detail).not.toContain('<');
  });
});

it('#56 without an id of the answer there is none', async () => {
  const chunks = adapters[1].whole.map(({ choices }) => ({ choices }));
  const { seen } = await outcome(openaiChat(settings(answering(events(...chunks)))));
  expect(seen.at(-1)).toMatchObject({ type: 'finish', responseId: null });
});

it('a router that ends a stream with an error did not answer', async () => {
  const end = { choices: [{ index: 0, delta: {}, finish_reason: 'error' }] };
  const { error } = await outcome(openaiChat(settings(answering(events(...adapters[1].begin, end)))));
  expect(error).toMatchObject({ kind: 'generic', retryable: true });
});
