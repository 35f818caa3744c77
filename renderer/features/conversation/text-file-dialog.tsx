import type { FileId } from '@shared/model/ids.ts';
import { useEffect, useState } from 'react';
import { fetchFile } from '../../state/kept-files.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Dialog } from '../../ui/dialog.tsx';

interface TextFileDialogProps {
  readonly name: string;
  readonly fileId: FileId;
  readonly onClose: () => void;
}

/** More is not looked through here. */
const MOST_SHOWN = 256 * 1024;

/** What a text file that was attached says. */
export function TextFileDialog({ name, fileId, onClose }: TextFileDialogProps) {
  const [text, setText] = useState<string | null>(null);
  useEffect(() => {
    let isShown = true;
    void fetchFile(fileId).then((file) => {
      if (!isShown) return;
      if (file) setText(new TextDecoder().decode(file.bytes.subarray(0, MOST_SHOWN)));
      else onClose();
    });
    return () => {
      isShown = false;
    };
  }, [fileId, onClose]);
  return (
    <Dialog title={name} size="large" onClose={onClose}>
      {/* The focus: it is read with the arrow keys. */}
      <pre className="text-file" tabIndex={0}>
        {text}
      </pre>
      {text !== null && <CopyButton text={text} label="Copy text" />}
    </Dialog>
  );
}
