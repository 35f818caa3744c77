import { describe, expect, it } from 'vitest';
import { anthropicBody } from './anthropic/messages-body.ts';
import { anthropicMessages, systemBlocks } from './anthropic/messages-input.ts';
import { ChatEvents } from './openai/chat-events.ts';
import { chatBody, chatMessages } from './openai/chat-input.ts';
import { responsesBody, responsesInput } from './openai/responses-input.ts';
import type { ModelEvent, ModelRequest, PromptMessage } from './port.ts';

const reasoning = {
  type: 'reasoning' as const,
  text: 'Hm.',
  metadata: { provider: 'openai', model: 'gpt-5', id: 'rs_1', encrypted_content: 'xyz' },
};
const thinking = {
  type: 'reasoning' as const,
  text: 'Hm.',
  metadata: { provider: 'anthropic', signature: 'sig' },
};
const call = { type: 'tool-call' as const, id: 'c1', name: 'read_file', args: { path: '/a' } };
const result = { id: 'c1', name: 'read_file', output: '{"content":"hi"}', isError: false };

const conversation: readonly PromptMessage[] = [
  { role: 'system', text: 'Be brief.' },
  { role: 'system', text: 'The folder is /w.', cache: true },
  {
    role: 'user',
    content: [
      { type: 'text', text: 'Look.' },
      { type: 'image', media_type: 'image/png', data: 'AAAA' },
    ],
  },
  { role: 'assistant', content: [reasoning, thinking, { type: 'text', text: 'Reading.' }, call] },
  { role: 'tool', results: [result], cache: true },
  { role: 'user', content: [{ type: 'text', text: 'And?' }], cache: true },
];

function request(more: Partial<ModelRequest>): ModelRequest {
  return {
    model: 'gpt-5',
    messages: conversation,
    tools: [{ name: 't', description: 'd', parameters: { type: 'object', properties: {} } }],
    toolChoice: 'auto',
    maxOutputTokens: 5000,
    effort: null,
    options: {},
    ...more,
  };
}

describe('Responses', () => {
  it('sends every kind of part, and encrypted reasoning to the model that wrote it', () => {
    expect(responsesInput(conversation, 'gpt-5')).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'system', content: 'The folder is /w.' },
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'Look.' },
          { type: 'input_image', detail: 'auto', image_url: 'data:image/png;base64,AAAA' },
        ],
      },
      {
        type: 'reasoning',
        id: 'rs_1',
        encrypted_content: 'xyz',
        summary: [{ type: 'summary_text', text: 'Hm.' }],
      },
      { role: 'assistant', content: 'Reading.' },
      { type: 'function_call', call_id: 'c1', name: 'read_file', arguments: '{"path":"/a"}' },
      { type: 'function_call_output', call_id: 'c1', output: '{"content":"hi"}' },
      { role: 'user', content: [{ type: 'input_text', text: 'And?' }] },
    ]);
    const other = responsesInput(conversation, 'o3').map((item) =>
      'type' in item ? item.type : 'message',
    );
    expect(other).not.toContain('reasoning');
  });

  it('leaves out reasoning that nothing follows', () => {
    expect(responsesInput([{ role: 'assistant', content: [reasoning] }], 'gpt-5')).toEqual([]);
  });

  it('is stateless, asks only models that reason for reasoning, and is not strict', () => {
    const body = responsesBody(request({ effort: 'low' }));
    expect(body).toMatchObject({
      store: false,
      include: ['reasoning.encrypted_content'],
      reasoning: { effort: 'low' },
    });
    expect(body.tools).toMatchObject([{ strict: false }]);
    const plain = responsesBody(request({ model: 'gpt-4o', effort: 'low', options: { temperature: 0.5 } }));
    expect(plain).not.toHaveProperty('reasoning');
    expect(plain).not.toHaveProperty('include');
    expect(plain).toMatchObject({ temperature: 0.5 });
  });
});

