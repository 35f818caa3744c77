import type { EnvironmentResponse } from '@shared/agent-protocol/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Trace } from '../ssh/trace.ts';
import type { HttpAgentClient } from './http-client.ts';

/** Not before those who wait for the connection: the first way to the agent is theirs. */
const AFTER_MS = 1_000;

/** For the connection doctor: what commands on the host are started with. Never throws: a broken link is told elsewhere. */
export async function noteEnvironment(
  client: HttpAgentClient,
  { trace, clock }: { readonly trace: Trace; readonly clock: Clock },
  signal: AbortSignal,
): Promise<void> {
  try {
    await clock.sleep(AFTER_MS, signal);
    trace.addDetail('agent', environmentText(await client.environment({ signal })));
  } catch {
    // Nothing is known of it, and nothing is shown.
  }
}

export function environmentText({ shell, path, failure }: EnvironmentResponse): string {
  const whose =
    failure === null
      ? `Commands get the environment of a login with ${shell}.`
      : `Commands get the agent's own environment: ${failure}. It is asked again when the next ones are started.`;
  return `${whose}\nPATH=${path}`;
}
