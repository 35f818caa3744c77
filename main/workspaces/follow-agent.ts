import type { AgentEvent, EventsRequest } from '@shared/agent-protocol/events.ts';
import { type AgentClient, AgentError } from '../agent-client/client.ts';
import type { Clock } from '../base/clock.ts';
import { isAway } from './away.ts';

/** Before an agent that ended, refused or could not be reached is asked again. */
const PAUSE_MS = 5_000;

export interface FollowedAgent {
  connect(): Promise<{ readonly client: AgentClient }>;
  readonly clock: Clock;
  readonly request: EventsRequest;
  readonly chatId?: string;
}

/** What happens there, for as long as somebody looks. After each break all begins with the present state. */
export async function* followAgent(
  { connect, clock, request, chatId }: FollowedAgent,
  signal: AbortSignal,
): AsyncGenerator<AgentEvent> {
  while (!signal.aborted) {
    try {
      const { client } = await connect();
      yield* client.events(request, { signal, ...(chatId === undefined ? {} : { chatId }) });
    } catch (error) {
      if (signal.aborted) return;
      const busy = error instanceof AgentError && error.code === 'busy';
      if (!busy && !isAway(error)) throw error;
    }
    await clock.sleep(PAUSE_MS, signal).catch(() => undefined);
  }
}
