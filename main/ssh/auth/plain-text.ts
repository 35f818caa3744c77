// oxlint-disable-next-line no-control-regex -- control characters are what must go
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** What a server says, without the means to draw something else than it says. */
export function plainText(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(CONTROL, '').trim();
}
