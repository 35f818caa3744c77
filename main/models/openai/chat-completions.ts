import { type AdapterSettings, failureContext } from '../adapter-settings.ts';
import { toThrow, withoutEvents } from '../errors.ts';
import type { LanguageModel, ModelEvent, ModelRequest } from '../port.ts';
import { ChatEvents } from './chat-events.ts';
import { chatBody } from './chat-input.ts';
import { isAzure, isOfficialOpenai, openaiClient } from './client.ts';

/** Chat Completions: what every compatible server speaks. */
export function openaiChat(settings: AdapterSettings): LanguageModel {
  const official = isOfficialOpenai(settings.baseUrl) || isAzure(settings.baseUrl);

  async function* stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent> {
    try {
      signal.throwIfAborted();
      const client = await openaiClient(settings);
      const call = client.chat.completions.create(chatBody(request, official), { signal });
      const { data: chunks, response } = await call.withResponse();
      const ours = new ChatEvents(request.model);
      let count = 0;
      for await (const chunk of chunks) {
        count += 1;
        yield* ours.take(chunk);
      }
      // The client ends its stream quietly when it is aborted.
      signal.throwIfAborted();
      if (count === 0) throw withoutEvents(response);
      yield* ours.end();
    } catch (error) {
      throw toThrow(error, signal, failureContext(settings));
    }
  }

  return { provider: settings.provider, promptCaching: false, stream };
}
