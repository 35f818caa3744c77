import { createStore } from 'zustand/vanilla';

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly undo: (() => void) | null;
}

export interface Toasts {
  readonly toasts: readonly Toast[];
  /** What the one live region says. */
  readonly announcement: string;
}

const SHOWN_MS = 6_000;
let nextId = 1;

export const toastStore = createStore<Toasts>(() => ({ toasts: [], announcement: '' }));

/** One line at the bottom left for 6 s; never for what the timeline already shows. */
export function toast(text: string, undo: (() => void) | null = null): void {
  const id = nextId++;
  toastStore.setState((s) => ({
    toasts: [...s.toasts.slice(-2), { id, text, undo }],
    announcement: text,
  }));
  setTimeout(() => dismiss(id), SHOWN_MS);
}

export function dismiss(id: number): void {
  toastStore.setState((s) => ({ ...s, toasts: s.toasts.filter((t) => t.id !== id) }));
}

export function announce(announcement: string): void {
  toastStore.setState({ announcement });
}
