import { type LanguageModel, ModelError, type ModelEvent, type ModelRequest } from './port.ts';
import { subject } from './sentences.ts';

/** Far beyond what any model says in one answer; it bounds what a server that never ends can fill. */
export const MAX_ANSWER_CHARS = 8 * 2 ** 20;

function tooLong(provider: string): ModelError {
  const message = `${subject(provider)} sent an answer without an end. It was given up.`;
  return new ModelError(message, { kind: 'generic', retryable: false, provider });
}

/** A model whose answer has a bound: text, reasoning and arguments together, in UTF-16 units. */
export function withAnswerLimit(model: LanguageModel, maxChars = MAX_ANSWER_CHARS): LanguageModel {
  async function* stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent> {
    let chars = 0;
    for await (const event of model.stream(request, signal)) {
      if ('delta' in event) chars += event.delta.length;
      else if (event.type === 'tool-end') chars += event.args.length;
      if (chars > maxChars) throw tooLong(model.provider);
      yield event;
    }
  }
  return { provider: model.provider, promptCaching: model.promptCaching, stream };
}
