/** Shorter values would hide ordinary words. */
const MIN_SECRET = 8;
const HIDDEN = '‹secret›';

/** Replaces every known secret in a text. The list is asked for at each use: keys come and go. */
export function createMask(secrets: () => readonly string[]): (text: string) => string {
  return (text) =>
    secrets().reduce(
      (masked, secret) => (secret.length < MIN_SECRET ? masked : masked.replaceAll(secret, HIDDEN)),
      text,
    );
}
