import { useStore } from 'zustand';
import { dismiss, holdToasts, toastStore } from '../../state/toasts.ts';

/** The toasts, and the one live region of the window. */
export function Toasts() {
  const toasts = useStore(toastStore, (s) => s.toasts);
  const announcement = useStore(toastStore, (s) => s.announcement);
  return (
    <>
      <div
        className="toasts"
        onPointerEnter={() => holdToasts(true)}
        onPointerLeave={() => holdToasts(false)}
        onFocus={() => holdToasts(true)}
        onBlur={() => holdToasts(false)}
      >
        {toasts.map((t) => (
          <div key={t.id} className="toast">
            <span title={t.text}>{t.text}</span>
            {t.undo && (
              <button
                type="button"
                className="acc"
                onClick={() => {
                  holdToasts(false);
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
