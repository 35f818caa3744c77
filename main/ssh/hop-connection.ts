import type { Duplex } from 'node:stream';
import ssh2, { type AnyAuthMethod, type ConnectConfig } from 'ssh2';
import type { Log } from '../base/log.ts';
import type { Keyring } from './auth/keyring.ts';
import type { Login, LoginAsked } from './auth/login.ts';
import { plainText } from './auth/plain-text.ts';
import type { Person } from './config/person.ts';
import { closedByUs, LinkFault } from './fault.ts';
import {
  endedEarly,
  nobodyAnswered,
  type Phase,
  passwordExpired,
  type TransportError,
  tooSlow,
  transportFault,
} from './hop-faults.ts';
import { hopLogin } from './hop-login.ts';
import { checkHostKey, type HostKeyDeps, offeredAlgorithms } from './host-key.ts';
import type { Questions } from './questions.ts';
import type { Hop } from './route.ts';
import type { OpenStage, Trace } from './trace.ts';
import type { Turns } from './turns.ts';
import { waitFor } from './wait-for.ts';

export interface HopDeps {
  /** What the person wanted to reach. */
  readonly host: string;
  readonly person: Person;
  readonly questions: Questions;
  readonly keyring: Keyring;
  readonly turns: Turns;
  readonly trace: Trace;
  readonly log: Log;
  /** In place of what the configuration says about silence. */
  readonly stallMs?: number;
  /** The ssh-agent's socket that may be used from there; null: none. */
  readonly lentAgent: string | null;
}

type Next = (method: AnyAuthMethod) => void;

/** Until host key and cipher are agreed. */
const HANDSHAKE_MS = 15_000;
/** Between two answers of the server while it lets us in: some are slow on purpose. */
const LOGIN_MS = 120_000;
const KEEPALIVES = 3;
const COMPARING = 'Comparing the host key.';

/**
 * SSH with one machine over a stream that leads there. ssh2 tells an end in several ways, some without an error; the
 * first reason seen is the one that counts. How long a person may take is for the server to say.
 */
export class HopConnection {
  readonly client = new ssh2.Client();
  /** The reason, once the stream is closed. Never rejects. */
  readonly closed: Promise<LinkFault>;
  readonly #hop: Hop;
  readonly #deps: HopDeps;
  readonly #stream: Duplex;
  readonly #login: Login;
  readonly #over = new AbortController();
  #phase: Phase = 'handshake';
  #stage: OpenStage;
  #reason: LinkFault | null = null;
  /** Something nobody foresaw, to be thrown as it is. */
  #surprise: { readonly error: unknown } | null = null;
  /** Who or what must answer before the server can go on. */
  readonly #waits: string[] = [];
  #hostKey: Buffer | null = null;
  #timer: NodeJS.Timeout | undefined;
  #banner = '';

