import { useEffect } from 'react';
import { createStore } from 'zustand/vanilla';
import { call } from '../lib/bridge.ts';
import { useInFront } from './in-front.ts';

const DEBOUNCE_MS = 300;

/** Texts that are not sent yet, by chat id or "new". A missing key has not been loaded. */
export const draftStore = createStore<{ readonly texts: Readonly<Record<string, string>> }>(() => ({
  texts: {},
}));

const unsaved = new Map<string, ReturnType<typeof setTimeout>>();

export async function loadDraft(key: string): Promise<void> {
  if (draftStore.getState().texts[key] !== undefined) return;
  const answer = await call('draft.get', { key });
  const text = answer.ok ? answer.value.text : '';
  // What was typed meanwhile is newer.
  draftStore.setState((s) => (s.texts[key] === undefined ? { texts: { ...s.texts, [key]: text } } : s));
}

/** The same chat may be open in another window: on coming back to this one its words are taken over. */
export function useFreshDraft(key: string): void {
  const inFront = useInFront();
  useEffect(() => {
    if (!inFront || unsaved.has(key) || draftStore.getState().texts[key] === undefined) return;
    const before = draftStore.getState().texts[key];
    void call('draft.get', { key }).then((answer) => {
      if (!answer.ok || draftStore.getState().texts[key] !== before) return;
      draftStore.setState((s) => ({ texts: { ...s.texts, [key]: answer.value.text } }));
    });
  }, [inFront, key]);
}

export function setDraft(key: string, text: string): void {
  draftStore.setState((s) => ({ texts: { ...s.texts, [key]: text } }));
  clearTimeout(unsaved.get(key));
  unsaved.set(
    key,
    setTimeout(() => save(key), DEBOUNCE_MS),
  );
}

function save(key: string): void {
  clearTimeout(unsaved.get(key));
  unsaved.delete(key);
  void call('draft.set', { key, text: draftStore.getState().texts[key] ?? '' });
}

/** Writes at once what still waits: another chat is opened, or the window is hidden or goes. */
export function flushDrafts(): void {
  for (const key of unsaved.keys()) save(key);
}
