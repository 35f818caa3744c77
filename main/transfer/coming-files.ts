import { MAX_FILE_BYTES } from '@shared/model/attachment-limits.ts';
import { asId, type ChatId, type FileId } from '@shared/model/ids.ts';
import { fileName, typeOf } from '../base/file-type.ts';
import type { Random } from '../base/random.ts';
import type { ExportedFile, ExportedMessage } from './format.ts';
import type { ComingFile } from './import-operations.ts';

/**
 * The files that messages name, under new ids: what the export calls them may be another chat's here, and what it does
 * not bring has expired.
 */
export class ComingFiles {
  readonly #random: Random;
  readonly #ids = new Map<ChatId, Map<string, FileId>>();

  constructor(random: Random) {
    this.#random = random;
  }

  renamed(chatId: ChatId, message: ExportedMessage): ExportedMessage {
    if (!message.content.some((part) => part.type === 'file' && part.file_id !== undefined)) return message;
    const content = message.content.map((part) =>
      part.type === 'file' && part.file_id !== undefined
        ? { ...part, file_id: this.#idOf(chatId, part.file_id) }
        : part,
    );
    return { ...message, content };
  }

  /** Each once, as many as a chat may have, and only what could have been attached here. */
  take(chatId: ChatId, { id, name: given, data }: ExportedFile): ComingFile | null {
    const known = this.#ids.get(chatId);
    const fileId = known?.get(id);
    if (!known || fileId === undefined) return null;
    known.delete(id);
    const name = fileName(given);
    const bytes = Buffer.from(data, 'base64');
    const typed = typeOf(name, bytes);
    if (bytes.byteLength === 0 || !typed.ok || typed.value.bytes.byteLength > MAX_FILE_BYTES) return null;
    const { mediaType, bytes: kept } = typed.value;
    return { fileId, chatId, name, mediaType, data: Buffer.from(kept).toString('base64') };
  }

  #idOf(chatId: ChatId, exported: string): FileId {
    const known = this.#ids.get(chatId) ?? new Map<string, FileId>();
    this.#ids.set(chatId, known);
    const id = known.get(exported) ?? asId<FileId>(this.#random.uuid());
    known.set(exported, id);
    return id;
  }
}
