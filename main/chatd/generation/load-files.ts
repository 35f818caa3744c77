import type { ModelInputs } from '@shared/model/account.ts';
import type { FileId } from '@shared/model/ids.ts';
import type { FilePart } from '@shared/model/part.ts';
import type { PromptUserPart } from '../../models/port.ts';
import type { KeptFile, StoredMessage } from '../machine/types.ts';
import { type FileView, inlineFile, kindOf, MAX_IMAGE_BYTES, note, textFile } from './file-view.ts';
import type { StepChat, StepDeps } from './ports.ts';

/** Of all files of one prompt: servers refuse a larger request. Base64 makes a third more of it. */
const MAX_PROMPT_BYTES = 20 * 1024 * 1024;

interface FilesOf {
  readonly rows: readonly StoredMessage[];
  readonly chat: Pick<StepChat, 'ownerId'>;
  readonly inputs: ModelInputs;
}

type Named = FilePart & { readonly file_id: FileId };

/**
 * The files of these rows as the model gets them: the newest first, as far as a request may be large. What is not
 * sent is named with the reason, so that the model can say so.
 */
export async function loadFiles(
  deps: Pick<StepDeps, 'files' | 'store'>,
  { rows, chat, inputs }: FilesOf,
): Promise<FileView> {
  const named = namedFiles(rows);
  if (named.length === 0) return inlineFile;
  const fileIds = [...new Set(named.map(({ file_id }) => file_id))];
  const { ownerId } = chat;
  const present = new Set(await deps.store.call('listPresentFiles', { ownerId, fileIds }));
  const views = new Map<FileId, readonly PromptUserPart[]>();
  let room = MAX_PROMPT_BYTES;
  for (const part of named) {
    if (views.has(part.file_id)) continue;
    const reason = present.has(part.file_id) ? whyNot(part, inputs, room) : null;
    const isWanted = present.has(part.file_id) && reason === null;
    const file = isWanted ? await deps.files.load(part.file_id) : null;
    room -= file?.data.byteLength ?? 0;
    const expired = `The file ${part.name ?? ''} has expired: its content is not kept any more.`;
    views.set(part.file_id, file ? shown(file) : note(reason ?? expired));
  }
  return (part) => {
    const view = part.file_id === undefined ? undefined : views.get(part.file_id);
    return view ?? inlineFile(part);
  };
}

/** The newest first. */
function namedFiles(rows: readonly StoredMessage[]): readonly Named[] {
  return rows
    .filter(({ role }) => role === 'user')
    .flatMap(({ content }) => content)
    .filter((part): part is Named => part.type === 'file' && part.file_id !== undefined)
    .reverse();
}

function whyNot({ media_type, name, size = 0 }: Named, inputs: ModelInputs, room: number): string | null {
  const kind = kindOf(media_type);
  if (kind === 'image' && !inputs.images) {
    return `The person attached the picture ${name}. This model cannot see pictures: say so if it matters.`;
  }
  if (kind === 'document' && !inputs.documents) {
    return `The person attached ${name}. This model cannot read PDF files: say so if it matters.`;
  }
  if (kind === 'image' && size > MAX_IMAGE_BYTES)
    return `The picture ${name} is too large to be shown to the model.`;
  if (size > room)
    return `The file ${name} is left out: the files of this conversation are too large together.`;
  return null;
}

function shown({ name, mediaType, data }: KeptFile): readonly PromptUserPart[] {
  const kind = kindOf(mediaType);
  if (kind === 'text') return textFile(name, data);
  const base64 = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64');
  if (kind === 'document') {
    return [{ type: 'document', media_type: mediaType, name, data: base64, size: data.byteLength }];
  }
  return [
    { type: 'text', text: `Attached picture: ${name}` },
    { type: 'image', media_type: mediaType, data: base64 },
  ];
}
