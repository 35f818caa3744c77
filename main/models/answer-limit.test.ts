import { expect, it } from 'vitest';
import { withAnswerLimit } from './answer-limit.ts';
import type { LanguageModel, ModelEvent, ModelRequest } from './port.ts';

const request: ModelRequest = {
  model: 'm',
  messages: [],
  tools: [],
  toolChoice: 'auto',
  maxOutputTokens: 1,
  effort: null,
  options: {},
};

/** Never ends by itself; counts what was taken, and notes that it was left. */
function endless(event: ModelEvent) {
  const seen = { events: 0, left: false };
  const model: LanguageModel = {
    provider: 'Acme',
    promptCaching: false,
    async *stream() {
      try {
        for (;;) {
          seen.events += 1;
          yield event;
        }
      } finally {
        seen.left = true;
      }
    },
  };
  return { model, seen };
}

async function readAll(model: LanguageModel): Promise<number> {
  let events = 0;
  for await (const _ of model.stream(request, new AbortController().signal)) events += 1;
  return events;
}

it.each<[string, ModelEvent]>([
  ['text', { type: 'text', block: 0, delta: '0123456789' }],
  ['reasoning', { type: 'reasoning', block: 0, delta: '0123456789' }],
  ['arguments', { type: 'tool-args', block: 0, delta: '0123456789' }],
  ['whole calls', { type: 'tool-end', block: 0, args: '0123456789' }],
])('an answer without an end is given up, and its server is left: %s', async (_title, event) => {
  const { model, seen } = endless(event);
  await expect(readAll(withAnswerLimit(model, 100))).rejects.toMatchObject({
    kind: 'generic',
    retryable: false,
    provider: 'Acme',
  });
  expect(seen).toEqual({ events: 11, left: true });
});

it('an answer of exactly the limit passes', async () => {
  const model: LanguageModel = {
    provider: 'Acme',
    promptCaching: true,
    async *stream() {
      for (let i = 0; i < 10; i += 1) yield { type: 'text', block: 0, delta: '0123456789' };
    },
  };
  expect(await readAll(withAnswerLimit(model, 100))).toBe(10);
  expect(withAnswerLimit(model).promptCaching).toBe(true);
});
