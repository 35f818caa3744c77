import type { ChatId } from '@shared/model/ids.ts';
import { useEffect } from 'react';
import { useStore } from 'zustand';
import { type Box, useFiles, useUploads, whyUnsent } from '../../state/attachments.ts';
import { composingStore, type Editing, stopEditing } from '../../state/composing.ts';
import { draftStore, loadDraft, setDraft, useFreshDraft } from '../../state/drafts.ts';
import type { Written } from './send.ts';

export interface Writing {
  readonly box: Box;
  readonly written: Written;
  /** What is rewritten; null: it is a new message. */
  readonly editing: Editing | null;
  /** Why it cannot be sent yet. */
  readonly waits: string | null;
  readonly change: (text: string) => void;
}

/** What is being written in a chat; null: in a new one. */
export function useWriting(chatId: ChatId | null): Writing {
  const key = chatId ?? 'new';
  const editing = useStore(composingStore, (s) => (s.editing?.chatId === chatId ? s.editing : null));
  const draft = useStore(draftStore, (s) => s.texts[key] ?? '');
  const box: Box = editing ? { kind: 'edit', chatId: editing.chatId } : { kind: 'draft', key };
  const files = useFiles(box);
  const waits = whyUnsent(useUploads(box));
  useEffect(() => void loadDraft(key), [key]);
  useEffect(() => (chatId === null ? undefined : () => stopEditing(chatId)), [chatId]);
  useFreshDraft(key);
  const change = (text: string) => {
    if (editing) composingStore.setState({ editing: { ...editing, text } });
    else setDraft(key, text);
  };
  return { box, written: { text: editing ? editing.text : draft, files }, editing, waits, change };
}
