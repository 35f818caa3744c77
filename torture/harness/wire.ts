import { once } from 'node:events';
import net from 'node:net';

/** How far the other end is. A piece that is lost comes again so much later, and what follows waits for it, as in TCP. */
export interface Weather {
  readonly oneWayMs: number;
  /** The share of pieces that is lost. */
  readonly loss: number;
  readonly againMs: number;
}

export const CALM: Weather = { oneWayMs: 0, loss: 0, againMs: 0 };

/**
 * A network of one cable to a server on this machine. It stands in for netem, which many kernels come without: a line
 * on which each byte is under way for so long, and which breaks in the ways that cables do.
 */
export interface Wire {
  readonly port: number;
  /** When each connection was begun, by `performance.now()`. */
  readonly begun: readonly number[];
  /** Connections that the client has open now. */
  open(): number;
  /** From now on, for the connections that are there, too. */
  weather(next: Weather): void;
  /** Every connection breaks, and both ends hear of it. */
  cut(): void;
  /**
   * The other end is gone without a word. What is sent is swallowed, nobody hears of an end, and a new connection gets
   * no answer. After `appear` new connections work; those of before stay dead.
   */
  vanish(): void;
  appear(): void;
  /** What the other end says is swallowed on every connection that is there; it still hears. */
  deafen(): void;
  close(): Promise<void>;
}