describe('Chat Completions', () => {
  it('keeps text plain, puts calls on the message and results behind it', () => {
    expect(chatMessages(conversation, 'm').slice(3)).toEqual([
      {
        role: 'assistant',
        content: 'Reading.',
        tool_calls: [
          { id: 'c1', type: 'function', function: { name: 'read_file', arguments: '{"path":"/a"}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'c1', content: '{"content":"hi"}' },
      { role: 'user', content: 'And?' },
    ]);
    expect(chatMessages([{ role: 'assistant', content: [thinking] }], 'm')).toEqual([]);
  });

  it('what a server sent with a call goes back with it, and only to the model that made the call', () => {
    const extra = { google: { thought_signature: 'sig' } };
    const signed = {
      ...call,
      metadata: { provider: 'openai-compat', model: 'gemini', extra_content: extra },
    };
    const messages = [{ role: 'assistant' as const, content: [signed] }];
    expect(chatMessages(messages, 'gemini')).toMatchObject([{ tool_calls: [{ extra_content: extra }] }]);
    expect(JSON.stringify(chatMessages(messages, 'other'))).not.toContain('extra_content');
  });

  it('names the output limit as the server knows it', () => {
    expect(chatBody(request({}), true)).toHaveProperty('max_completion_tokens', 5000);
    const options = { provider_options: { openaicompat: { enable_thinking: true } } };
    const body = chatBody(request({ options }), false);
    expect(body).toHaveProperty('max_tokens', 5000);
    expect(body).toHaveProperty('enable_thinking', true);
  });

  it('tolerates calls without id, without index, and whole in one piece', () => {
    const events = new ChatEvents('m');
    const seen: ModelEvent[] = [];
    const take = (delta: object, finish: string | null = null) =>
      seen.push(...events.take({ choices: [{ index: 0, delta, finish_reason: finish }] } as never));
    take({ tool_calls: [{ id: 'x', function: { name: 'a', arguments: '{"n":' } }] });
    take({ tool_calls: [{ id: 'x', function: { arguments: '1}' } }] });
    take({ tool_calls: [{ id: 'y', function: { name: 'b', arguments: '{}' } }] });
    take({ tool_calls: [{ index: 7, function: { name: 'c', arguments: '' } }] }, 'stop');
    seen.push(...events.end());
    expect(seen.filter((event) => event.type === 'tool-start')).toMatchObject([
      { id: 'x', name: 'a' },
      { id: 'y', name: 'b' },
      { id: 'call_2', name: 'c' },
    ]);
    expect(seen.filter((event) => event.type === 'tool-end')).toMatchObject([
      { args: '{"n":1}' },
      { args: '{}' },
      { args: '' },
    ]);
    expect(seen.at(-1)).toMatchObject({ reason: 'tool-calls', usage: { input_tokens: null } });
  });
});

describe('Anthropic', () => {
  it('puts the leading system messages into the parameter, with their breakpoint', () => {
    expect(systemBlocks(conversation)).toEqual([
      { type: 'text', text: 'Be brief.' },
      { type: 'text', text: 'The folder is /w.', cache_control: { type: 'ephemeral' } },
    ]);
  });

  it('groups results with the next user turn, results first, with breakpoints where they were asked for', () => {
    const cache = { cache_control: { type: 'ephemeral' } };
    const messages = anthropicMessages(conversation);
    expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
    expect(messages[1]?.content).toEqual([
      { type: 'thinking', thinking: 'Hm.', signature: 'sig' },
      { type: 'text', text: 'Reading.' },
      { type: 'tool_use', id: 'c1', name: 'read_file', input: { path: '/a' } },
    ]);
    expect(messages[2]?.content).toEqual([
      { type: 'tool_result', tool_use_id: 'c1', content: '{"content":"hi"}', ...cache },
      { type: 'text', text: 'And?', ...cache },
    ]);
  });

  it('a later system message is a marked note after the results; blank text is dropped', () => {
    const messages = anthropicMessages([
      { role: 'user', content: [{ type: 'text', text: 'Go.' }] },
      { role: 'assistant', content: [{ type: 'text', text: '  ' }, call] },
      { role: 'system', text: 'The rules changed.' },
      { role: 'tool', results: [result] },
    ]);
    expect(messages[1]?.content).toHaveLength(1);
    expect(messages[2]?.content).toMatchObject([
      { type: 'tool_result' },
      { type: 'text', text: '<system-note>\nThe rules changed.\n</system-note>' },
    ]);
  });

  it('begins with a user turn', () => {
    expect(
      anthropicMessages([{ role: 'assistant', content: [{ type: 'text', text: 'Hi' }] }])[0]?.role,
    ).toBe('user');
  });

  it('asks for thinking as the model knows it', () => {
    const body = (model: string, more: Partial<ModelRequest> = {}) =>
      anthropicBody(request({ model, effort: 'medium', messages: conversation.slice(0, 3), ...more }));
    expect(body('claude-sonnet-5-5')).toMatchObject({
      thinking: { type: 'adaptive' },
      output_config: { effort: 'medium' },
    });
    expect(body('claude-sonnet-4-5', { maxOutputTokens: 32_000 })).toMatchObject({
      thinking: { type: 'enabled', budget_tokens: 10_000 },
    });
    expect(body('claude-sonnet-4-5')).toMatchObject({ thinking: { budget_tokens: 4999 } });
    expect(body('claude-3-5-haiku-20241022')).not.toHaveProperty('thinking');
    expect(body('claude-sonnet-4-5', { effort: null, options: { temperature: 1 } })).toMatchObject({
      temperature: 1,
    });
    // A turn that another model began cannot go on with a budget.
    const foreign: PromptMessage[] = [
      ...conversation.slice(0, 3),
      { role: 'assistant', content: [call] },
      { role: 'tool', results: [result] },
    ];
    expect(body('claude-sonnet-4-5', { messages: foreign })).not.toHaveProperty('thinking');
  });
});
