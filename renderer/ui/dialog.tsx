import { X } from 'lucide-react';
import { type ReactNode, useId, useLayoutEffect, useRef } from 'react';
import { IconButton } from './button.tsx';

interface DialogProps {
  readonly title: string;
  readonly icon?: ReactNode;
  readonly wide?: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** A modal question. The platform's dialog keeps the focus inside and closes on Escape. */
export function Dialog({ title, icon, wide = false, onClose, children }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  // Closed while it is still in the page: only then the platform gives the focus back to what had it before.
  useLayoutEffect(() => {
    const dialog = ref.current;
    if (dialog && !dialog.open) dialog.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={ref}
      className={`dlg ${wide ? 'wide' : ''}`}
      aria-labelledby={id}
      onCancel={(e) => {
        e.preventDefault();
        onClose();
      }}
      onMouseDown={(e) => {
        if (e.target === ref.current) onClose();
      }}
    >
      <div className="dlg-body">
        <h2 id={id}>
          {icon}
          {title}
        </h2>
        {children}
        {/* Last, so that the dialog opens with the focus on its first field. */}
        <IconButton label="Close" className="dlg-close" onClick={onClose}>
          <X className="i" aria-hidden="true" />
        </IconButton>
      </div>
    </dialog>
  );
}
