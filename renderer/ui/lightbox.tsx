import { Dialog } from './dialog.tsx';

interface LightboxProps {
  readonly name: string;
  /** Null: it is not there yet. */
  readonly url: string | null;
  readonly onClose: () => void;
}

/** A picture as large as the window has room for it. */
export function Lightbox({ name, url, onClose }: LightboxProps) {
  return (
    <Dialog title={name} size="large" onClose={onClose}>
      <div className="lightbox">{url !== null && <img src={url} alt={name} onClick={onClose} />}</div>
    </Dialog>
  );
}
