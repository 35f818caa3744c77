import type { FileBytes } from '@shared/contract/attachments.ts';
import type { FileId } from '@shared/model/ids.ts';
import { useEffect, useEffectEvent, useState } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { call } from '../lib/bridge.ts';
import { toast } from './toasts.ts';

/** Files that were asked for; what is missing has not been. */
const presentStore = createStore<{ readonly known: ReadonlyMap<FileId, boolean> }>(() => ({
  known: new Map(),
}));
let asked = new Set<FileId>();

/** Once for all that are shown at the same time. */
async function askPresent(): Promise<void> {
  await Promise.resolve();
  const fileIds = [...asked];
  asked = new Set();
  if (fileIds.length === 0) return;
  const answer = await call('attachment.present', { fileIds });
  if (!answer.ok) return;
  const present = new Set(answer.value);
  presentStore.setState(({ known }) => ({
    known: new Map([...known, ...fileIds.map((id) => [id, present.has(id)] as const)]),
  }));
}

/** A message with files was sent: others may have expired for it. */
export function forgetPresent(): void {
  presentStore.setState({ known: new Map() });
}

/** Null until it is known. */
export function useIsPresent(fileId: FileId | undefined): boolean | null {
  const known = useStore(presentStore, (s) => (fileId === undefined ? false : s.known.get(fileId)));
  useEffect(() => {
    if (fileId === undefined || known !== undefined) return;
    asked.add(fileId);
    void askPresent();
  }, [fileId, known]);
  return known ?? null;
}

/** Null: it has expired, or the answer failed. */
export async function fetchFile(fileId: FileId): Promise<FileBytes | null> {
  const answer = await call('attachment.read', { fileId });
  if (answer.ok) return answer.value;
  if (answer.error.code === 'expired') noteGone(fileId);
  return null;
}

/** With the system's program for it; why not is said. */
export async function openOutside(fileId: FileId): Promise<void> {
  const answer = await call('attachment.open', { fileId });
  if (answer.ok) return;
  if (answer.error.code === 'expired') noteGone(fileId);
  toast(answer.error.message);
}

function noteGone(fileId: FileId): void {
  presentStore.setState(({ known }) => ({ known: new Map(known).set(fileId, false) }));
}

interface Shared {
  users: number;
  readonly url: Promise<string | null>;
}
/** One address for all that show the same file, as long as one does. */
const urls = new Map<FileId, Shared>();

function open(fileId: FileId): Shared {
  const shared = urls.get(fileId) ?? {
    users: 0,
    url: fetchFile(fileId).then((file) => file && URL.createObjectURL(toBlob(file))),
  };
  shared.users += 1;
  urls.set(fileId, shared);
  return shared;
}

function toBlob({ bytes, mediaType }: FileBytes): Blob {
  return new Blob([bytes as Uint8Array<ArrayBuffer>], { type: mediaType });
}

function close(fileId: FileId, shared: Shared): void {
  shared.users -= 1;
  if (shared.users > 0) return;
  if (urls.get(fileId) === shared) urls.delete(fileId);
  void shared.url.then((url) => {
    if (url !== null) URL.revokeObjectURL(url);
  });
}

/** The address of a picture while it is shown; null until it is there, and when it has expired. */
export function useFileUrl(fileId: FileId | null): string | null {
  const [shown, setShown] = useState<{ fileId: FileId; url: string | null } | null>(null);
  useEffect(() => {
    if (fileId === null) return;
    const shared = open(fileId);
    let isShown = true;
    void shared.url.then((url) => {
      if (isShown) setShown({ fileId, url });
    });
    return () => {
      isShown = false;
      close(fileId, shared);
    };
  }, [fileId]);
  return shown?.fileId === fileId ? shown.url : null;
}

/** More is not looked through here. */
const MOST_SHOWN = 256 * 1024;

interface FileText {
  /** Null until it is there. */
  readonly text: string | null;
  /** There is more of it. */
  readonly isCut: boolean;
}

/** What a text file says. `onGone`: it has expired. */
export function useFileText(fileId: FileId, onGone: () => void): FileText {
  const [shown, setShown] = useState<FileText>({ text: null, isCut: false });
  const gone = useEffectEvent(onGone);
  useEffect(() => {
    let isShown = true;
    void fetchFile(fileId).then((file) => {
      if (!isShown) return;
      if (!file) return gone();
      // A letter that the end cuts in two is left out.
      const text = new TextDecoder().decode(file.bytes.subarray(0, MOST_SHOWN), { stream: true });
      setShown({ text, isCut: file.bytes.byteLength > MOST_SHOWN });
    });
    return () => {
      isShown = false;
    };
  }, [fileId]);
  return shown;
}
