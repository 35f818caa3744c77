import type { ProcessOutput, StartProcessRequest } from '@shared/agent-protocol/index.ts';
import { type AgentClient, AgentError } from '../../agent-client/client.ts';
import type { Clock } from '../../base/clock.ts';
import { LinkFault } from '../../ssh/fault.ts';
import { isAway } from '../away.ts';
import { WorkspaceProblem } from '../connection.ts';

const PAUSE_MS = 1_000;
const TERMINATE_GRACE_MS = 5_000;
const KILL_GRACE_MS = 5_000;
/** Of the spool of a look: a host with more workspaces than fit is one that we do not know. */
const MOST_BYTES = 8 * 1024 * 1024;

export interface ScriptPlace {
  connect(): Promise<AgentClient>;
  readonly clock: Clock;
}

export interface KeyedScript {
  /** The same key attaches to what runs or ran already. */
  readonly key: string;
  readonly request: StartProcessRequest;
}

/** The machine will not be reached by waiting. */
function isLasting(error: unknown): boolean {
  if (error instanceof LinkFault) return error.final;
  return error instanceof WorkspaceProblem;
}

/** Begins it, or finds it begun; waits out a machine that is away. Answers the process's id. Throws the signal's reason. */
export async function beginScript(
  place: ScriptPlace,
  { key, request }: KeyedScript,
  signal: AbortSignal,
): Promise<string> {
  const { id } = await untilReached(place, signal, (client) =>
    client.startProcess(request, { key, signal }),
  );
  return id;
}

/** Its end. A process that the agent does not know any more ends with an unknown code. */
export async function scriptEnd(
  place: ScriptPlace,
  processId: string,
  signal: AbortSignal,
): Promise<{ readonly exitCode: number; readonly output: string }> {
  for (;;) {
    const output = await untilReached(place, signal, (client) =>
      client.processOutput(processId, true, { signal }),
    ).catch(lostProcess);
    if (!output.running) return { exitCode: output.exit_code ?? -1, output: output.output };
    await place.clock.sleep(PAUSE_MS, signal);
  }
}

/** Ends one that is given up: terminate, after a while kill. The caller's own signal is aborted already. */
export async function stopScript(place: ScriptPlace, key: string, processId: string): Promise<void> {
  for (const [how, graceMs] of [
    ['terminate', TERMINATE_GRACE_MS],
    ['kill', KILL_GRACE_MS],
  ] as const) {
    const signal = AbortSignal.timeout(graceMs);
    try {
      const client = await place.connect();
      await client.signalProcess(processId, how, { key: `${key}:${how}`, signal });
      await scriptEnd(place, processId, signal);
      return;
    } catch (error) {
      if (error instanceof AgentError && ['already-exited', 'not-found'].includes(error.code)) return;
      if (!signal.aborted && !isAway(error)) throw error;
    }
  }
}

/** Runs a short one to its end; null when it did not work. */
export async function readScript(
  place: ScriptPlace,
  script: KeyedScript,
  signal: AbortSignal,
): Promise<string | null> {
  const processId = await beginScript(place, script, signal);
  const { exitCode } = await scriptEnd(place, processId, signal);
  if (exitCode !== 0) return null;
  const chunks: Buffer[] = [];
  for (let after = 0; after < MOST_BYTES; ) {
    const chunk = await untilReached(place, signal, (client) =>
      client.spool(processId, after, false, { signal }),
    );
    if (chunk.data === '') break;
    chunks.push(Buffer.from(chunk.data, 'base64'));
    after = chunk.next;
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Asks again after a break of the connection. */
export async function untilReached<T>(
  { connect, clock }: ScriptPlace,
  signal: AbortSignal,
  ask: (client: AgentClient) => Promise<T>,
): Promise<T> {
  for (;;) {
    signal.throwIfAborted();
    try {
      return await ask(await connect());
    } catch (error) {
      signal.throwIfAborted();
      if (!isAway(error) || isLasting(error)) throw error;
    }
    await clock.sleep(PAUSE_MS, signal);
  }
}

function lostProcess(error: unknown): ProcessOutput {
  if (!(error instanceof AgentError) || error.code !== 'not-found') throw error;
  return { output: '', running: false, exit_code: -1 };
}
