/*
 * `agent.cjs bridge` carries any number of connections to the agent over the standard streams of one SSH session, for
 * servers that forward nothing. Both directions are a row of frames:
 *
 *   kind (1 byte) │ stream (4 bytes) │ length (4 bytes) │ payload
 *
 *   open ──> opened ──> data … window … end ──> close        `open` is the app's alone; each number is used once
 *      └───> close (why not)
 *
 * A side sends at most WINDOW_BYTES of data in a stream beyond what the other has granted back with `window`. Whatever
 * breaks these rules ends the bridge: `fault` says why.
 */
export const bridgeKinds = ['open', 'opened', 'data', 'window', 'end', 'close', 'fault'] as const;

export type BridgeKind = (typeof bridgeKinds)[number];

export interface BridgeFrame {
  readonly kind: BridgeKind;
  /** 0 for `fault` only. */
  readonly stream: number;
  /** `data`: bytes; `close` and `fault`: why, in UTF-8, or nothing; `window`: see `windowFrame`. */
  readonly payload: Uint8Array;
}

export const BRIDGE_LIMITS = { payloadBytes: 64 * 1024, windowBytes: 256 * 1024, streams: 128 } as const;

const HEADER = 9;
const NOTHING = new Uint8Array(0);

/** What the other side sent cannot be understood, or breaks the rules. */
export class BridgeFault extends Error {
  override readonly name = 'BridgeFault';
}

export function encodeFrame(kind: BridgeKind, stream: number, payload: Uint8Array = NOTHING): Uint8Array {
  const bytes = new Uint8Array(HEADER + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, bridgeKinds.indexOf(kind) + 1);
  view.setUint32(1, stream);
  view.setUint32(5, payload.length);
  bytes.set(payload, HEADER);
  return bytes;
}

export function encodeWindow(stream: number, bytes: number): Uint8Array {
  const payload = new Uint8Array(4);
  new DataView(payload.buffer).setUint32(0, bytes);
  return encodeFrame('window', stream, payload);
}

export function grantedBy({ payload }: BridgeFrame): number {
  if (payload.length !== 4) throw new BridgeFault('a window has the wrong length');
  return new DataView(payload.buffer, payload.byteOffset, 4).getUint32(0);
}

/** Takes bytes as they come and gives whole frames. Holds less than one frame between two calls. */
export class FrameReader {
  private rest: Uint8Array = NOTHING;

  /** Throws BridgeFault; nothing can be read after that. */
  *read(chunk: Uint8Array): Generator<BridgeFrame> {
    let bytes = chunk;
    if (this.rest.length > 0) {
      bytes = new Uint8Array(this.rest.length + chunk.length);
      bytes.set(this.rest);
      bytes.set(chunk, this.rest.length);
    }
    let at = 0;
    while (bytes.length - at >= HEADER) {
      const { kind, stream, length } = headerAt(bytes, at);
      if (bytes.length - at < HEADER + length) break;
      const payload = bytes.subarray(at + HEADER, at + HEADER + length);
      at += HEADER + length;
      yield { kind, stream, payload };
    }
    this.rest = bytes.slice(at);
  }

  /** The other side is at its end. Throws BridgeFault when that is within a frame. */
  end(): void {
    if (this.rest.length > 0) throw new BridgeFault('it ended in the middle of a frame');
  }
}

function headerAt(bytes: Uint8Array, at: number): { kind: BridgeKind; stream: number; length: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, HEADER);
  const kind = bridgeKinds[view.getUint8(0) - 1];
  if (kind === undefined) throw new BridgeFault(`there is no frame of kind ${view.getUint8(0)}`);
  const [stream, length] = [view.getUint32(1), view.getUint32(5)];
  if (length > BRIDGE_LIMITS.payloadBytes) throw new BridgeFault(`a frame has ${length} bytes`);
  if ((stream === 0) !== (kind === 'fault')) throw new BridgeFault(`a ${kind} of stream ${stream}`);
  return { kind, stream, length };
}
