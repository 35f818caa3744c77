import type { FilePart } from '@shared/model/part.ts';
import type { PromptUserPart } from '../../models/port.ts';

/** Servers refuse a larger one inline. */
export const MAX_IMAGE_BYTES = 5 * 1024 * 1024;
/** Of one text; more would fill the window of most models. */
export const MAX_TEXT_BYTES = 256 * 1024;

/** How the model is shown a file of the person's. */
export type FileView = (part: FilePart) => readonly PromptUserPart[];

/** What its type says that can be done with it. */
export type FileKind = 'image' | 'document' | 'text';

export function kindOf(mediaType: string): FileKind {
  if (mediaType.startsWith('image/')) return 'image';
  return mediaType === 'application/pdf' ? 'document' : 'text';
}

export function note(text: string): PromptUserPart[] {
  return [{ type: 'text', text: `[${text}]` }];
}

/** Bytes that stand in the message itself. */
export function inlineFile({ data, media_type, name = '' }: FilePart): readonly PromptUserPart[] {
  if (!data || kindOf(media_type) !== 'image') return note(`The file ${name} is not available any more.`);
  if (Buffer.byteLength(data, 'base64') > MAX_IMAGE_BYTES)
    return note(`The picture ${name} is too large to be shown to the model.`);
  return [{ type: 'image', media_type, data }];
}

/** Stands for what is not loaded where only its length counts. */
export const estimatedFiles: FileView = (part) => {
  if (part.file_id === undefined) return inlineFile(part);
  const { media_type, size = 0, name = '' } = part;
  switch (kindOf(media_type)) {
    case 'image':
      return [{ type: 'image', media_type, data: '' }];
    case 'document':
      return [{ type: 'document', media_type, name, data: '', size }];
    case 'text':
      return [{ type: 'text', text: ' '.repeat(Math.min(size, MAX_TEXT_BYTES)) }];
  }
};

/** A text file between two lines that no file of its name holds by chance. */
export function textFile(name: string, bytes: Uint8Array): PromptUserPart[] {
  const isCut = bytes.byteLength > MAX_TEXT_BYTES;
  const text = new TextDecoder().decode(bytes.subarray(0, MAX_TEXT_BYTES), { stream: isCut });
  const more = isCut ? `\n[Cut here: the first ${MAX_TEXT_BYTES / 1024} KiB of the file are shown.]` : '';
  const label = name.replaceAll(/["<>&]/g, '_');
  return [{ type: 'text', text: `<file name="${label}">\n${text}${more}\n</file>` }];
}
