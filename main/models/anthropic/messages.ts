import { type AdapterSettings, failureContext } from '../adapter-settings.ts';
import { toThrow, withoutEvents } from '../errors.ts';
import type { LanguageModel, ModelEvent, ModelRequest } from '../port.ts';
import { anthropicClient } from './client.ts';
import { anthropicBody } from './messages-body.ts';
import { AnthropicEvents } from './messages-events.ts';

/** Anthropic's Messages API, and servers that speak it. */
export function anthropic(settings: AdapterSettings): LanguageModel {
  async function* stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent> {
    try {
      signal.throwIfAborted();
      const client = await anthropicClient(settings);
      const call = client.messages.create(anthropicBody(request), { signal });
      const { data: events, response } = await call.withResponse();
      const ours = new AnthropicEvents();
      let count = 0;
      for await (const event of events) {
        count += 1;
        yield* ours.take(event);
      }
      // The client ends its stream quietly when it is aborted.
      signal.throwIfAborted();
      if (count === 0) throw withoutEvents(response);
      ours.end();
    } catch (error) {
      throw toThrow(error, signal, failureContext(settings));
    }
  }

  return { provider: settings.provider, promptCaching: true, stream };
}
