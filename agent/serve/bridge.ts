import type { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import {
  BRIDGE_LIMITS,
  BridgeFault,
  type BridgeFrame,
  encodeFrame,
  encodeWindow,
  FrameReader,
  grantedBy,
} from '@shared/agent-protocol/bridge-frames.ts';

export interface BridgeOptions {
  readonly input: Readable;
  readonly output: Writable;
  /** A new connection to the agent, on its way. */
  readonly dial: () => Socket;
}

/**
 * The host's half of the stdio bridge. Resolves when the other half has gone; rejects with BridgeFault when that
 * breaks the rules. All connections are closed then.
 */
export async function runBridge(options: BridgeOptions): Promise<void> {
  const bridge = new Bridge(options);
  try {
    const reader = new FrameReader();
    for await (const chunk of options.input) {
      for (const frame of reader.read(chunk as Buffer)) bridge.take(frame);
    }
    reader.end();
  } catch (error) {
    if (error instanceof BridgeFault)
      options.output.write(encodeFrame('fault', 0, Buffer.from(error.message)));
    throw error;
  } finally {
    bridge.close();
  }
}

class Bridge {
  private readonly options: BridgeOptions;
  private readonly streams = new Map<number, Stream>();
  private newest = 0;

  constructor(options: BridgeOptions) {
    this.options = options;
    options.output.on('drain', () => {
      for (const stream of this.streams.values()) stream.pump();
    });
    // The other half has gone: the input ends as well.
    options.output.on('error', () => {});
  }

  take(frame: BridgeFrame): void {
    const { kind, stream: id } = frame;
    if (kind === 'open') return this.open(id);
    if (id > this.newest || kind === 'opened' || kind === 'fault')
      throw new BridgeFault(`a ${kind} of stream ${id}, which was not opened`);
    // One that has just been closed may still be spoken to.
    this.streams.get(id)?.take(frame);
  }

  close(): void {
    for (const stream of this.streams.values()) stream.destroy();
    this.streams.clear();
  }

  private open(id: number): void {
    if (id <= this.newest) throw new BridgeFault(`stream ${id} was opened again`);
    this.newest = id;
    const { output, dial } = this.options;
    if (this.streams.size >= BRIDGE_LIMITS.streams) {
      output.write(encodeFrame('close', id, Buffer.from('too many connections')));
      return;
    }
    const stream = new Stream(id, dial(), output, () => this.streams.delete(id));
    this.streams.set(id, stream);
  }
}

/** One connection to the agent. Holds at most one chunk in each direction besides what the window allows. */
class Stream {
  private readonly id: number;
  private readonly socket: Socket;
  private readonly output: Writable;
  private readonly forget: () => void;
  /** May still be sent. */
  private credit: number = BRIDGE_LIMITS.windowBytes;
  /** Read from the agent and not sent yet. */
  private held: Buffer = Buffer.alloc(0);
  /** Of the agent's side; what is held is sent before it is told. */
  private state: 'open' | 'ended' | 'end-told' = 'open';
  private closed: { readonly why: string } | null = null;
  /** Came in and is not granted back yet. */
  private owed = 0;

  constructor(id: number, socket: Socket, output: Writable, forget: () => void) {
    this.id = id;
    this.socket = socket;
    this.output = output;
    this.forget = forget;
    let why = '';
    socket.setNoDelay(true);
    socket.on('connect', () => output.write(encodeFrame('opened', id)));
    socket.on('data', (chunk) => {
      this.held = this.held.length === 0 ? chunk : Buffer.concat([this.held, chunk]);
      this.pump();
    });
    socket.on('end', () => {
      this.state = 'ended';
      this.pump();
    });
    socket.on('error', (error) => {
      why = error.message;
    });
    socket.on('close', () => {
      this.closed = { why };
      this.pump();
    });
  }

  take(frame: BridgeFrame): void {
    switch (frame.kind) {
      case 'data':
        return this.receive(frame.payload);
      case 'window':
        this.credit += grantedBy(frame);
        return this.pump();
      case 'end':
        this.socket.end();
        return;
      case 'open':
      case 'opened':
      case 'close':
      case 'fault':
        // The app has lost interest, also in what is held, and may open another one in its place.
        this.state = 'end-told';
        this.held = Buffer.alloc(0);
        this.forget();
        this.destroy();
    }
  }

  destroy(): void {
    this.socket.destroy();
  }

  /** Sends what may be sent; the end and the close come after all that was read. */
  pump(): void {
    while (this.held.length > 0 && this.credit > 0 && !this.output.writableNeedDrain) {
      const piece = this.held.subarray(0, Math.min(this.credit, BRIDGE_LIMITS.payloadBytes));
      this.held = this.held.subarray(piece.length);
      this.credit -= piece.length;
      this.output.write(encodeFrame('data', this.id, piece));
    }
    if (this.held.length > 0) {
      this.socket.pause();
      return;
    }
    this.socket.resume();
    if (this.state === 'ended') {
      this.state = 'end-told';
      this.output.write(encodeFrame('end', this.id));
    }
    if (this.closed !== null) {
      this.forget();
      this.output.write(encodeFrame('close', this.id, Buffer.from(this.closed.why)));
    }
  }

  private receive(bytes: Uint8Array): void {
    this.owed += bytes.length;
    if (this.owed > BRIDGE_LIMITS.windowBytes) throw new BridgeFault(`stream ${this.id} got too much`);
    this.socket.write(bytes, () => {
      this.owed -= bytes.length;
      if (!this.socket.destroyed) this.output.write(encodeWindow(this.id, bytes.length));
    });
  }
}
