import { Duplex } from 'node:stream';
import {
  BRIDGE_LIMITS,
  BridgeFault,
  type BridgeFrame,
  encodeFrame,
  encodeWindow,
  grantedBy,
} from '@shared/agent-protocol/bridge-frames.ts';

export interface BridgeStreamOptions {
  readonly id: number;
  readonly send: (frame: Uint8Array, done?: () => void) => void;
  readonly onOpened: () => void;
  /** Once, when nothing more is to be sent or taken. */
  readonly onGone: () => void;
}

/** Grants are sent in pieces of at least so much. */
const GRANT_BYTES = BRIDGE_LIMITS.windowBytes / 4;

/** One connection over the bridge, with the manners of a socket. */
export class BridgeStream extends Duplex {
  readonly #options: BridgeStreamOptions;
  /** May still be sent. */
  #credit: number = BRIDGE_LIMITS.windowBytes;
  #waiting: { readonly rest: Buffer; readonly done: () => void } | null = null;
  /** Came in and waits for the reader. */
  #unread = 0;
  /** The reader has it, and the host was not told. */
  #owed = 0;

  constructor(options: BridgeStreamOptions) {
    super({ allowHalfOpen: true });
    this.#options = options;
  }

  /** Throws BridgeFault. */
  hear(frame: BridgeFrame): void {
    switch (frame.kind) {
      case 'opened':
        return this.#options.onOpened();
      case 'data':
        return this.#receive(Buffer.from(frame.payload));
      case 'window':
        this.#credit += grantedBy(frame);
        return this.#pump();
      case 'end':
        this.push(null);
        return;
      case 'open':
      case 'close':
      case 'fault': {
        const why = Buffer.from(frame.payload).toString('utf8');
        if (why !== '') this.destroy(new Error(why));
        else if (this.readableEnded) this.destroy();
        else {
          // What was read before is still to be taken.
          this.push(null);
          this.once('end', () => this.destroy());
        }
      }
    }
  }

  #receive(bytes: Buffer): void {
    this.#unread += bytes.length;
    if (this.#unread + this.#owed > BRIDGE_LIMITS.windowBytes)
      throw new BridgeFault(`stream ${this.#options.id} got too much`);
    if (this.push(bytes)) this.#grant();
  }

  override _read(): void {
    this.#grant();
  }

  /** All that came in was taken, or has room in the reader's own small buffer. */
  #grant(): void {
    this.#owed += this.#unread;
    this.#unread = 0;
    if (this.#owed < GRANT_BYTES || this.destroyed) return;
    this.#options.send(encodeWindow(this.#options.id, this.#owed));
    this.#owed = 0;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#waiting = { rest: chunk, done };
    this.#pump();
  }

  #pump(): void {
    const { id, send } = this.#options;
    while (this.#waiting !== null && this.#credit > 0) {
      const { rest, done } = this.#waiting;
      const piece = rest.subarray(0, Math.min(this.#credit, BRIDGE_LIMITS.payloadBytes));
      const left = rest.subarray(piece.length);
      this.#credit -= piece.length;
      this.#waiting = left.length > 0 ? { rest: left, done } : null;
      if (left.length > 0) send(encodeFrame('data', id, piece));
      else send(encodeFrame('data', id, piece), done);
    }
  }

  override _final(done: () => void): void {
    this.#options.send(encodeFrame('end', this.#options.id), done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#options.onGone();
    this.#options.send(encodeFrame('close', this.#options.id));
    done(error);
  }
}
