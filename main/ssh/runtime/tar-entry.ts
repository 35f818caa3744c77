const BLOCK = 512;

/** The bytes of one file of a tar archive. Throws when it is not in there or the archive ends within it. */
export async function* readTarEntry(source: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer> {
  const input = new Input(source);
  for (;;) {
    const header = await input.take(BLOCK);
    // An archive ends with empty blocks.
    if (header === null || header.every((byte) => byte === 0))
      throw new Error(`the archive has no ${name}`);
    const size = sizeIn(header);
    const padded = Math.ceil(size / BLOCK) * BLOCK;
    if (nameIn(header) !== name) {
      await input.skip(padded);
      continue;
    }
    yield* input.upTo(size);
    // Whoever feeds us waits until all was taken.
    await input.drain();
    return;
  }
}

function nameIn(header: Buffer): string {
  const [name, prefix] = [textAt(header, 0, 100), textAt(header, 345, 155)];
  return prefix === '' ? name : `${prefix}/${name}`;
}

function sizeIn(header: Buffer): number {
  const size = Number.parseInt(textAt(header, 124, 12), 8);
  if (!Number.isSafeInteger(size)) throw new Error('the archive is damaged');
  return size;
}

function textAt(header: Buffer, at: number, length: number): string {
  const field = header.subarray(at, at + length);
  const end = field.indexOf(0);
  return field
    .subarray(0, end < 0 ? length : end)
    .toString('utf8')
    .trim();
}

/** Takes bytes by number from a source that gives them as it likes. */
class Input {
  private readonly chunks: AsyncIterator<Buffer>;
  private rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.chunks = source[Symbol.asyncIterator]();
  }

  /** Null: the source is at its end. */
  async take(count: number): Promise<Buffer | null> {
    while (this.rest.length < count) {
      const next = await this.chunks.next();
      if (next.done) return null;
      this.rest = Buffer.concat([this.rest, next.value]);
    }
    const taken = this.rest.subarray(0, count);
    this.rest = this.rest.subarray(count);
    return taken;
  }

  async skip(count: number): Promise<void> {
    for await (const _ of this.upTo(count));
  }

  async drain(): Promise<void> {
    this.rest = Buffer.alloc(0);
    while (!(await this.chunks.next()).done);
  }

  async *upTo(count: number): AsyncGenerator<Buffer> {
    for (let left = count; left > 0; ) {
      if (this.rest.length === 0) {
        const next = await this.chunks.next();
        if (next.done) throw new Error('the archive ends too early');
        this.rest = next.value;
      }
      const piece = this.rest.subarray(0, left);
      this.rest = this.rest.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }
}
