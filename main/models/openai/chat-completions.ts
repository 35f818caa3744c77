import { type AdapterSettings, failureContext } from '../adapter-settings.ts';
import { toThrow } from '../errors.ts';
import type { LanguageModel, ModelEvent, ModelRequest } from '../port.ts';
import { ChatEvents } from './chat-events.ts';
import { chatBody } from './chat-input.ts';
import { isOfficialOpenai, openaiClient } from './client.ts';

/** Chat Completions: what every compatible server speaks. */
export function openaiChat(settings: AdapterSettings): LanguageModel {
  const client = openaiClient(settings);
  const official = isOfficialOpenai(settings.baseUrl);

  async function* stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent> {
    try {
      signal.throwIfAborted();
      const chunks = await client.chat.completions.create(chatBody(request, official), { signal });
      const ours = new ChatEvents();
      for await (const chunk of chunks) yield* ours.take(chunk);
      // The client ends its stream quietly when it is aborted.
      signal.throwIfAborted();
      yield* ours.end();
    } catch (error) {
      throw toThrow(error, signal, failureContext(settings));
    }
  }

  return { provider: settings.provider, promptCaching: false, stream };
}
