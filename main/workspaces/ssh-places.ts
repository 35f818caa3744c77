import path from 'node:path';
import type { HostId } from '@shared/model/ids.ts';
import type { LinkState } from '@shared/model/workspace.ts';
import { err, ok, type Result } from '@shared/util/result.ts';
import { AgentError } from '../agent-client/client.ts';
import type { HostConfig, RemoteHost } from '../agent-client/hosts.ts';
import { LinkFault, type LinkFaultCode, textOfFault } from '../ssh/fault.ts';
import { formatTarget, parseTarget } from '../ssh/target.ts';
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
  readonly code: 'bad-target' | 'unreachable' | 'host-key' | 'auth' | 'not-a-folder' | 'agent';
  readonly message: string;
}

export interface SshPlaces {
  /** Connects and finds the directory; only then the host is remembered. */
  open(
    request: SshRequest,
    signal: AbortSignal,
  ): Promise<Result<{ readonly host: HostRecord; readonly directory: string }, SshRefusal>>;
  /** The same host is the same place. Connects at first use. */
  placeOf(host: HostRecord): Place;
}

export interface SshPlacesDeps {
  readonly hosts: { host(config: HostConfig): RemoteHost };
  readonly records: Pick<WorkspaceRecords, 'upsertHost'>;
}

export function createSshPlaces(deps: SshPlacesDeps): SshPlaces {
  const places = new Map<HostId, Place>();
  const used = new Set<RemoteHost>();

  return {
    async open({ target: text, directory, identityFile }, signal) {
      const target = parseTarget(text);
      if (!target.ok) return err({ code: 'bad-target', message: target.error });
      const name = formatTarget(target.value);
      const remote = deps.hosts.host({ target: name, identityFile });
      const until = AbortSignal.any([signal, AbortSignal.timeout(OPEN_TIMEOUT_MS)]);
      const found = await findDirectory(remote, { name, directory }, until);
      if (!found.ok) {
        // Nobody works there: its link shall not go on trying.
        if (!used.has(remote)) await remote.close();
        return found;
      }
      const host = await deps.records.upsertHost({ target: name, identityFile });
      if (places.get(host.id) !== undefined && !used.has(remote)) places.delete(host.id);
      return ok({ host, directory: found.value });
    },
    placeOf(host) {
      const known = places.get(host.id);
      if (known) return known;
      const target = parseTarget(host.target);
      if (!target.ok) return brokenPlace(host.target, target.error);
      const remote = deps.hosts.host({ target: host.target, identityFile: host.identityFile });
      const place = remotePlace(host.target, remote);
      used.add(remote);
      places.set(host.id, place);
      return place;
    },
  };
}

function remotePlace(name: string, remote: RemoteHost): Place {
  let platform: string | null = null;
  return {
    name,
    link: linkWatch(remote),
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
    if (message !== null) attempt.abort(new LinkFault('unreachable', message));
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

/** The message of the first attempt that fails; null when the signal came first. */
async function firstFailure(remote: RemoteHost, signal: AbortSignal): Promise<string | null> {
  let tried = false;
  for await (const state of remote.watch(signal)) {
    if (state.state === 'connecting' || state.state === 'up') tried = true;
    // A refusal for good is thrown, with its code, by the call that waits.
    if (state.state === 'down' && tried && !state.final) return state.message;
  }
  return null;
}

function refusalOf(name: string, error: unknown, signal: AbortSignal): SshRefusal {
  if (error instanceof LinkFault) {
    return { code: refusalCode(error.code), message: textOfFault(error) };
  }
  if (error instanceof AgentError) return { code: 'not-a-folder', message: error.message };
  if (signal.aborted) return { code: 'unreachable', message: `${name} did not answer in time.` };
  throw error;
}

function refusalCode(code: LinkFaultCode): SshRefusal['code'] {
  if (code === 'closed') return 'unreachable';
  return code === 'configuration' ? 'bad-target' : code;
}

function notFolder(message: string): Result<string, SshRefusal> {
  return err({ code: 'not-a-folder', message });
}
