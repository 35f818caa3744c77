import { ExternalLink } from 'lucide-react';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';

interface LinkQuestionProps {
  readonly url: string;
  readonly onOpen: () => void;
  readonly onClose: () => void;
}

/** Shows where a link really goes before the browser opens it. */
export function LinkQuestion({ url, onOpen, onClose }: LinkQuestionProps) {
  return (
    <Dialog
      title="Open this link?"
      icon={<ExternalLink className="i" aria-hidden="true" />}
      onClose={onClose}
    >
      <div className="fp">{url}</div>
      <div className="btns">
        <Button look="primary" autoFocus onClick={onOpen}>
          Open in browser
        </Button>
        <Button look="quiet" className="end" onClick={onClose}>
          Cancel
        </Button>
      </div>
    </Dialog>
  );
}
