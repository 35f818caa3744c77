import { z } from 'zod';
import type { ChatId } from '../model/ids.ts';
import { call, feed, is } from './define.ts';
import * as s from './schemas.ts';

export type ExportFormat = 'markdown' | 'html' | 'json';

/** What an export left on the disk. */
export interface Exported {
  readonly file: string;
  readonly chats: number;
  readonly messages: number;
  readonly bytes: number;
}

/** What a file would bring, looked at from its beginning to its end; nothing has come in yet. */
export interface ImportPreview {
  readonly file: string;
  readonly exportedAt: string;
  readonly chats: readonly ImportedChat[];
  readonly messages: number;
  /** When this very export was imported before. */
  readonly importedAt: string | null;
}

export interface ImportedChat {
  readonly title: string;
  /** Was started by another one of the file. */
  readonly isAgent: boolean;
  readonly archived: boolean;
  readonly messages: number;
  readonly workspace: string | null;
  /** The same workspace is known here: the chat will work in it. */
  readonly workspaceHere: boolean;
  readonly model: string | null;
  readonly modelHere: boolean;
  /** The chat, or an import of it, is in this database already. */
  readonly isHere: boolean;
  readonly updatedAt: string;
}

/** One at a time: an export or an import. */
export type TransferState =
  | { readonly state: 'rest' }
  | {
      readonly state: 'running';
      readonly what: 'export' | 'look' | 'import';
      readonly file: string;
      readonly done: number;
      /** Null: not known before the end. */
      readonly total: number | null;
    };

export const transferContract = {
  'transfer.watch': feed({ input: z.object({}), event: is<TransferState>() }),
  /** Ends what runs; nothing of it is left. */
  'transfer.cancel': call({ input: z.object({}), output: is<null>() }),
  /** Asks where to, writes, answers at the end. Null: the person chose no file. `chatId` null: all chats. */
  'transfer.export': call({
    input: z.object({ chatId: s.chatId.nullable(), format: z.enum(['markdown', 'html', 'json']) }),
    output: is<Exported | null>(),
    errors: ['not-found', 'busy', 'cancelled', 'file'],
  }),
  /** Asks for a file and looks at all of it. Null: the person chose none. */
  'transfer.chooseImport': call({
    input: z.object({}),
    output: is<ImportPreview | null>(),
    errors: ['busy', 'cancelled', 'file', 'damaged', 'newer'],
  }),
  /** Brings in what was looked at last. `again`: what is here already, too. */
  'transfer.import': call({
    input: z.object({ again: z.boolean() }),
    output: is<{ readonly chats: number; readonly first: ChatId | null }>(),
    errors: ['busy', 'cancelled', 'file', 'damaged', 'newer', 'no-model'],
  }),
};
