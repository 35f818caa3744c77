import type { ExportFormat } from '@shared/contract/transfer.ts';
import type { ChatId } from '@shared/model/ids.ts';
import { FileOutput } from 'lucide-react';
import { useState } from 'react';
import { useStore } from 'zustand';
import { closeTransfer, exportNow, transferStore } from '../../state/transfer.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Radios } from '../../ui/radios.tsx';
import { Progress } from './progress.tsx';

const FORMATS: readonly { readonly value: ExportFormat; readonly label: string; readonly hint: string }[] =
  [
    { value: 'markdown', label: 'Markdown', hint: 'To read and to paste anywhere. Long results are cut.' },
    { value: 'html', label: 'HTML', hint: 'One page to read and to hand on. Nothing in it runs or loads.' },
    {
      value: 'json',
      label: 'JSON',
      hint: 'Complete. Gaffer can import it again, here or on another computer.',
    },
  ];

interface ExportDialogProps {
  readonly chatId: ChatId | null;
  readonly title: string;
}

export function ExportDialog({ chatId, title }: ExportDialogProps) {
  const { job, problem } = useStore(transferStore);
  const [format, setFormat] = useState<ExportFormat>(chatId === null ? 'json' : 'markdown');
  const hint = FORMATS.find(({ value }) => value === format)?.hint;
  return (
    <Dialog
      title={chatId === null ? 'Export all chats' : 'Export chat'}
      icon={<FileOutput className="i" aria-hidden="true" />}
      onClose={closeTransfer}
    >
      {chatId !== null && (
        <p className="transfer-title">
          {title}
          <span className="meta"> with the agents that it started</span>
        </p>
      )}
      <Radios label="Format" choices={FORMATS} value={format} onPick={setFormat} autoFocus />
      <p className="meta">{hint} Keys and tokens that Gaffer knows are left out.</p>
      {problem && (
        <p className="err" role="alert">
          {problem}
        </p>
      )}
      {job.state === 'running' ? (
        <Progress job={job} />
      ) : (
        <div className="btns">
          <Button look="primary" onClick={() => void exportNow(chatId, format)}>
            Export…
          </Button>
          <Button look="quiet" onClick={closeTransfer}>
            Cancel
          </Button>
        </div>
      )}
    </Dialog>
  );
}
