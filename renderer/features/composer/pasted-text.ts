import type { AttachedFile } from '@shared/model/part.ts';

/** Text that is longer would be all that one sees of a message. */
const LONG_TEXT = 8_000;
const NAME = /^Pasted text( \d+)?\.txt$/;

export function isLong(text: string): boolean {
  return text.length > LONG_TEXT;
}

/** It may be put into the message after all. */
export function isPasted({ name, media_type }: AttachedFile): boolean {
  return media_type === 'text/plain' && NAME.test(name);
}

/** "Pasted text.txt", then "Pasted text 2.txt". */
export function pastedFile(text: string, before: readonly AttachedFile[]): File {
  const taken = new Set(before.map(({ name }) => name));
  let name = 'Pasted text.txt';
  for (let at = 2; taken.has(name); at++) name = `Pasted text ${at}.txt`;
  return new File([text], name, { type: 'text/plain' });
}
