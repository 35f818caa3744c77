import net from 'node:net';
import ssh2, { type Client, type ConnectConfig } from 'ssh2';
import type { Log } from '../base/log.ts';
import { type Credential, loadCredentials } from './auth.ts';
import { LinkFault } from './fault.ts';
import { type HostKeyCheck, loadHostKeyCheck } from './host-key.ts';
import { createSession, type Session } from './session.ts';
import { formatTarget, type Target } from './target.ts';

export interface ConnectOptions {
  readonly target: Target & { readonly username: string };
  readonly identityFile: string | null;
  readonly knownHostsFile: string;
  /** The home of the person at this computer. */
  readonly home: string;
  readonly sshAuthSock: string | null;
  /** Silence on the connection that counts as its end. */
  readonly stallMs: number;
  readonly log: Log;
}

/** Until host key and cipher are agreed. Logging in may wait for a touch or a confirmation, so it gets longer. */
const HANDSHAKE_MS = 15_000;
const LOGIN_MS = 120_000;
const KEEPALIVES = 3;

/** Connects once. Throws LinkFault, or the signal's reason when it aborts. */
export async function connect(options: ConnectOptions, signal: AbortSignal): Promise<Session> {
  signal.throwIfAborted();
  const hostKey = await loadHostKeyCheck(options.target, options.knownHostsFile);
  const credentials = await loadCredentials({ ...options, username: options.target.username });
  signal.throwIfAborted();
  const attempt = new Attempt(options, hostKey, credentials);
  const onAbort = () => attempt.abandon();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await attempt.run();
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

type Phase = 'reaching' | 'handshake' | 'login' | 'up';

/** One try. ssh2 tells an end in several ways, some without an error; the first reason seen is the one that counts. */
class Attempt {
  readonly #client: Client = new ssh2.Client();
  /** Ours, because ssh2 cannot destroy a socket that it has already ended: a frozen peer would keep it for ever. */
  readonly #socket = new net.Socket();
  readonly #options: ConnectOptions;
  readonly #hostKey: HostKeyCheck;
  readonly #credentials: readonly Credential[];
  #phase: Phase = 'reaching';
  #reason: LinkFault | null = null;
  #next = 0;

  constructor(options: ConnectOptions, hostKey: HostKeyCheck, credentials: readonly Credential[]) {
    this.#options = options;
    this.#hostKey = hostKey;
    this.#credentials = credentials;
  }

  run(): Promise<Session> {
    const client = this.#client;
    const closed = new Promise<LinkFault>((resolve) => {
      client.on('close', () => resolve(this.#reason ?? this.#plainEnd()));
    });
    let timer = setTimeout(() => this.#giveUp(), HANDSHAKE_MS);
    client.on('connect', () => {
      this.#phase = 'handshake';
    });
    client.on('handshake', () => {
      if (this.#phase === 'up') return;
      this.#phase = 'login';
      clearTimeout(timer);
      timer = setTimeout(() => this.#giveUp(), LOGIN_MS);
    });
    client.on('error', (error) => this.#onError(error));
    const ready = new Promise<Session>((resolve, reject) => {
      client.on('ready', () => {
        this.#phase = 'up';
        resolve(createSession(client, closed, () => this.abandon()));
      });
      void closed.then(reject);
    });
    // Without it every small packet waits for an acknowledgement: an exec takes 91 ms instead of 5.
    this.#socket.setNoDelay(true);
    const { hostname, port } = this.#options.target;
    this.#socket.connect({ host: hostname, port });
    client.connect(this.#config());
    return ready.finally(() => clearTimeout(timer));
  }

  /** At once, without a word to the server. */
  abandon(): void {
    this.#socket.destroy();
  }

  #config(): ConnectConfig {
    const { target, stallMs } = this.#options;
    return {
      sock: this.#socket,
      username: target.username,
      readyTimeout: 0,
      keepaliveInterval: Math.max(1, Math.round(stallMs / KEEPALIVES)),
      keepaliveCountMax: KEEPALIVES,
      // ssh2's types demand its own literal union here; the names come from our table of supported ones.
      algorithms: { serverHostKey: [...this.#hostKey.algorithms] as never[] },
      hostVerifier: (key: Buffer) => {
        this.#reason ??= this.#hostKey.judge(key);
        return this.#reason === null;
      },
      authHandler: (_left, _partial, next) => {
        const credential = this.#credentials[this.#next++];
        if (credential) this.#options.log.debug('ssh: offering', { credential: credential.label });
        // The declared type forgets `false`, which is how one says that nothing is left.
        next(credential?.method ?? (false as never));
      },
    };
  }

  #onError(error: Error & { level?: string; code?: unknown }): void {
    this.#options.log.debug('ssh: error', { phase: this.#phase, level: error.level, error: error.message });
    // An agent that does not answer: the next credential is tried.
    if (error.level === 'agent') return;
    this.#reason ??= this.#classify(error);
  }

  #classify(error: Error & { level?: string; code?: unknown }): LinkFault {
    const host = formatTarget(this.#options.target);
    if (this.#phase === 'up') {
      return new LinkFault('closed', `The connection to ${host} was lost.`, error.message);
    }
    if (error.level === 'client-socket') return socketFault(host, error);
    // A numeric code is the reason of the server's own disconnect message, for example after too many keys.
    if (
      error.level === 'client-authentication' ||
      (this.#phase === 'login' && typeof error.code === 'number')
    ) {
      const tried = this.#credentials.map((credential) => credential.label).join(', ');
      return new LinkFault(
        'auth',
        `${host} refused to let us in. Tried: ${tried}. Check the user name, and that the host has this key in ` +
          'its authorized_keys.',
        error.message,
      );
    }
    return new LinkFault('unreachable', `${host} did not complete the SSH handshake.`, error.message);
  }

  #giveUp(): void {
    const host = formatTarget(this.#options.target);
    this.#reason ??= new LinkFault(
      'unreachable',
      `${host} did not answer in time.`,
      `phase: ${this.#phase}`,
    );
    this.abandon();
  }

  #plainEnd(): LinkFault {
    const host = formatTarget(this.#options.target);
    return this.#phase === 'up'
      ? new LinkFault('closed', `The connection to ${host} was lost.`)
      : new LinkFault(
          'unreachable',
          `${host} closed the connection before it was ready.`,
          `phase: ${this.#phase}`,
        );
  }
}

function socketFault(host: string, error: { message: string; code?: unknown }): LinkFault {
  const why: Readonly<Record<string, string>> = {
    ECONNREFUSED: `Nothing answers at ${host}: is the SSH server running, and is the port right?`,
    ENOTFOUND: `The name of ${host} is not known: check its spelling and the network.`,
    EAI_AGAIN: `The name of ${host} cannot be looked up now: check the network.`,
    ETIMEDOUT: `${host} did not answer in time.`,
    EHOSTUNREACH: `${host} cannot be reached from this network.`,
    ENETUNREACH: `${host} cannot be reached: there is no network.`,
  };
  const code = typeof error.code === 'string' ? error.code : '';
  return new LinkFault('unreachable', why[code] ?? `The connection to ${host} failed.`, error.message);
}