  constructor(hop: Hop, stream: Duplex, deps: HopDeps) {
    this.#hop = hop;
    this.#stream = stream;
    this.#deps = deps;
    this.#stage = deps.trace.begin('handshake', hop.name, 'Agreeing on keys and ciphers.');
    const { person, keyring } = deps;
    this.#login = hopLogin(
      {
        hop,
        person,
        keyring,
        ask: (asked) => this.#askToSignIn(asked),
        waiting: (what, wait) => this.#waiting(what, wait),
        onFault: (error) => this.#giveUp(error),
      },
      this.#over.signal,
    );
    stream.on('error', (error) => this.#onError(error));
    // A channel of a jump host tells the end of its far side only, and would wait for ours.
    stream.once('end', () => stream.destroy());
    this.closed = new Promise((resolve) => {
      stream.once('close', () => resolve(this.#onClose()));
    });
  }

  get name(): string {
    return this.#hop.name;
  }

  /** Until we are let in. Throws LinkFault. */
  async open(): Promise<void> {
    const { client } = this;
    const algorithms = await offeredAlgorithms(this.#hostKeyDeps()).catch((error: unknown) => {
      this.#giveUp(error);
      throw error;
    });
    this.#over.signal.throwIfAborted();
    this.#bound();
    client.on('error', (error) => this.#onError(error));
    client.on('banner', (text: string) => {
      this.#banner = plainText(text).slice(0, 1_000);
    });
    client.on('change password', (said: string) => this.#giveUp(passwordExpired(this.#hop.name, said)));
    const ready = new Promise<void>((resolve, reject) => {
      client.on('ready', resolve);
      void this.closed.then((fault) => reject(this.#surprise ? this.#surprise.error : fault));
    });
    client.connect(this.#config(algorithms));
    await ready;
    this.#phase = 'up';
    clearTimeout(this.#timer);
    this.#stage.ok(`Signed in as ${this.#hop.options.user} with ${this.#login.accepted}.`, this.#said());
  }

  /** At once, without a word to the server. */
  abandon(reason = closedByUs()): void {
    this.#reason ??= reason;
    this.#stream.destroy();
  }

  #config(algorithms: readonly string[]): ConnectConfig {
    const { stallMs, lentAgent } = this.#deps;
    const { alive, user } = this.#hop.options;
    return {
      sock: this.#stream as NonNullable<ConnectConfig['sock']>,
      username: user,
      readyTimeout: 0,
      // Else ssh2 throws where another server than OpenSSH is asked for a Unix socket, instead of asking it.
      strictVendor: false,
      keepaliveInterval:
        stallMs === undefined ? alive.intervalMs : Math.max(1, Math.round(stallMs / KEEPALIVES)),
      keepaliveCountMax: stallMs === undefined ? alive.count : KEEPALIVES,
      ...(lentAgent === null ? {} : { agent: lentAgent }),
      // ssh2's types demand its own literal union here; the names come from our table of supported ones.
      algorithms: { serverHostKey: [...algorithms] as never[] },
      // Without an answer nothing goes on: what is wrong ends the stream.
      hostVerifier: (key: Buffer, verify: (good: boolean) => void) => {
        this.#verify(key).then(
          () => this.#over.signal.aborted || verify(true),
          (error: unknown) => this.#giveUp(error),
        );
      },
      authHandler: (left, partial, next) => {
        void this.#signIn(left, partial, next);
      },
    };
  }

  async #verify(key: Buffer): Promise<void> {
    // A connection that agrees on new ciphers later shows its key again.
    if (this.#hostKey?.equals(key)) return;
    this.#hostKey = key;
    this.#stage.ok('The server speaks SSH.');
    this.#stage = this.#deps.trace.begin('host-key', this.#hop.name, COMPARING);
    clearTimeout(this.#timer);
    await checkHostKey(key, this.#hostKeyDeps(), this.#stage, this.#over.signal);
    this.#bound();
  }

  async #signIn(left: readonly string[] | null, partial: boolean | null, next: Next): Promise<void> {
    const { name } = this.#hop;
    if (this.#phase === 'handshake') {
      this.#phase = 'login';
      this.#stage = this.#deps.trace.begin('authentication', name, this.#doing());
    }
    this.#bound();
    try {
      const method = await this.#login.next(left, partial);
      this.#deps.log.debug('ssh: offering', { hop: name, method: method.type });
      if (!this.#over.signal.aborted) next(method);
    } catch (error) {
      this.#giveUp(error);
    }
  }

  #hostKeyDeps(): HostKeyDeps {
    const { host, turns, questions } = this.#deps;
    const { name: hop, options, via } = this.#hop;
    return {
      options: options.knownHosts,
      name: options,
      hop,
      turns,
      ask: (question) =>
        this.#waiting(`an answer about its host key, ${question.fingerprint}`, () =>
          questions.hostKey({ ...question, host, hop, via }, this.#over.signal),
        ),
    };
  }

  #askToSignIn(asked: LoginAsked): Promise<readonly string[] | null> {
    const { host, questions } = this.#deps;
    const { name: hop, via } = this.#hop;
    const what = asked.prompts.map(({ label }) => `"${label}"`).join(' and ');
    return this.#waiting(what, () => questions.signIn({ ...asked, host, hop, via }, this.#over.signal));
  }

  /** The time that somebody takes is not the server's silence. */
  async #waiting<T>(what: string, wait: () => Promise<T>): Promise<T> {
    clearTimeout(this.#timer);
    this.#waits.push(what);
    this.#stage.wait(`Waiting for ${what}.`);
    try {
      return await waitFor(wait(), this.#over.signal);
    } finally {
      this.#waits.pop();
      if (this.#waits.length === 0) this.#stage.go(this.#doing());
      this.#bound();
    }
  }

  #doing(): string {
    return this.#phase === 'handshake' ? COMPARING : `Signing in as ${this.#hop.options.user}.`;
  }

  /** What the server says next must come soon. */
  #bound(): void {
    clearTimeout(this.#timer);
    if (this.#over.signal.aborted || this.#waits.length > 0 || this.#phase === 'up') return;
    const ms =
      this.#phase === 'handshake' ? (this.#hop.options.connectTimeoutMs ?? HANDSHAKE_MS) : LOGIN_MS;
    this.#timer = setTimeout(() => this.abandon(tooSlow(this.#hop.name, this.#phase)), ms);
  }

  #giveUp(error: unknown): void {
    if (this.#over.signal.aborted) return;
    if (error instanceof LinkFault) return this.abandon(error);
    this.#surprise ??= { error };
    this.abandon();
  }

  #onError(error: TransportError): void {
    const { log } = this.#deps;
    log.debug('ssh: error', { hop: this.#hop.name, level: error.level, error: error.message });
    // A key that could not be used: the next one is tried.
    if (error.level === 'agent') return;
    this.#reason ??= this.#reasonOf(error);
    // ssh2 ends politely, which a frozen peer never answers.
    this.#stream.destroy();
  }

  #reasonOf(error: TransportError): LinkFault {
    const { name } = this.#hop;
    if (error instanceof LinkFault) return error;
    const waited = this.#waits.at(-1);
    if (waited !== undefined) return nobodyAnswered(name, waited, this.#said());
    // A numeric code is the reason of the server's own disconnect message, for example after too many keys.
    if (this.#phase === 'login' && typeof error.code === 'number')
      return this.#login.cutFault(error.message);
    return transportFault(name, this.#phase, error);
  }

  #onClose(): LinkFault {
    clearTimeout(this.#timer);
    const waited = this.#waits.at(-1);
    const { name } = this.#hop;
    this.#reason ??=
      waited === undefined ? endedEarly(name, this.#phase) : nobodyAnswered(name, waited, this.#said());
    const { message, detail, fix } = this.#reason;
    this.#stage.failed(message, { detail: detail ?? this.#said(), fix });
    this.#over.abort(this.#reason);
    return this.#reason;
  }

  /** What was offered and tried, and what the server wrote above its prompts. */
  #said(): string | null {
    const lines = [this.#login.story, this.#banner && `The server says: ${this.#banner}`];
    return lines.filter(Boolean).join('\n') || null;
  }
}
