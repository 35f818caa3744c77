import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type ModelServer, startModelServer } from '../../e2e/fixtures/model-server.ts';
import { anthropic } from './anthropic/messages.ts';
import { openaiChat } from './openai/chat-completions.ts';
import { openaiResponses } from './openai/responses.ts';
import { type LanguageModel, ModelError, type ModelRequest } from './port.ts';

let server: ModelServer;
beforeAll(async () => {
  server = await startModelServer();
});
afterAll(() => server.stop());
afterEach(() => server.faults.clear());

const settings = (baseUrl: string) => ({
  provider: 'Acme',
  apiKey: 'sk-secret-key-123456',
  baseUrl,
  headers: {},
  keyVariable: null,
  now: () => 0,
});

const request = (model: string): ModelRequest => ({
  model,
  messages: [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'what is this' },
        { type: 'image', media_type: 'image/png', data: 'iVBORw0=' },
        { type: 'document', media_type: 'application/pdf', name: 'paper.pdf', data: 'JVBERi0=', size: 5 },
      ],
    },
  ],
  tools: [],
  toolChoice: 'auto',
  maxOutputTokens: 100,
  effort: null,
  options: {},
});

async function read(model: LanguageModel, name: string): Promise<void> {
  for await (const _ of model.stream(request(name), new AbortController().signal)) continue;
}

const PNG_URL = 'data:image/png;base64,iVBORw0=';
const PDF_URL = 'data:application/pdf;base64,JVBERi0=';

const adapters: readonly {
  readonly name: string;
  readonly model: string;
  readonly make: () => LanguageModel;
  readonly content: unknown;
}[] = [
  {
    name: 'OpenAI Responses',
    model: 'gpt-5',
    make: () => openaiResponses(settings(server.openaiUrl)),
    content: {
      input: [
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'what is this' },
            { type: 'input_image', detail: 'auto', image_url: PNG_URL },
            { type: 'input_file', filename: 'paper.pdf', file_data: PDF_URL },
          ],
        },
      ],
    },
  },
  {
    name: 'Chat Completions',
    model: 'gpt-4o',
    make: () => openaiChat(settings(server.openaiUrl)),
    content: {
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'what is this' },
            { type: 'image_url', image_url: { url: PNG_URL } },
            { type: 'file', file: { filename: 'paper.pdf', file_data: PDF_URL } },
          ],
        },
      ],
    },
  },
  {
    name: 'Anthropic',
    model: 'claude-sonnet-5-5',
    make: () => anthropic(settings(server.anthropicUrl)),
    content: {
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'what is this' },
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0=' } },
            {
              type: 'document',
              source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' },
              title: 'paper.pdf',
            },
          ],
        },
      ],
    },
  },
];

test.each(adapters)('pictures and PDFs go to $name in its own shape', async ({ model, make, content }) => {
  server.mock.on({ userMessage: 'what is this' }, { content: 'A picture.' });
  await read(make(), model);
  expect(server.requests().at(-1)?.body).toMatchObject(content as object);
});

test.each([
  'Invalid content type. image_url is only supported by certain models.',
  'No endpoints found that support image input',
  'llava is not a multimodal model',
  'unknown variant `image_url`, expected `text`',
  'this model does not support image input',
  'Unsupported content part type: file',
])('a model that takes no pictures is told apart: %s', async (message) => {
  server.faults.next({ kind: 'status', status: 400, message });
  const failure = await read(openaiChat(settings(server.openaiUrl)), 'gpt-4o').catch((e: unknown) => e);
  expect(failure).toBeInstanceOf(ModelError);
  expect(failure).toMatchObject({
    kind: 'config',
    retryable: false,
    message:
      'The model did not accept the attached files. Edit your message and remove them, or pick another model.',
  });
});
