import type { FileId } from '@shared/model/ids.ts';
import type { ChatStore } from '../machine/store.ts';
import type { KeptFile } from '../machine/types.ts';

const MAX_BYTES = 32 * 1024 * 1024;

/** Files of prompts: each step of a turn sends them again, and their bytes never change. */
export interface FileShelf {
  /** Null: it has expired. */
  load(fileId: FileId): Promise<KeptFile | null>;
}

/** The least recently used go first. */
export function createFileShelf(store: Pick<ChatStore, 'call'>, maxBytes: number = MAX_BYTES): FileShelf {
  const shelf = new Map<FileId, KeptFile>();
  let bytes = 0;
  const take = (fileId: FileId) => {
    const file = shelf.get(fileId);
    if (file) bytes -= file.data.byteLength;
    shelf.delete(fileId);
    return file;
  };
  const put = (fileId: FileId, file: KeptFile) => {
    take(fileId);
    shelf.set(fileId, file);
    bytes += file.data.byteLength;
    for (const oldest of shelf.keys()) {
      if (bytes <= maxBytes) break;
      take(oldest);
    }
  };
  return {
    async load(fileId) {
      const file = take(fileId) ?? (await store.call('loadFile', { ownerId: null, fileId }));
      if (file) put(fileId, file);
      return file;
    },
  };
}
