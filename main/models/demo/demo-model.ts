import type { Clock } from '../../base/clock.ts';
import { type LanguageModel, ModelError, type ModelEvent, type ModelRequest } from '../port.ts';
import { sentence } from '../sentences.ts';
import { type DemoAnswer, demoCommand } from './commands.ts';
import { lookAround } from './look-around.ts';
import { type DemoTurn, demoTurn } from './turn.ts';

const provider = 'Demo';

export interface DemoOptions {
  readonly clock: Clock;
  /** Between two deltas. */
  readonly deltaMs?: number;
}

/** A few words at a time, as a real model streams. */
function deltas(text: string): string[] {
  return text.match(/(?:\s*\S+){1,3}\s*$|(?:\s*\S+){1,3}/g) ?? [];
}

function tokens(text: string): number {
  return Math.ceil(text.length / 4);
}

/** A title: asked without tools, answered with the person's own words. */
function titleOf(turn: DemoTurn): DemoAnswer {
  const words = turn.said.replaceAll(/\s+/g, ' ').split(' ').slice(0, 8).join(' ');
  return { reasoning: '', text: words, call: null };
}

/** A summary: asked with tools that must not be called. What the person wanted so far, without the request itself. */
function summaryOf({ messages }: ModelRequest): DemoAnswer {
  const wanted = messages.slice(0, -1).flatMap((message) => {
    if (message.role !== 'user') return [];
    const text = message.content.map((part) => (part.type === 'text' ? part.text : '')).join(' ');
    return [`- ${text.replaceAll(/\s+/g, ' ').trim().slice(0, 200)}`];
  });
  const text = ['What was asked for so far:', ...wanted.slice(-10), 'All of it was answered.'].join('\n');
  return { reasoning: '', text, call: null };
}

function answerTo(request: ModelRequest): DemoAnswer {
  const turn = demoTurn(request);
  if (request.toolChoice === 'none') return request.tools.length > 0 ? summaryOf(request) : titleOf(turn);
  return demoCommand(turn) ?? lookAround(turn);
}

function finish(request: ModelRequest, answer: DemoAnswer): ModelEvent {
  const input = tokens(JSON.stringify(request.messages));
  const output = tokens(answer.reasoning + answer.text + JSON.stringify(answer.call ?? ''));
  return {
    type: 'finish',
    reason: answer.call ? 'tool-calls' : 'stop',
    usage: {
      input_tokens: input,
      output_tokens: output,
      total_tokens: input + output,
      reasoning_tokens: tokens(answer.reasoning),
      cache_creation_tokens: null,
      cache_read_tokens: null,
    },
    contextLimit: null,
    responseId: null,
  };
}

/**
 * A model that is a program: no network, no cost, the same answer to the same prompt. `fail 429` is refused
 * twice and then answered; the port does not tell attempts apart, so a count per prompt is kept here.
 */
export function demoModel({ clock, deltaMs = 25 }: DemoOptions): LanguageModel {
  const refusals = new Map<string, number>();

  function refuse(request: ModelRequest): void {
    const { said } = demoTurn(request);
    if (request.tools.length === 0 || !/^fail 429\b/i.test(said)) return;
    const key = `${request.messages.length} ${said}`;
    const before = refusals.get(key) ?? 0;
    if (before >= 2) {
      refusals.delete(key);
      return;
    }
    refusals.set(key, before + 1);
    const message = sentence('rate_limit', { provider, keyVariable: null });
    throw new ModelError(message, { kind: 'rate_limit', retryable: true, provider, statusCode: 429 });
  }

  async function* stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent> {
    signal.throwIfAborted();
    refuse(request);
    const answer = answerTo(request);
    let block = 0;
    for (const type of ['reasoning', 'text'] as const) {
      if (answer[type] === '') continue;
      for (const delta of deltas(answer[type])) {
        await clock.sleep(deltaMs, signal);
        yield { type, block, delta };
      }
      block += 1;
    }
    if (answer.call) {
      const args = JSON.stringify(answer.call.args);
      // Ids only need to be new within the conversation.
      yield { type: 'tool-start', block, id: `demo_${request.messages.length}`, name: answer.call.name };
      await clock.sleep(deltaMs, signal);
      yield { type: 'tool-args', block, delta: args };
      yield { type: 'tool-end', block, args };
    }
    yield finish(request, answer);
  }

  return { provider, promptCaching: false, stream };
}
