import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { readKeyFile } from './auth/key-file.ts';
import type { Keyring } from './auth/keyring.ts';
import { Chain } from './chain.ts';
import { type LoadedOptions, loadHostOptions } from './config/load-host-options.ts';
import type { Person } from './config/person.ts';
import { expandHome } from './config/tokens.ts';
import { badTarget, LinkFault } from './fault.ts';
import { forwardAgent } from './forward-agent.ts';
import { HopConnection } from './hop-connection.ts';
import type { Questions } from './questions.ts';
import { reachHop } from './reach-hop.ts';
import { type Hop, planRoute } from './route.ts';
import { createSession, type Session } from './session.ts';
import { inStage } from './stage.ts';
import { formatTarget, parseTarget } from './target.ts';
import type { Trace } from './trace.ts';
import type { Turns } from './turns.ts';

export interface ConnectOptions {
  /** What the person typed: a name of their SSH configuration, or `user@host:port`. */
  readonly target: string;
  /** A key file that they chose: then no other key is offered to the host. */
  readonly identityFile: string | null;
  /** The home on the host of the agent that may use the person's ssh-agent; null: none may. */
  readonly lendAgentTo: string | null;
  readonly person: Person;
  readonly questions: Questions;
  /** Keys that were opened, and questions that many ask: one each for all connections. */
  readonly keyring: Keyring;
  readonly turns: Turns;
  readonly trace: Trace;
  readonly clock: Clock;
  readonly log: Log;
  /** Silence on the connection that counts as its end; default: as the configuration says. */
  readonly stallMs?: number;
}

/** Connects once, through as many machines as it takes. Throws LinkFault, or the signal's reason when it aborts. */
export async function connect(options: ConnectOptions, signal: AbortSignal): Promise<Session> {
  signal.throwIfAborted();
  const route = await findRoute(options, signal);
  const { lendAgentTo, trace } = options;
  const [agent = null] = lendAgentTo === null ? [] : (route.at(-1)?.options.keys.agentSockets ?? []);
  const chain = new Chain();
  const onAbort = () => chain.abandon();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    for (const hop of route) {
      const stream = await reachHop(hop, chain.last, options, signal);
      const lentAgent = hop === route.at(-1) ? agent : null;
      const connection = new HopConnection(hop, stream, {
        ...options,
        host: options.target,
        lentAgent,
      });
      chain.add(connection);
      signal.throwIfAborted();
      await connection.open();
    }
    const host = chain.last;
    if (host === null) throw new Error('a route has at least its end');
    if (agent !== null && lendAgentTo !== null) await forwardAgent(host, lendAgentTo, trace, signal);
    const session = createSession(host.client, chain.closed, () => chain.abandon());
    return {
      ...session,
      async close() {
        await session.close();
        await chain.end();
      },
    };
  } catch (error) {
    await chain.end();
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

async function findRoute(options: ConnectOptions, signal: AbortSignal): Promise<readonly Hop[]> {
  const { target, person, trace } = options;
  const parsed = parseTarget(target);
  if (!parsed.ok) throw badTarget(parsed.error);
  return planRoute(parsed.value, (machine) => {
    const name = formatTarget(machine);
    const reading = {
      stage: 'configuration',
      hop: name,
      summary: 'Reading the SSH configuration.',
    } as const;
    return inStage(trace, reading, async (stage) => {
      const read = await loadHostOptions(machine, person, signal);
      const loaded = machine === parsed.value ? await withChosenKey(read, options) : read;
      const { hostname, port, user } = loaded.options;
      stage.ok(`${user}@${hostname}, port ${port}.`, `Read by ${loaded.by}.`);
      return loaded;
    });
  });
}

async function withChosenKey(loaded: LoadedOptions, choice: ConnectOptions): Promise<LoadedOptions> {
  if (choice.identityFile === null) return loaded;
  const file = expandHome(choice.identityFile, choice.person.home);
  const found = await readKeyFile(file);
  if (found.kind === 'missing' || found.kind === 'unusable') {
    const why = found.kind === 'missing' ? 'does not exist' : `cannot be used: ${found.reason}`;
    throw new LinkFault(
      'auth',
      `The key file ${file} ${why}.`,
      null,
      'Choose another key file for this host.',
    );
  }
  const keys = { ...loaded.options.keys, files: [file], only: true };
  return { ...loaded, options: { ...loaded.options, keys } };
}
