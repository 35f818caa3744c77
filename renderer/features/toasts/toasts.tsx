import { useStore } from 'zustand';
import { dismiss, toastStore } from '../../state/toasts.ts';

/** The toasts, and the one live region of the window. */
export function Toasts() {
  const toasts = useStore(toastStore, (s) => s.toasts);
  const announcement = useStore(toastStore, (s) => s.announcement);
  return (
    <>
      <div className="toasts">
        {toasts.map((t) => (
          <div key={t.id} className="toast">
            <span title={t.text}>{t.text}</span>
            {t.undo && (
              <button
                type="button"
                className="acc"
                onClick={() => {
                  dismiss(t.id);
                  t.undo?.();
                }}
              >
                Undo
              </button>
            )}
          </div>
        ))}
      </div>
      <div className="sr" role="status" aria-label="Announcements" aria-live="polite">
        {announcement}
      </div>
    </>
  );
}
