import type { ChatId } from './ids.ts';

/** What a `gaffer:` link asks for. Anybody may have written it: it fills in, it never sends, opens a folder or trusts. */
export type DeepLink =
  | { readonly kind: 'new'; readonly prompt: string; readonly folder: string | null }
  | { readonly kind: 'chat'; readonly chatId: ChatId };
