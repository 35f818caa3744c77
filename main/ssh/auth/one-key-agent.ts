import ssh2, {
  type IdentityCallback,
  type ParsedKey,
  type SignCallback,
  type SigningRequestOptions,
} from 'ssh2';

type Sign = (data: Buffer, hash: string | undefined) => Promise<Buffer>;

/**
 * ssh2 offers whole agents, or keys that sign at once. This agent has one key, so that each is our own decision, and
 * signs when whoever holds it has answered.
 */
export class OneKeyAgent extends ssh2.BaseAgent<ParsedKey> {
  readonly #key: ParsedKey;
  readonly #sign: Sign;

  constructor(key: ParsedKey, sign: Sign) {
    super();
    this.#key = key;
    this.#sign = sign;
  }

  override getIdentities(done: IdentityCallback<ParsedKey>): void {
    done(null, [this.#key]);
  }

  override sign(
    _key: ParsedKey,
    data: Buffer,
    optionsOrDone: SigningRequestOptions | SignCallback,
    maybeDone?: SignCallback,
  ): void {
    const done = typeof optionsOrDone === 'function' ? optionsOrDone : maybeDone;
    const hash = typeof optionsOrDone === 'function' ? undefined : optionsOrDone.hash;
    if (done) void this.#answer(data, hash, done);
  }

  async #answer(data: Buffer, hash: string | undefined, done: SignCallback): Promise<void> {
    try {
      done(null, await this.#sign(data, hash));
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  }
}
