import { X } from 'lucide-react';
import { type ReactNode, useId, useRef } from 'react';
import { IconButton } from './button.tsx';
import { useModal } from './use-modal.ts';

interface DialogProps {
  readonly title: string;
  readonly icon?: ReactNode;
  readonly size?: 'wide' | 'large';
  /** Something waits for the answer: it is given by the dialog's own buttons, or by Escape. */
  readonly question?: 'dialog' | 'alertdialog';
  /** "1 of 2": how many of its kind there are. */
  readonly place?: string | null;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** Modal. The platform's dialog keeps the focus inside and closes on Escape. */
export function Dialog(props: DialogProps) {
  const { title, icon, size = '', question, place = null, onClose, children } = props;
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useModal(ref);
  return (
    <dialog
      ref={ref}
      className={`dlg ${size} ${question ? 'question' : ''}`}
      role={question}
      aria-labelledby={id}
      onCancel={(e) => {
        e.preventDefault();
        onClose();
      }}
      // A second Escape closes it whatever the first one came to.
      onClose={() => {
        if (ref.current?.isConnected && !ref.current.open) onClose();
      }}
      onMouseDown={(e) => {
        if (e.target === ref.current && !question) onClose();
      }}
    >
      <div className="dlg-body">
        <h2 id={id}>
          {icon}
          {title}
        </h2>
        {place !== null && <span className="dlg-place meta num">{place}</span>}
        {children}
        {/* Last, so that the dialog opens with the focus on its first field. */}
        {!question && (
          <IconButton label="Close" className="dlg-close" onClick={onClose}>
            <X className="i" aria-hidden="true" />
          </IconButton>
        )}
      </div>
    </dialog>
  );
}
