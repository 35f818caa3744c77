import Anthropic from '@anthropic-ai/sdk';
import type { Part } from '@shared/model/part.ts';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { adapter, type Expected, fixtures, type Outcome, outcomeOf, serving } from './test-streams.ts';

/** What both must agree on, told in one way. */
interface Said {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly string[];
  readonly ids: readonly string[];
  /** All tokens of the prompt, cached ones too, and all of the answer. */
  readonly usage: readonly [number | null, number | null];
}

/** Fields of a delta that the client hands on and does not know. */
interface WithReasoning {
  readonly reasoning_content?: string | null;
  readonly reasoning?: string | null;
  readonly thinking?: string | null;
  readonly reasoning_details?: readonly { text?: string; summary?: string }[];
}

type Fetch = typeof globalThis.fetch;

const messages = [{ role: 'user' as const, content: 'Go on.' }];
const options = { apiKey: 'sk-secret-key-123456', maxRetries: 0, logLevel: 'off' as const };

/** Arguments as JSON says them, or as they came where they are none. */
function callText(name: string, args: string): string {
  try {
    return `${name} ${JSON.stringify(JSON.parse(args === '' ? '{}' : args))}`;
  } catch {
    return `${name} ${args}`;
  }
}

function saidByUs({ parts, finish }: Outcome): Said {
  const join = (type: 'text' | 'reasoning') =>
    parts.flatMap((part) => (part.type === type ? [part.text] : [])).join('');
  const calls = parts.flatMap((part: Part) => (part.type === 'tool-call' ? [part] : []));
  const usage = finish?.usage;
  const cached = (usage?.cache_read_tokens ?? 0) + (usage?.cache_creation_tokens ?? 0);
  const input = usage?.input_tokens ?? null;
  return {
    text: join('text'),
    reasoning: join('reasoning').replaceAll('\n\n', ''),
    calls: calls.map((call) =>
      callText(call.tool_name, call.invalid_args ?? JSON.stringify(call.args as object)),
    ),
    ids: calls.map((call) => call.tool_call_id),
    usage: [input === null ? null : input + cached, usage?.output_tokens ?? null],
  };
}

async function saidByChat(fetch: Fetch): Promise<Said> {
  const client = new OpenAI({ ...options, baseURL: 'http://model.invalid/v1', fetch });
  const stream = client.chat.completions.stream({ model: 'm', messages });
  // The client keeps no reasoning: it has no name there. Its chunks hold what the server sent.
  let reasoning = '';
  stream.on('chunk', ({ choices }) => {
    const delta = (choices?.[0]?.delta ?? {}) as WithReasoning;
    const details = (delta.reasoning_details ?? []).map(({ text, summary }) => text ?? summary ?? '');
    reasoning += delta.reasoning_content || delta.reasoning || delta.thinking || details.join('');
  });
  const { choices, usage } = await stream.finalChatCompletion();
  const message = choices[0]?.message;
  const calls = (message?.tool_calls ?? []).flatMap((call) => (call.type === 'function' ? [call] : []));
  return {
    text: `${message?.content ?? ''}${message?.refusal ?? ''}`,
    reasoning,
    calls: calls.map((call) => callText(call.function.name, call.function.arguments)),
    ids: calls.map((call) => call.id),
    usage: [usage?.prompt_tokens ?? null, usage?.completion_tokens ?? null],
  };
}

async function saidByResponses(fetch: Fetch): Promise<Said> {
  const client = new OpenAI({ ...options, baseURL: 'http://model.invalid/v1', fetch });
  const { output, usage } = await client.responses
    .stream({ model: 'gpt-5', input: 'Go on.' })
    .finalResponse();
  const calls = output.flatMap((item) => (item.type === 'function_call' ? [item] : []));
  const content = output.flatMap((item) => (item.type === 'message' ? item.content : []));
  const thought = output.flatMap((item) =>
    item.type === 'reasoning' ? [...item.summary, ...(item.content ?? [])] : [],
  );
  return {
    text: content.map((part) => (part.type === 'output_text' ? part.text : part.refusal)).join(''),
    reasoning: thought
      .map(({ text }) => text)
      .join('')
      .replaceAll('\n\n', ''),
    calls: calls.map((call) => callText(call.name, call.arguments)),
    ids: calls.map((call) => call.call_id),
    usage: [usage?.input_tokens ?? null, usage?.output_tokens ?? null],
  };
}

async function saidByMessages(fetch: Fetch): Promise<Said> {
  const client = new Anthropic({ ...options, baseURL: 'http://model.invalid', fetch });
  const { content, usage } = await client.messages
    .stream({ model: 'claude', max_tokens: 100, messages })
    .finalMessage();
  const calls = content.flatMap((block) => (block.type === 'tool_use' ? [block] : []));
  const cached = (usage.cache_read_input_tokens ?? 0) + (usage.cache_creation_input_tokens ?? 0);
  return {
    text: content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
    reasoning: content.map((block) => (block.type === 'thinking' ? block.thinking : '')).join(''),
    calls: calls.map((call) => callText(call.name, JSON.stringify(call.input ?? {}))),
    ids: calls.map((call) => call.id),
    usage: [usage.input_tokens + cached, usage.output_tokens],
  };
}

const readers: Record<Expected['api'], (fetch: Fetch) => Promise<Said>> = {
  chat: saidByChat,
  responses: saidByResponses,
  messages: saidByMessages,
};

type Verdict = 'fails' | 'answers' | readonly string[];

/** In what the client's answer differs from ours; or that it is an error, or an answer where ours is an error. */
function verdict(theirs: Said | null, ours: Said, weFail: boolean): Verdict {
  if (theirs === null) return 'fails';
  if (weFail) return 'answers';
  const points = ['text', 'reasoning', 'calls', 'ids', 'usage'] as const;
  return points.filter((point) => JSON.stringify(theirs[point]) !== JSON.stringify(ours[point]));
}

function expectedVerdict({ error, sdk }: Expected): Verdict {
  const isOdd = sdk !== undefined && 'fails' in sdk;
  if ((error !== undefined) !== isOdd) return 'fails';
  if (error) return 'answers';
  return sdk && 'differs' in sdk ? sdk.differs : [];
}

describe('the official client and our adapter say the same of the same bytes', () => {
  it.each(fixtures())('$name', async ({ bytes, expected }) => {
    const ours = saidByUs(await outcomeOf(adapter(expected.api, serving([bytes]))));
    const theirs = await readers[expected.api](serving([bytes])).catch((error: unknown) => {
      if (error instanceof Error) return null;
      throw error;
    });
    expect(verdict(theirs, ours, expected.error !== undefined)).toEqual(expectedVerdict(expected));
  });
});
