import { stat } from 'node:fs/promises';
import ssh2, { type BaseAgent, type ParsedKey, type SigningRequestOptions } from 'ssh2';
import { waitFor } from '../wait-for.ts';

/** An agent that does not list its keys by then is not there. Signing may wait for a touch, so it has no bound here. */
const LIST_MS = 10_000;

export interface AgentKeys {
  readonly agent: BaseAgent;
  readonly keys: readonly ParsedKey[];
}

/** The person's ssh-agent, or a sentence why there is none. Rejects with the signal's reason. */
export async function listAgentKeys(socket: string, signal: AbortSignal): Promise<AgentKeys | string> {
  if (process.platform !== 'win32' && !(await isSocket(socket)))
    return `There is no ssh-agent at ${socket}.`;
  const agent = ssh2.createAgent(socket);
  const listing = new Promise<readonly ParsedKey[]>((resolve, reject) => {
    agent.getIdentities((error, keys) => {
      if (error) reject(error);
      else resolve((keys ?? []).flatMap((key) => parsedKey(key)));
    });
  });
  try {
    const bound = AbortSignal.any([signal, AbortSignal.timeout(LIST_MS)]);
    return { agent, keys: await waitFor(listing, bound) };
  } catch (error) {
    signal.throwIfAborted();
    return `The ssh-agent at ${socket} does not answer (${error instanceof Error ? error.message : String(error)}).`;
  }
}

export function signByAgent(
  agent: BaseAgent,
  key: ParsedKey,
  data: Buffer,
  hash: string | undefined,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = (hash === undefined ? {} : { hash }) as SigningRequestOptions;
    agent.sign(key, data, options, (error, signature) => {
      if (error || !signature) reject(error ?? new Error('no signature'));
      else resolve(typeof signature === 'string' ? Buffer.from(signature) : signature);
    });
  });
}

function parsedKey(key: unknown): readonly ParsedKey[] {
  const found = typeof key === 'object' && key !== null && 'pubKey' in key ? key.pubKey : key;
  return typeof found === 'object' && found !== null && 'getPublicSSH' in found ? [found as ParsedKey] : [];
}

async function isSocket(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isSocket();
  } catch {
    return false;
  }
}
