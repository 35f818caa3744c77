/** Shorter values would hide ordinary words. */
const MIN_SECRET = 8;
const HIDDEN = '‹secret›';

/** Hides known secrets in what others will read. */
export interface Mask {
  text(text: string): string;
  /** For text that goes on: `rest` may be the beginning of a secret and waits for what follows. */
  part(text: string): { readonly done: string; readonly rest: string };
}

/** The list is asked for at each use: keys come and go. A secret is found as it is and as it usually travels. */
export function createMask(secrets: () => readonly string[]): Mask {
  const known = new Map<string, readonly string[]>();
  const formsOf = (secret: string) => {
    const forms = known.get(secret) ?? spell(secret);
    known.set(secret, forms);
    return forms;
  };
  // The longest first: a secret may be a part of another one.
  const allForms = () =>
    secrets()
      .filter((secret) => secret.length >= MIN_SECRET)
      .flatMap(formsOf)
      .sort((a, b) => b.length - a.length);
  const hide = (text: string, forms: readonly string[]) =>
    forms.reduce((masked, form) => masked.replaceAll(form, HIDDEN), text);
  return {
    text: (text) => hide(text, allForms()),
    part(text) {
      const forms = allForms();
      const masked = hide(text, forms);
      const open = openEnd(masked, forms);
      return { done: masked.slice(0, masked.length - open), rest: masked.slice(masked.length - open) };
    },
  };
}

/** How many characters at the end may be the beginning of one of these. */
function openEnd(text: string, forms: readonly string[]): number {
  const longest = (forms[0]?.length ?? 0) - 1;
  for (let length = Math.min(longest, text.length); length > 0; length--) {
    const end = text.slice(text.length - length);
    if (forms.some((form) => form.length > length && form.startsWith(end))) return length;
  }
  return 0;
}

/** As it is; inside JSON and a URL; in base64, alone or after any other bytes (a user's name and a colon). */
function spell(secret: string): readonly string[] {
  const base64 = [0, 1, 2].flatMap((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]);
    // Only the characters that the secret alone decides.
    const from = Math.ceil((before * 8) / 6);
    const to = Math.floor((bytes.length * 8) / 6);
    return [bytes.toString('base64'), bytes.toString('base64url')].map((text) => text.slice(from, to));
  });
  const forms = [secret, JSON.stringify(secret).slice(1, -1), encode(secret), ...base64];
  return [...new Set(forms)].filter((form) => form.length >= MIN_SECRET);
}

/** By way of bytes: half of a pair cannot be encoded, nor be in a URL. */
function encode(secret: string): string {
  return encodeURIComponent(Buffer.from(secret).toString());
}
