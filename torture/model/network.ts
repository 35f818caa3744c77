import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import net, { type AddressInfo } from 'node:net';
import tls from 'node:tls';
import type { Chance } from '../random.ts';
import { type Dialect, dialects } from './dialects.ts';
import type { Trouble } from './failures.ts';
import { wordsOf } from './words.ts';

/** What is to happen to the requests of one chat, found by the mark in its text. */
export interface Plan {
  /** Which attempts go wrong: the first so many. */
  readonly times: number;
  readonly trouble: Trouble;
  /** Of a right answer. */
  readonly words: number;
}

export interface Network {
  add(mark: string, plan: Plan): void;
  /** Requests for answers so far, titles apart. */
  attempts(mark: string): number;
  /** Stalled requests that the client has not left. */
  stalled(): number;
  stop(): Promise<void>;
}

const TITLE = 'You name conversations';
const MARK = /case-\d+-\d+/;

interface Script extends Plan {
  attempts: number;
}

/**
 * The network between this process and its providers: whatever host is asked, a scripted server answers, or the
 * connection fails in earnest (a name that does not exist, a port where nobody listens, a broken handshake).
 */
export async function startNetwork(chance: Chance): Promise<Network> {
  const scripts = new Map<string, Script>();
  const stalled = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  const port = await listen(server);
  const noCertificate = tls.createServer({});
  noCertificate.on('tlsClientError', () => {});
  const tlsPort = await listen(noCertificate);
  const free = net.createServer();
  const refusedPort = await listen(free);
  await closed(free);

  const targets = {
    dns: 'http://no-such-host.invalid',
    refused: `http://127.0.0.1:${refusedPort}`,
    'plain-text': `https://127.0.0.1:${port}`,
    'no-certificate': `https://127.0.0.1:${tlsPort}`,
  } as const;
  const real = globalThis.fetch;
  globalThis.fetch = (input, init) => {
    const asked = new URL(input instanceof Request ? input.url : input);
    const body = typeof init?.body === 'string' ? init.body : '';
    const script = scripts.get(MARK.exec(body)?.[0] ?? '');
    let target = `http://127.0.0.1:${port}`;
    if (script && !body.includes(TITLE)) {
      script.attempts += 1;
      asked.searchParams.set('attempt', String(script.attempts));
      const { trouble, times, attempts } = script;
      if (trouble.at === 'network' && attempts <= times) target = targets[trouble.how];
    }
    return real(`${target}${asked.pathname}${asked.search}`, init);
  };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const piece of request) body += String(piece);
    const url = new URL(request.url ?? '/', 'http://model');
    const dialect = dialects.find(({ path }) => url.pathname.endsWith(path));
    const script = scripts.get(MARK.exec(body)?.[0] ?? '');
    if (!dialect || !script) return void response.writeHead(404).end('unknown');
    const attempt = Number(url.searchParams.get('attempt') ?? 0);
    const answer = new Answer(response, dialect, chance);
    if (attempt === 0) return answer.speak(['Torture']);
    if (attempt > script.times) return answer.speak(wordsOf(attempt, script.words));
    stalled.add(response);
    response.once('close', () => stalled.delete(response));
    await answer.fail(script.trouble, wordsOf(attempt, script.words));
  }

  return {
    add: (mark, plan) => scripts.set(mark, { ...plan, attempts: 0 }),
    attempts: (mark) => scripts.get(mark)?.attempts ?? 0,
    stalled: () => stalled.size,
    async stop() {
      globalThis.fetch = real;
      server.closeAllConnections();
      await Promise.all([closed(server), closed(noCertificate)]);
    },
  };
}

/** One scripted answer. Never ends the answer of a client that has left. */
class Answer {
  readonly #response: ServerResponse;
  readonly #dialect: Dialect;
  readonly #chance: Chance;
  readonly #left: Promise<void>;

  constructor(response: ServerResponse, dialect: Dialect, chance: Chance) {
    this.#response = response;
    this.#dialect = dialect;
    this.#chance = chance;
    this.#left = new Promise((resolve) => {
      response.once('close', () => resolve());
    });
  }

  speak(words: readonly string[]): void {
    this.#open();
    // In pieces that know nothing of events.
    const whole = `${this.#dialect.begin()}${words.map((word) => this.#dialect.word(word)).join('')}${this.#dialect.end()}`;
    const at = this.#chance.between(1, whole.length - 1);
    this.#response.write(whole.slice(0, at));
    this.#response.end(whole.slice(at));
  }

  async fail(trouble: Trouble, words: readonly string[]): Promise<void> {
    switch (trouble.at) {
      case 'network':
        throw new Error('the network fails before it comes here');
      case 'status':
        return this.#refuse(trouble);
      case 'opening':
        return this.#failToOpen(trouble.how);
      case 'stream':
        return this.#failInStream(trouble.how, words);
      case 'answer':
        return trouble.how === 'huge' ? this.#speakMuch(words) : this.speak([]);
    }
  }

  #open(): void {
    this.#response.writeHead(200, { 'content-type': 'text/event-stream' });
  }

  #refuse({ status, code, message, retryAfter }: Extract<Trouble, { at: 'status' }>): void {
    const headers = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
    this.#response.writeHead(status, { 'content-type': 'application/json', ...headers });
    this.#response.end(this.#dialect.error(code ?? 'some_error', message ?? 'The server said no.'));
  }

  async #failToOpen(how: 'reset' | 'stall' | 'page'): Promise<void> {
    if (how === 'reset') return void this.#response.socket?.resetAndDestroy();
    if (how === 'stall') return this.#left;
    this.#response.writeHead(200, { 'content-type': 'text/html' });
    this.#response.end('<html><body>Please log in to this network.</body></html>');
  }

  async #failInStream(
    how: Extract<Trouble, { at: 'stream' }>['how'],
    words: readonly string[],
  ): Promise<void> {
    const said = words.slice(0, this.#chance.between(1, words.length - 1));
    this.#open();
    await this.#write(`${this.#dialect.begin()}${said.map((word) => this.#dialect.word(word)).join('')}`);
    const next = this.#dialect.word('never whole ');
    switch (how) {
      case 'cut':
        await this.#write(next.slice(0, this.#chance.between(1, next.length - 3)));
        return void this.#response.socket?.end();
      case 'reset':
        return void this.#response.socket?.resetAndDestroy();
      case 'stall':
        return this.#left;
      case 'end':
        return void this.#response.end();
      case 'malformed':
        return void this.#response.end(`${next.replace('"}', '\n\n')}${this.#dialect.end()}`);
      case 'overloaded':
        return void this.#response.end(this.#dialect.overloaded());
      case 'endless':
        for (const more = this.#dialect.word('for ever '.repeat(8_000)); !this.#response.destroyed; )
          await this.#write(more);
    }
  }

  async #speakMuch(words: readonly string[]): Promise<void> {
    this.#open();
    await this.#write(this.#dialect.begin());
    const size = 400;
    for (let at = 0; at < words.length && !this.#response.destroyed; at += size)
      await this.#write(this.#dialect.word(words.slice(at, at + size).join('')));
    this.#response.end(this.#dialect.end());
  }

  async #write(text: string): Promise<void> {
    if (this.#response.destroyed) return;
    // A word that was said is on its way before the connection breaks.
    const sent = new Promise<void>((resolve) => {
      this.#response.write(text, () => resolve());
    });
    await Promise.race([sent, this.#left]);
  }
}

async function listen(server: net.Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

function closed(server: net.Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
