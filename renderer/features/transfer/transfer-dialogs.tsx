import { useEffect } from 'react';
import { useStore } from 'zustand';
import { transferStore, watchTransfers } from '../../state/transfer.ts';
import { ExportDialog } from './export-dialog.tsx';
import { ImportDialog } from './import-dialog.tsx';
import './transfer.css';

export function TransferDialogs() {
  const dialog = useStore(transferStore, (s) => s.dialog);
  const isOpen = dialog !== null;
  useEffect(() => (isOpen ? watchTransfers() : undefined), [isOpen]);
  if (dialog?.kind === 'export') return <ExportDialog chatId={dialog.chatId} title={dialog.title} />;
  if (dialog?.kind === 'import') return <ImportDialog preview={dialog.preview} />;
  return null;
}
