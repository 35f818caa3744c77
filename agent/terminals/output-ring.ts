const FIRST_BYTES = 16 * 1024;

/** `start` is the position of the first byte of `data` in everything that was written. */
export interface RingRead {
  readonly data: Buffer;
  readonly start: number;
}

/** The newest bytes of an output, by their position in all of it. Grows with what it holds, up to its capacity. */
export class OutputRing {
  private readonly capacity: number;
  private bytes = Buffer.alloc(0);
  private kept = 0;
  /** All bytes that were ever written. */
  total = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  append(added: Uint8Array): void {
    const tail = added.subarray(Math.max(0, added.length - this.capacity));
    this.makeRoom(Math.min(this.capacity, this.kept + tail.length));
    const end = this.total + added.length;
    this.put(tail, end - tail.length);
    this.total = end;
    this.kept = Math.min(this.bytes.length, this.kept + tail.length);
  }

  /** At most `length` bytes from `after` on, or from the oldest one that is still kept. */
  read(after: number, length: number): RingRead {
    const start = Math.min(this.total, Math.max(after, this.total - this.kept));
    const data = Buffer.alloc(Math.min(length, this.total - start));
    const at = start % (this.bytes.length || 1);
    const first = this.bytes.copy(data, 0, at, at + data.length);
    this.bytes.copy(data, first, 0, data.length - first);
    return { data, start };
  }

  private makeRoom(wanted: number): void {
    if (wanted <= this.bytes.length) return;
    const { data, start } = this.read(0, this.kept);
    let size = Math.max(FIRST_BYTES, this.bytes.length);
    while (size < wanted) size *= 2;
    this.bytes = Buffer.alloc(Math.min(size, this.capacity));
    this.put(data, start);
  }

  /** Each byte lies at its position modulo the size. */
  private put(added: Uint8Array, position: number): void {
    const at = position % this.bytes.length;
    const first = added.subarray(0, this.bytes.length - at);
    this.bytes.set(first, at);
    this.bytes.set(added.subarray(first.length), 0);
  }
}
