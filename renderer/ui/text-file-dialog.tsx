import { CopyButton } from './copy-button.tsx';
import { Dialog } from './dialog.tsx';

interface TextFileDialogProps {
  readonly name: string;
  /** Null: it is not there yet. */
  readonly text: string | null;
  /** There is more of it. */
  readonly isCut: boolean;
  readonly onClose: () => void;
}

/** What a text file that was attached says. */
export function TextFileDialog({ name, text, isCut, onClose }: TextFileDialogProps) {
  return (
    <Dialog title={name} size="large" onClose={onClose}>
      {/* The focus: it is read with the arrow keys. */}
      <pre className="text-file" tabIndex={0}>
        {text}
        {isCut && <span className="text-cut">{'\n\n'}The rest is not shown.</span>}
      </pre>
      {text !== null && <CopyButton text={text} label="Copy text" />}
    </Dialog>
  );
}
