import { z } from 'zod';
import type { FileId } from '../model/ids.ts';
import type { AttachedFile } from '../model/part.ts';
import { call, is } from './define.ts';
import * as s from './schemas.ts';

export interface FileBytes {
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** Files that a person attaches: kept first, then named in a message by their ids. */
export const attachmentsContract = {
  /** What it is, is told by its bytes; its name only says what kind of text. */
  'attachment.add': call({
    input: z.object({ name: z.string().max(1_000), bytes: z.instanceof(Uint8Array) }),
    output: is<AttachedFile>(),
    errors: ['empty', 'too-large', 'unsupported'],
  }),
  /** One that no message names; of others nothing is removed. */
  'attachment.remove': call({ input: z.object({ fileId: s.fileId }), output: is<null>() }),
  'attachment.read': call({
    input: z.object({ fileId: s.fileId }),
    output: is<FileBytes>(),
    errors: ['expired'],
  }),
  /** A PDF, with the system's program for it: a copy that is removed when the app ends. */
  'attachment.open': call({
    input: z.object({ fileId: s.fileId }),
    output: is<null>(),
    errors: ['expired', 'unsupported', 'no-viewer'],
  }),
  /** Which of them are still kept. */
  'attachment.present': call({
    input: z.object({ fileIds: z.array(s.fileId).max(500) }),
    output: is<readonly FileId[]>(),
  }),
};