export async function startWire(target: {
  readonly port: number;
  readonly dice?: () => number;
}): Promise<Wire> {
  const line: Line = { port: target.port, weather: CALM, gone: false, dice: target.dice ?? Math.random };
  const cables = new Set<Cable>();
  const begun: number[] = [];
  const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    begun.push(performance.now());
    const cable = new Cable(client, line);
    cables.add(cable);
    void cable.over.then(() => cables.delete(cable));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as net.AddressInfo).port,
    begun,
    open: () => [...cables].filter((cable) => cable.isHeld()).length,
    weather(next) {
      line.weather = next;
    },
    cut() {
      for (const cable of cables) cable.cut();
    },
    vanish() {
      line.gone = true;
      for (const cable of cables) cable.swallow();
    },
    appear() {
      line.gone = false;
      for (const cable of cables) cable.bury();
    },
    deafen() {
      for (const cable of cables) cable.deafen();
    },
    async close() {
      for (const cable of cables) cable.cut();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

interface Line {
  readonly port: number;
  readonly dice: () => number;
  weather: Weather;
  gone: boolean;
}

/**
 * One connection. The client's handshake is answered by this machine at once, so what follows is put where it would
 * be: the server sees the client after one and a half round trips, and what the client sends leaves after one.
 */
class Cable {
  readonly over: Promise<void>;
  readonly #line: Line;
  readonly #client: net.Socket;
  readonly #server = new net.Socket({ allowHalfOpen: true });
  readonly #out: Way;
  readonly #back: Way;
  #dialling: NodeJS.Timeout | null = null;
  #isDead = false;
  /** It sent its end, or more than that. */
  #clientLeft = false;

  constructor(client: net.Socket, line: Line) {
    const { oneWayMs } = line.weather;
    this.#line = line;
    this.#client = client;
    this.#out = new Way(line, performance.now() + 2 * oneWayMs);
    this.#back = new Way(line, 0);
    this.over = Promise.all([closed(client), closed(this.#server)]).then(() => undefined);
    client.once('end', () => this.#onClientLeft());
    client.once('close', () => this.#onClientClosed());
    this.#server.once('close', () => this.#onServerClosed());
    this.#server.on('error', () => this.cut());
    client.on('error', () => {});
    this.#out.from(client);
    if (line.gone) this.swallow();
    else if (oneWayMs === 0) this.#dial();
    else this.#dialling = setTimeout(() => this.#dial(), 3 * oneWayMs);
  }

  isHeld(): boolean {
    return !this.#clientLeft;
  }

  /** Nobody hears of anything any more. */
  swallow(): void {
    this.#isDead = true;
    this.#hush();
  }

  deafen(): void {
    this.#back.swallow();
  }

  /** As by a router that was started anew: both sides are reset. */
  cut(): void {
    this.#hush();
    this.#client.resetAndDestroy();
    this.#server.resetAndDestroy();
  }

  /** The server of a dead one hears of it when the client has left, and can be heard again. */
  bury(): void {
    if (this.#isDead && this.#clientLeft) this.cut();
  }

  #hush(): void {
    if (this.#dialling) clearTimeout(this.#dialling);
    this.#out.swallow();
    this.#back.swallow();
  }

  #dial(): void {
    this.#server.connect({ port: this.#line.port, host: '127.0.0.1', noDelay: true });
    this.#back.from(this.#server);
    this.#back.to(this.#client);
    this.#out.to(this.#server);
  }

  #onClientLeft(): void {
    this.#clientLeft = true;
    if (!this.#line.gone) this.bury();
  }

  #onClientClosed(): void {
    this.#onClientLeft();
    if (this.#dialling) clearTimeout(this.#dialling);
    this.#back.swallow();
    if (!this.#isDead) this.#out.finish(() => this.#server.destroySoon());
  }

  #onServerClosed(): void {
    this.#out.swallow();
    if (!this.#isDead) this.#back.finish(() => this.#client.destroySoon());
  }
}

function closed(socket: net.Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

/** What stands between two pieces at most before the sender has to wait. */
const UNDER_WAY_BYTES = 4 * 2 ** 20;

interface Piece {
  readonly bytes: number;
  readonly at: number;
  readonly put: () => void;
}

/** One direction: a queue in which every piece is as long as the line. */
class Way {
  readonly #line: Line;
  readonly #queue: Piece[] = [];
  #source: net.Socket | null = null;
  #sink: net.Socket | null = null;
  /** Nothing arrives before what was sent earlier, or before the connection stands. */
  #notBefore: number;
  #bytes = 0;
  #swallows = false;
  #timer: NodeJS.Timeout | null = null;

  constructor(line: Line, notBefore: number) {
    this.#line = line;
    this.#notBefore = notBefore;
  }

  from(source: net.Socket): void {
    this.#source = source;
    source.on('data', (chunk: Buffer) => this.#push(chunk.length, () => this.#sink?.write(chunk)));
    source.once('end', () => this.#push(0, () => this.#sink?.end()));
  }

  to(sink: net.Socket): void {
    this.#sink = sink;
    this.#run();
  }

  /** After all that is under way. */
  finish(put: () => void): void {
    this.#push(0, put);
  }

  swallow(): void {
    this.#swallows = true;
    this.#queue.length = 0;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#source?.resume();
  }

  #push(bytes: number, put: () => void): void {
    if (this.#swallows) return;
    const { oneWayMs, loss, againMs } = this.#line.weather;
    const lostMs = loss > 0 && this.#line.dice() < loss ? againMs : 0;
    const sentAt = Math.max(performance.now(), this.#notBefore);
    const at = Math.max(sentAt + oneWayMs + lostMs, this.#queue.at(-1)?.at ?? 0);
    this.#queue.push({ bytes, at, put });
    this.#bytes += bytes;
    if (this.#bytes > UNDER_WAY_BYTES) this.#source?.pause();
    this.#run();
  }

  #run(): void {
    if (this.#sink === null || this.#timer) return;
    for (let next = this.#queue[0]; next; next = this.#queue[0]) {
      const waitMs = next.at - performance.now();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => {
          this.#timer = null;
          this.#run();
        }, Math.ceil(waitMs));
        return;
      }
      this.#queue.shift();
      this.#bytes -= next.bytes;
      next.put();
    }
    if (this.#bytes <= UNDER_WAY_BYTES) this.#source?.resume();
  }
}
