import type { Draft } from '@shared/contract/chats.ts';
import type { AttachedFile } from '@shared/model/part.ts';
import { useEffect } from 'react';
import { createStore } from 'zustand/vanilla';
import { call } from '../lib/bridge.ts';
import { useInFront } from './in-front.ts';

const DEBOUNCE_MS = 300;

interface Drafts {
  readonly texts: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, readonly AttachedFile[]>>;
}

/** What is not sent yet, by chat id or "new". A missing text has not been loaded. */
export const draftStore = createStore<Drafts>(() => ({ texts: {}, files: {} }));

const NO_FILES: readonly AttachedFile[] = [];
const unsaved = new Map<string, ReturnType<typeof setTimeout>>();

export function draftFiles(key: string): readonly AttachedFile[] {
  return draftStore.getState().files[key] ?? NO_FILES;
}

function put(key: string, { text, files }: Draft): void {
  draftStore.setState((s) => ({
    texts: { ...s.texts, [key]: text },
    files: { ...s.files, [key]: files },
  }));
}

export async function loadDraft(key: string): Promise<void> {
  if (draftStore.getState().texts[key] !== undefined) return;
  const answer = await call('draft.get', { key });
  // What was typed meanwhile is newer.
  if (draftStore.getState().texts[key] !== undefined) return;
  put(key, answer.ok ? answer.value : { text: '', files: [] });
}

/** The same chat may be open in another window: on coming back to this one its words are taken over. */
export function useFreshDraft(key: string): void {
  const inFront = useInFront();
  useEffect(() => {
    if (!inFront || unsaved.has(key) || draftStore.getState().texts[key] === undefined) return;
    const { texts, files } = draftStore.getState();
    void call('draft.get', { key }).then((answer) => {
      const now = draftStore.getState();
      if (!answer.ok || now.texts[key] !== texts[key] || now.files[key] !== files[key]) return;
      put(key, answer.value);
    });
  }, [inFront, key]);
}

export function setDraft(key: string, text: string): void {
  draftStore.setState((s) => ({ texts: { ...s.texts, [key]: text } }));
  saveSoon(key);
}

export function setDraftFiles(key: string, files: readonly AttachedFile[]): void {
  draftStore.setState((s) => ({
    texts: { ...s.texts, [key]: s.texts[key] ?? '' },
    files: { ...s.files, [key]: files },
  }));
  saveSoon(key);
}

function saveSoon(key: string): void {
  clearTimeout(unsaved.get(key));
  unsaved.set(
    key,
    setTimeout(() => save(key), DEBOUNCE_MS),
  );
}

function save(key: string): void {
  clearTimeout(unsaved.get(key));
  unsaved.delete(key);
  const text = draftStore.getState().texts[key] ?? '';
  void call('draft.set', { key, text, files: draftFiles(key).map(({ file_id }) => file_id) });
}

/** Writes at once what still waits: another chat is opened, or the window is hidden or goes. */
export function flushDrafts(): void {
  for (const key of unsaved.keys()) save(key);
}
