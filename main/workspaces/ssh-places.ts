import path from 'node:path';
import type { HostRemoval } from '@shared/model/host.ts';
import type { HostId } from '@shared/model/ids.ts';
import type { LinkState } from '@shared/model/workspace.ts';
import { err, ok, type Result } from '@shared/util/result.ts';
import { AgentError } from '../agent-client/client.ts';
import type { HostConfig, RemoteHost } from '../agent-client/hosts.ts';
import { LinkFault, type LinkFaultCode, textOfFault } from '../ssh/fault.ts';
import { nameOfTarget } from '../ssh/target.ts';
import { createAttempts } from './attempts.ts';
import { WorkspaceProblem } from './connection.ts';
import { linkWatch } from './host-link.ts';
import type { Place } from './place.ts';
import type { HostRecord, WorkspaceRecords } from './records.ts';

/** A first connection with upload and start of the agent; the person may have to look for a phone before. */
const OPEN_TIMEOUT_MS = 10 * 60_000;
/** How long a caller waits to learn what kind of machine a host is. */
const PLATFORM_TIMEOUT_MS = 5_000;
/** Agents on hosts run on Linux and macOS; what they differ in does not matter to paths. */
const LIKELY_PLATFORM = 'linux';

export interface SshRequest {
  /** A name of the SSH configuration, `user@host` or `user@host:port`. */
  readonly target: string;
  readonly directory: string;
  /** Path of a private key; null: as the configuration says. */
  readonly identityFile: string | null;
}

export interface SshRefusal {
  readonly code:
    | 'bad-target'
    | 'unreachable'
    | 'host-key'
    | 'auth'
    | 'not-a-folder'
    | 'agent'
    | 'cancelled';
  readonly message: string;
}

export interface SshPlacesDeps {
  readonly hosts: { host(config: HostConfig): RemoteHost };
  readonly records: Pick<WorkspaceRecords, 'upsertHost'>;
}

/** The hosts as places to work at, and what is tried with those that are none yet. */
export class SshPlaces {
  readonly #deps: SshPlacesDeps;
  readonly #places = new Map<HostId, { readonly place: Place; readonly remote: RemoteHost }>();
  readonly #used = new Set<RemoteHost>();
  readonly #attempts = createAttempts();

  constructor(deps: SshPlacesDeps) {
    this.#deps = deps;
  }

  /** Connects and finds the directory; only then the host is remembered. */
  async open(
    { target, directory, identityFile }: SshRequest,
    signal: AbortSignal,
  ): Promise<Result<{ readonly host: HostRecord; readonly directory: string }, SshRefusal>> {
    const named = nameOfTarget(target);
    if (!named.ok) return badTarget(named.error);
    const name = named.value;
    const remote = this.#deps.hosts.host({ target: name, identityFile });
    const found = await this.#attempts.during(name, bounded(signal), (until) =>
      findDirectory(remote, { name, directory }, until),
    );
    if (!found.ok) {
      await this.#leave(remote);
      return found;
    }
    const host = await this.#deps.records.upsertHost({ target: name, identityFile });
    return ok({ host, directory: found.value });
  }

  /** Connects now. Answers when that has begun; `ended` resolves when the host is reached or is not. */
  diagnose(
    { target, identityFile }: Omit<SshRequest, 'directory'>,
    signal: AbortSignal,
  ): Result<{ readonly ended: Promise<void> }, SshRefusal> {
    const named = nameOfTarget(target);
    if (!named.ok) return badTarget(named.error);
    const remote = this.#deps.hosts.host({ target: named.value, identityFile });
    const settled = this.#attempts.during(named.value, bounded(signal), (until) =>
      untilSettled(remote, until),
    );
    return ok({ ended: settled.then(() => this.#leave(remote)) });
  }

  /** Gives up what `open` and `diagnose` began for this target. */
  cancel(target: string): void {
    const named = nameOfTarget(target);
    if (named.ok) this.#attempts.giveUp(named.value);
  }

  /** The same host is the same place, until it is reached with another key. Connects at first use. */
  placeOf(host: HostRecord): Place {
    const { id, target, identityFile, forwardAgent } = host;
    const named = nameOfTarget(target);
    if (!named.ok) return brokenPlace(target, named.error);
    const remote = this.#deps.hosts.host({ target, identityFile, forwardAgent });
    const known = this.#places.get(id);
    if (known?.remote === remote) return known.place;
    const place = remotePlace(target, remote);
    this.#used.add(remote);
    this.#places.set(id, { place, remote });
    return place;
  }

  /** Ends the agents there and removes what Gaffer keeps there. When all is gone, the host is another place. */
  async remove(
    { id, target, identityFile }: HostRecord,
    force: boolean,
    signal: AbortSignal,
  ): Promise<Result<HostRemoval, SshRefusal>> {
    try {
      const remote = this.#deps.hosts.host({ target, identityFile });
      const removal = await remote.remove(force, signal);
      if (removal.kind === 'removed' || removal.kind === 'absent') {
        this.#places.delete(id);
        this.#used.delete(remote);
      }
      return ok(removal);
    } catch (error) {
      return err(refusalOf(target, error, signal));
    }
  }

  /** Nobody works there: its link shall not go on trying. */
  async #leave(remote: RemoteHost): Promise<void> {
    if (!this.#used.has(remote)) await remote.close();
  }
}

function bounded(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(OPEN_TIMEOUT_MS)]);
}

