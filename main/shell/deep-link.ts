import path from 'node:path';
import type { DeepLink } from '@shared/model/deep-link.ts';
import { asId, type ChatId } from '@shared/model/ids.ts';
import { z } from 'zod';

export const SCHEME = 'gaffer';
/** Longer ones are nobody's honest wish. */
export const MAX_LINK = 32 * 1024;
const MAX_PROMPT = 20_000;
const MAX_FOLDER = 4096;

export function isDeepLink(text: string): boolean {
  return text.toLowerCase().startsWith(`${SCHEME}:`);
}

/** Pure. `gaffer://new?prompt=…&folder=…` or `gaffer://chat/<id>`; null: nothing that Gaffer does by a link. */
export function parseDeepLink(text: string): DeepLink | null {
  if (text.length > MAX_LINK || !URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.protocol !== `${SCHEME}:`) return null;
  // Whether "//" stands there depends on who wrote it.
  const [what = '', id = ''] = `${url.host}${url.pathname}`.replace(/^\/+|\/+$/g, '').split('/');
  if (what === 'chat') {
    const chatId = z.uuid().safeParse(id.toLowerCase()).data;
    return chatId === undefined ? null : { kind: 'chat', chatId: asId<ChatId>(chatId) };
  }
  if (what !== 'new') return null;
  const prompt = plain(url.searchParams.get('prompt') ?? '').slice(0, MAX_PROMPT);
  return { kind: 'new', prompt, folder: folderOf(url.searchParams.get('folder')) };
}

/** Only a whole path of this computer; a relative one would be anybody's guess. */
function folderOf(text: string | null): string | null {
  if (text === null || text.length > MAX_FOLDER || /\p{Cc}/u.test(text)) return null;
  return path.isAbsolute(text) && !/^[/\\]{2}/.test(text) ? path.normalize(text) : null;
}

/** Line feeds and tabs stay; no other control character, and none that hides or turns text around. */
function plain(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replaceAll(/(?![\n\t])\p{Cc}|[\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/gu, '');
}
