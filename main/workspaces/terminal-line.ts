import type { TerminalInput, TerminalSize } from '@shared/agent-protocol/terminals.ts';

/** What the agent takes at once. */
const REQUEST_BYTES = 64 * 1024;
const WAITING_BYTES = 4 * 1024 * 1024;

/** How a line reaches its terminal. Both throw when they could not, and are not tried again. */
export interface LineEnd {
  write(input: TerminalInput): Promise<void>;
  resize(size: TerminalSize): Promise<void>;
}

/** More is typed than goes out. */
export class LineBusy extends Error {
  override readonly name = 'LineBusy';
}

interface Piece {
  readonly bytes: Uint8Array;
  /** Null: it was typed. */
  settle(error: Error | null): void;
}

/**
 * The way to one terminal. Input goes out at once; what is typed while a request is under way goes out together in the
 * next one, so that the order holds and each byte is typed once. Of sizes only the last one matters.
 */
export class TerminalLine {
  private readonly end: LineEnd;
  private readonly writer: string;
  private sequence = 0;
  private waiting: Piece[] = [];
  private waitingBytes = 0;
  private sending = false;
  private size: TerminalSize | null = null;
  private resizing: Promise<void> | null = null;

  /** `writer` is this line's own name, never used before. */
  constructor(end: LineEnd, writer: string) {
    this.end = end;
    this.writer = writer;
  }

  /** Resolves when all of it was typed; throws what the line's end throws, or LineBusy. */
  async type(bytes: Uint8Array): Promise<void> {
    if (this.waitingBytes + bytes.length > WAITING_BYTES) throw new LineBusy();
    const typed: Promise<void>[] = [];
    for (let at = 0; at < bytes.length; at += REQUEST_BYTES)
      typed.push(this.enqueue(bytes.subarray(at, at + REQUEST_BYTES)));
    if (!this.sending) void this.send();
    await Promise.all(typed);
  }

  resize(size: TerminalSize): Promise<void> {
    this.size = size;
    this.resizing ??= this.sendSizes().finally(() => {
      this.resizing = null;
    });
    return this.resizing;
  }

  private enqueue(bytes: Uint8Array): Promise<void> {
    this.waitingBytes += bytes.length;
    return new Promise((resolve, reject) => {
      const settle = (error: Error | null) => (error ? reject(error) : resolve());
      this.waiting.push({ bytes, settle });
    });
  }

  private async send(): Promise<void> {
    this.sending = true;
    while (this.waiting.length > 0) {
      const pieces = this.nextPieces();
      const bytes = Buffer.concat(pieces.map((piece) => piece.bytes));
      try {
        await this.end.write({ writer: this.writer, sequence: ++this.sequence, bytes });
        for (const piece of pieces) piece.settle(null);
      } catch (error) {
        // What was typed after it makes no sense without it.
        const dropped = [...pieces, ...this.waiting];
        this.waiting = [];
        this.waitingBytes = 0;
        const reason = error instanceof Error ? error : new Error(String(error));
        for (const piece of dropped) piece.settle(reason);
      }
    }
    this.sending = false;
  }

  private nextPieces(): readonly Piece[] {
    let size = 0;
    const tooFar = this.waiting.findIndex(({ bytes }) => {
      size += bytes.length;
      return size > REQUEST_BYTES;
    });
    const pieces = this.waiting.splice(0, tooFar < 0 ? this.waiting.length : tooFar);
    for (const { bytes } of pieces) this.waitingBytes -= bytes.length;
    return pieces;
  }

  private async sendSizes(): Promise<void> {
    while (this.size) {
      const { size } = this;
      this.size = null;
      await this.end.resize(size);
    }
  }
}
