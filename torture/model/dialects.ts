/** One of the three languages in which a model server is asked, as far as a scripted answer needs it. */
export interface Dialect {
  readonly name: 'Responses' | 'Chat Completions' | 'Messages';
  /** How the path of its requests ends. */
  readonly path: string;
  /** The events before the first word. */
  begin(): string;
  word(text: string): string;
  /** The events after the last word; without them a stream was cut. */
  end(): string;
  /** An event that says that the server is overloaded. */
  overloaded(): string;
  /** The body of an answer with an error's status. */
  error(code: string, message: string): string;
}

function event(data: Readonly<Record<string, unknown>> & { readonly type: string }): string {
  return `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
}

const responses: Dialect = {
  name: 'Responses',
  path: '/responses',
  begin: () => event({ type: 'response.created', response: { id: 'resp_torture' } }),
  word: (delta) =>
    event({ type: 'response.output_text.delta', item_id: 'i', output_index: 0, content_index: 0, delta }),
  end: () =>
    event({
      type: 'response.completed',
      response: { id: 'resp_torture', status: 'completed', output: [], usage: null },
    }),
  overloaded: () => event({ type: 'error', code: 'overloaded', message: 'Overloaded' }),
  error: (code, message) => JSON.stringify({ error: { message, type: code, code, param: null } }),
};

function chunk(delta: object, finish: string | null = null): string {
  const choices = [{ index: 0, delta, finish_reason: finish }];
  return `data: ${JSON.stringify({ id: 'torture', object: 'chat.completion.chunk', choices })}\n\n`;
}

const chat: Dialect = {
  name: 'Chat Completions',
  path: '/chat/completions',
  begin: () => chunk({ role: 'assistant', content: '' }),
  word: (content) => chunk({ content }),
  end: () => `${chunk({}, 'stop')}data: [DONE]\n\n`,
  overloaded: () => `data: ${JSON.stringify({ error: { code: 'overloaded', message: 'Overloaded' } })}\n\n`,
  error: responses.error,
};

const messages: Dialect = {
  name: 'Messages',
  path: '/messages',
  begin: () =>
    event({ type: 'message_start', message: { id: 'msg_torture', usage: { input_tokens: 3 } } }) +
    event({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
  word: (text) => event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } }),
  end: () =>
    event({ type: 'content_block_stop', index: 0 }) +
    event({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 5 } }) +
    event({ type: 'message_stop' }),
  overloaded: () => event({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }),
  error: (code, message) => JSON.stringify({ type: 'error', error: { type: code, message } }),
};

export const dialects: readonly Dialect[] = [responses, chat, messages];