function badTarget(message: string): Result<never, SshRefusal> {
  return err({ code: 'bad-target', message });
}

function remotePlace(name: string, remote: RemoteHost): Place {
  let platform: string | null = null;
  return {
    name,
    link: linkWatch(remote),
    run: (command, signal) => remote.run(command, signal),
    state: () => remote.state,
    async reach() {
      const { state } = remote;
      if (state.state === 'down' && state.final) throw new WorkspaceProblem('unreachable', state.message);
      platform ??= await platformOf(remote);
      return { client: remote.client, platform: platform ?? LIKELY_PLATFORM };
    },
    reconnect: () => remote.reconnect(),
    async follow(onChange, signal) {
      const states = remote.watch(signal)[Symbol.asyncIterator]();
      while (!(await states.next()).done) onChange();
    },
  };
}

/** Null when the host does not tell in time: its calls wait for the link, callers need not. */
async function platformOf(remote: RemoteHost): Promise<string | null> {
  const signal = AbortSignal.timeout(PLATFORM_TIMEOUT_MS);
  try {
    return (await remote.client.hello({ signal })).platform;
  } catch (error) {
    if (error instanceof LinkFault) throw new WorkspaceProblem('unreachable', textOfFault(error));
    if (signal.aborted) return null;
    throw error;
  }
}

/** A host whose stored name can no longer be read. */
function brokenPlace(name: string, message: string): Place {
  const state: LinkState = { state: 'down', message, final: true, retryAt: null };
  return {
    name,
    link: null,
    state: () => state,
    reach: () => Promise.reject(new WorkspaceProblem('unreachable', message)),
    reconnect() {},
    follow: () => Promise.resolve(),
  };
}

async function findDirectory(
  remote: RemoteHost,
  place: { readonly name: string; readonly directory: string },
  signal: AbortSignal,
): Promise<Result<string, SshRefusal>> {
  const { name, directory } = place;
  const attempt = new AbortController();
  const until = AbortSignal.any([signal, attempt.signal]);
  const failing = firstFailure(remote, until).then((message) => {
    if (message !== null) attempt.abort(new LinkFault('unreachable', message, null, message));
  });
  try {
    remote.reconnect();
    const { home } = await remote.client.hello({ signal: until });
    const asked = path.posix.resolve(home, directory.replace(/^~(?=\/|$)/, home));
    const found = await remote.client.stat(asked, { signal: until });
    if (found.kind === 'missing') return notFolder(`There is no directory ${asked} on ${name}.`);
    if (found.kind !== 'directory') return notFolder(`${asked} on ${name} is not a directory.`);
    if (!found.readable) return notFolder(`You are not allowed to read ${asked} on ${name}.`);
    return ok(found.realPath);
  } catch (error) {
    return err(refusalOf(name, error, signal));
  } finally {
    attempt.abort();
    await failing;
  }
}

/** The message of the first attempt that fails, with what to do about it; null when the signal came first. */
async function firstFailure(remote: RemoteHost, signal: AbortSignal): Promise<string | null> {
  let tried = false;
  for await (const state of remote.watch(signal)) {
    if (state.state === 'connecting' || state.state === 'up') tried = true;
    // A refusal for good is thrown, with its code, by the call that waits.
    if (state.state === 'down' && tried && !state.final) return state.message;
  }
  return null;
}

/** Tries, and waits for what comes of it. */
async function untilSettled(remote: RemoteHost, signal: AbortSignal): Promise<void> {
  remote.reconnect();
  let tried = false;
  for await (const { state } of remote.watch(signal)) {
    if (state === 'up' || (state === 'down' && tried)) return;
    if (state === 'connecting') tried = true;
  }
}

function refusalOf(name: string, error: unknown, signal: AbortSignal): SshRefusal {
  if (error instanceof LinkFault) {
    return { code: refusalCode(error.code), message: textOfFault(error) };
  }
  if (error instanceof AgentError) return { code: 'not-a-folder', message: error.message };
  if (signal.aborted) {
    return signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError'
      ? { code: 'unreachable', message: `${name} did not answer in time.` }
      : { code: 'cancelled', message: 'This was cancelled.' };
  }
  throw error;
}

function refusalCode(code: LinkFaultCode): SshRefusal['code'] {
  if (code === 'closed') return 'unreachable';
  if (code === 'not-now') return 'agent';
  return code === 'configuration' ? 'bad-target' : code;
}

function notFolder(message: string): Result<string, SshRefusal> {
  return err({ code: 'not-a-folder', message });
}
