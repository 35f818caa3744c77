/** Hides tokens in what commands and files say. A hidden one keeps its length, so that positions stay true. */
export class TokenMask {
  private readonly tokens: readonly Buffer[];

  constructor(tokens: readonly string[]) {
    this.tokens = tokens.filter((token) => token.length >= MIN_TOKEN).map((token) => Buffer.from(token));
  }

  /** `bytes` itself when there is nothing to hide. */
  bytes(bytes: Buffer): Buffer {
    let masked = bytes;
    for (const token of this.tokens) {
      for (let at = masked.indexOf(token); at >= 0; at = masked.indexOf(token, at + token.length)) {
        if (masked === bytes) masked = Buffer.from(bytes);
        masked.fill('*', at, at + token.length);
      }
    }
    return masked;
  }

  text(text: string): string {
    return this.tokens.reduce(
      (masked, token) => masked.replaceAll(token.toString(), '*'.repeat(token.length)),
      text,
    );
  }
}

/** Shorter ones would hide ordinary words. */
const MIN_TOKEN = 16;
