import type { ExportFormat, ImportPreview, TransferState } from '@shared/contract/transfer.ts';
import type { ChatId } from '@shared/model/ids.ts';
import { createStore } from 'zustand/vanilla';
import { call, watchFeed } from '../lib/bridge.ts';
import { plural } from '../lib/format.ts';
import { closeSettings, navStore, openChat, type SettingsPart, showSettings } from './nav.ts';
import { toast } from './toasts.ts';

/** What is open about chats that leave or come in. */
export type TransferDialog =
  | { readonly kind: 'export'; readonly chatId: ChatId | null; readonly title: string }
  | { readonly kind: 'import'; readonly preview: ImportPreview };

interface Transfer {
  readonly dialog: TransferDialog | null;
  /** The settings that it was asked for in: one thing at a time is open, and they come back. */
  readonly from: SettingsPart | null;
  readonly job: TransferState;
  /** Why the last one did not go through. */
  readonly problem: string | null;
}

export const transferStore = createStore<Transfer>(() => ({
  dialog: null,
  from: null,
  job: { state: 'rest' },
  problem: null,
}));

/** While something about it is open. Answers what ends it. */
export function watchTransfers(): () => void {
  const feed = watchFeed(
    'transfer.watch',
    {},
    {
      onEvents: (events) => {
        const job = events.at(-1);
        if (job) transferStore.setState({ job });
      },
    },
  );
  return () => feed.close();
}

export function askExport(chat: { readonly id: ChatId; readonly title: string } | null): void {
  const dialog = { kind: 'export', chatId: chat?.id ?? null, title: chat?.title ?? 'All chats' } as const;
  show(dialog);
}

function show(dialog: TransferDialog): void {
  transferStore.setState({ dialog, from: navStore.getState().settings, problem: null });
  closeSettings();
}

export function closeTransfer(): void {
  const { from } = transferStore.getState();
  transferStore.setState({ dialog: null, from: null, problem: null });
  if (from) showSettings(from);
}

export function cancelTransfer(): void {
  void call('transfer.cancel', {});
}

/** Closes by itself when the file is there. */
export async function exportNow(chatId: ChatId | null, format: ExportFormat): Promise<void> {
  transferStore.setState({ problem: null });
  const answer = await call('transfer.export', { chatId, format });
  if (!answer.ok) {
    transferStore.setState({ problem: answer.error.code === 'cancelled' ? null : answer.error.message });
    return;
  }
  if (answer.value === null) return;
  closeTransfer();
  const name = answer.value.file.split(/[/\\]/).at(-1) ?? answer.value.file;
  toast(`Exported ${plural(answer.value.chats, 'chat')} to ${name}`);
}

/** Asks for a file and shows what it would bring. What cannot be read is told where it was asked for. */
export async function chooseImport(): Promise<string | null> {
  const answer = await call('transfer.chooseImport', {});
  if (!answer.ok) return answer.error.code === 'cancelled' ? null : answer.error.message;
  if (answer.value) show({ kind: 'import', preview: answer.value });
  return null;
}

export async function importNow(again: boolean): Promise<void> {
  transferStore.setState({ problem: null });
  const answer = await call('transfer.import', { again });
  if (!answer.ok) {
    transferStore.setState({ problem: answer.error.code === 'cancelled' ? null : answer.error.message });
    return;
  }
  closeTransfer();
  const { chats, first } = answer.value;
  toast(chats === 0 ? 'Nothing was new.' : `Imported ${plural(chats, 'chat')}`);
  if (first) openChat(first);
}
