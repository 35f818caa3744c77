import type { CallFailure } from '@shared/contract/define.ts';
import { err, ok, type Result } from '@shared/util/result.ts';
import { type AgentClient, AgentError } from '../agent-client/client.ts';
import { isAway } from './away.ts';

const WAIT_MS = 20_000;

export interface SignalRequest {
  connect(): Promise<{ readonly client: AgentClient }>;
  readonly chatId: string;
  readonly processId: string;
  readonly signal: 'terminate' | 'kill';
  readonly key: string;
}

/** What has ended already needs no signal. */
export async function signalProcess(
  { connect, chatId, processId, signal, key }: SignalRequest,
  until: AbortSignal,
): Promise<Result<null, CallFailure<'not-found' | 'unreachable'>>> {
  const late = AbortSignal.timeout(WAIT_MS);
  try {
    const { client } = await connect();
    await client.signalProcess(processId, signal, { chatId, key, signal: AbortSignal.any([until, late]) });
    return ok(null);
  } catch (error) {
    if (error instanceof AgentError && error.code === 'already-exited') return ok(null);
    if (error instanceof AgentError && error.code === 'not-found')
      return err({ code: 'not-found', message: 'This process is not known any more.' });
    if (isAway(error)) return err({ code: 'unreachable', message: error.message });
    if (late.aborted)
      return err({ code: 'unreachable', message: 'The machine did not answer in time. Try again.' });
    throw error;
  }
}
