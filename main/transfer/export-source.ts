import type { ChatId, FileId, MessageId, OwnerId } from '@shared/model/ids.ts';
import type { Mask } from '../base/mask.ts';
import type { Store } from '../db/store.ts';
import {
  type ExportedChat,
  type ExportedFile,
  type ExportedMessage,
  exportedChat,
  exportedFile,
  exportedMessage,
} from './format.ts';
import type { TransferOperations } from './operations.ts';

/** What is exported, with no secret in it that Gaffer knows. */
export interface ExportSource {
  /** A parent stands before its children. */
  readonly chats: readonly ExportedChat[];
  readonly messages: number;
  /** Of the chat at this place, oldest first; a page is in memory at a time. */
  read(chat: number): AsyncIterable<ExportedMessage>;
  /** Attachments of the chat at this place that are still kept. */
  files(chat: number): Promise<readonly FileId[]>;
  /** One of them as it was attached: bytes are not looked through for secrets. Null: it is gone. */
  file(chat: number, fileId: FileId): Promise<ExportedFile | null>;
}

export interface SourceDeps {
  readonly store: Store<TransferOperations>;
  readonly ownerId: OwnerId;
  readonly mask: Pick<Mask, 'text'>;
}

/** Null: there is no such chat. `chatId` null: all. */
export async function openExportSource(
  { store, ownerId, mask }: SourceDeps,
  chatId: ChatId | null,
): Promise<ExportSource | null> {
  const rows = await store.call('listForExport', { ownerId, chatId });
  if (chatId !== null && rows.length === 0) return null;
  const hide = (value: unknown) => masked(value, mask.text);
  return {
    chats: rows.map((row) => exportedChat.parse(hide(row))),
    messages: rows.reduce((sum, row) => sum + row.messages, 0),
    async *read(chat) {
      const row = rows[chat];
      if (!row || row.last === null) return;
      for (let after: MessageId | null = null; ; ) {
        const page: readonly { readonly id: MessageId }[] = await store.call('loadForExport', {
          chatId: row.id,
          after,
          upTo: row.last,
        });
        for (const message of page) yield exportedMessage.parse({ ...(hide(message) as object), chat });
        after = page.at(-1)?.id ?? null;
        if (after === null) return;
      }
    },
    async files(chat) {
      const row = rows[chat];
      return row ? store.call('listFilesForExport', { chatId: row.id }) : [];
    },
    async file(chat, fileId) {
      const row = rows[chat];
      const file = row && (await store.call('loadFileForExport', { chatId: row.id, fileId }));
      return file ? exportedFile.parse({ chat, id: fileId, ...file, name: mask.text(file.name) }) : null;
    },
  };
}

/** Every text of it, wherever it stands: what is escaped or cut into words later hides no secret any more. */
function masked(value: unknown, mask: (text: string) => string): unknown {
  if (typeof value === 'string') return mask(value);
  if (Array.isArray(value)) return value.map((item) => masked(item, mask));
  if (typeof value !== 'object' || value === null) return value;
  // A reader would take this key for something else than a name.
  const entries = Object.entries(value).filter(([key]) => key !== '__proto__');
  return Object.fromEntries(entries.map(([key, inner]) => [mask(key), masked(inner, mask)]));
}
