import { MAX_FILE_BYTES, MAX_FILES } from '@shared/model/attachment-limits.ts';
import type { ChatId, FileId } from '@shared/model/ids.ts';
import type { AttachedFile } from '@shared/model/part.ts';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { call } from '../lib/bridge.ts';
import { fitImage } from '../lib/fit-image.ts';
import { plural } from '../lib/format.ts';
import { composingStore } from './composing.ts';
import { draftFiles, draftStore, setDraftFiles } from './drafts.ts';
import { announce } from './toasts.ts';

/** Where files are attached: the draft of this key, or what is being rewritten in this chat. */
export type Box =
  | { readonly kind: 'draft'; readonly key: string }
  | { readonly kind: 'edit'; readonly chatId: ChatId };

/** A file on its way, or one that did not get there. */
export interface Upload {
  readonly id: string;
  readonly name: string;
  readonly size: number;
  /** Null: it is on its way. */
  readonly problem: string | null;
}

const NO_UPLOADS: readonly Upload[] = [];
const NO_FILES: readonly AttachedFile[] = [];
const uploadStore = createStore<{ readonly boxes: Readonly<Record<string, readonly Upload[]>> }>(() => ({
  boxes: {},
}));

const idOf = (box: Box) => (box.kind === 'draft' ? box.key : `edit:${box.chatId}`);

export function useUploads(box: Box): readonly Upload[] {
  return useStore(uploadStore, (s) => s.boxes[idOf(box)] ?? NO_UPLOADS);
}

export function useFiles(box: Box): readonly AttachedFile[] {
  const draft = useStore(draftStore, (s) => (box.kind === 'draft' ? s.files[box.key] : undefined));
  const edited = useStore(composingStore, (s) =>
    box.kind === 'edit' && s.editing?.chatId === box.chatId ? s.editing.files : undefined,
  );
  return draft ?? edited ?? NO_FILES;
}

/** Null: what it held is gone, because the rewriting ended. */
function filesIn(box: Box): readonly AttachedFile[] | null {
  if (box.kind === 'draft') return draftFiles(box.key);
  const { editing } = composingStore.getState();
  return editing?.chatId === box.chatId ? editing.files : null;
}

function setFiles(box: Box, files: readonly AttachedFile[]): void {
  if (box.kind === 'draft') return setDraftFiles(box.key, files);
  composingStore.setState((s) => (s.editing ? { editing: { ...s.editing, files } } : s));
}

const uploadsIn = (box: Box) => uploadStore.getState().boxes[idOf(box)] ?? NO_UPLOADS;

function setUploads(box: Box, to: (uploads: readonly Upload[]) => readonly Upload[]): void {
  uploadStore.setState(({ boxes }) => ({
    boxes: { ...boxes, [idOf(box)]: to(boxes[idOf(box)] ?? NO_UPLOADS) },
  }));
}

/** Why the message cannot be sent yet; null: it can. */
export function whyUnsent(uploads: readonly Upload[]): string | null {
  const failed = uploads.find(({ problem }) => problem !== null);
  if (failed) return `“${failed.name}” is not attached. Remove it first.`;
  return uploads.length > 0 ? `${plural(uploads.length, 'file')} still being attached` : null;
}

/** One after the other: each is in memory only while it is its turn. */
let last: Promise<void> = Promise.resolve();

/** Keeps the files at once; each is shown meanwhile, and with its problem when it cannot be kept. */
export function attach(box: Box, files: readonly File[]): Promise<void> {
  const room = MAX_FILES - (filesIn(box)?.length ?? 0) - uploadsIn(box).length;
  const uploads = files.map(
    (file, at): Upload => ({
      id: crypto.randomUUID(),
      name: file.name,
      size: file.size,
      problem: at < room ? null : `A message takes at most ${MAX_FILES} files.`,
    }),
  );
  setUploads(box, (before) => [...before, ...uploads]);
  for (const [at, upload] of uploads.entries()) {
    const file = files[at];
    if (file && upload.problem === null) last = last.then(() => send(box, upload, file));
  }
  return last;
}

async function send(box: Box, { id, name }: Upload, file: File): Promise<void> {
  const isWanted = () => uploadsIn(box).some((one) => one.id === id);
  if (!isWanted()) return;
  const kept = await keep(file);
  if ('problem' in kept) {
    setUploads(box, (all) => all.map((one) => (one.id === id ? { ...one, problem: kept.problem } : one)));
    announce(`${name}: ${kept.problem}`);
    return;
  }
  const files = isWanted() ? filesIn(box) : null;
  setUploads(box, (all) => all.filter((one) => one.id !== id));
  if (files === null) return void call('attachment.remove', { fileId: kept.file_id });
  setFiles(box, [...files, kept]);
  announce(`${name} attached`);
}

async function keep(given: File): Promise<AttachedFile | { readonly problem: string }> {
  const file = await fitImage(given);
  if (file.size > MAX_FILE_BYTES) return { problem: 'It is larger than 10 MB.' };
  const buffer = await file.arrayBuffer().catch(() => null);
  if (buffer === null) return { problem: 'It could not be read.' };
  const answer = await call('attachment.add', { name: file.name, bytes: new Uint8Array(buffer) });
  return answer.ok ? answer.value : { problem: answer.error.message };
}

/** Takes a file out again; one that no message names is not kept any longer. */
export function detach(box: Box, fileId: FileId): void {
  setFiles(
    box,
    (filesIn(box) ?? NO_FILES).filter(({ file_id }) => file_id !== fileId),
  );
  void call('attachment.remove', { fileId });
}

export function giveUp(box: Box, id: string): void {
  setUploads(box, (all) => all.filter((one) => one.id !== id));
}
