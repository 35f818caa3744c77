import { type AdapterSettings, failureContext } from '../adapter-settings.ts';
import { toThrow, withoutEvents } from '../errors.ts';
import type { LanguageModel, ModelEvent, ModelRequest } from '../port.ts';
import { openaiClient } from './client.ts';
import { ResponsesEvents } from './responses-events.ts';
import { responsesBody } from './responses-input.ts';

/** OpenAI's Responses API, stateless: nothing is stored there, reasoning goes back encrypted. */
export function openaiResponses(settings: AdapterSettings): LanguageModel {
  async function* stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent> {
    try {
      signal.throwIfAborted();
      const client = await openaiClient(settings);
      const call = client.responses.create(responsesBody(request), { signal });
      const { data: events, response } = await call.withResponse();
      const ours = new ResponsesEvents(request.model);
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

  return { provider: settings.provider, promptCaching: false, stream };
}
