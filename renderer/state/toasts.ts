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
let held = false;
const timers = new Map<number, ReturnType<typeof setTimeout>>();

export const toastStore = createStore<Toasts>(() => ({ toasts: [], announcement: '' }));

/** One line at the bottom left for 6 s; never for what the timeline already shows. */
export function toast(text: string, undo: (() => void) | null = null): void {
  const id = nextId++;
  toastStore.setState((s) => ({
    toasts: [...s.toasts.slice(-2), { id, text, undo }],
    announcement: text,
  }));
  if (!held) start(id);
}

/** While one of them is pointed at or has the focus, none goes away. */
export function holdToasts(hold: boolean): void {
  if (hold === held) return;
  held = hold;
  for (const timer of timers.values()) clearTimeout(timer);
  timers.clear();
  if (!hold) for (const { id } of toastStore.getState().toasts) start(id);
}

function start(id: number): void {
  timers.set(
    id,
    setTimeout(() => dismiss(id), SHOWN_MS),
  );
}

export function dismiss(id: number): void {
  clearTimeout(timers.get(id));
  timers.delete(id);
  toastStore.setState((s) => ({ ...s, toasts: s.toasts.filter((t) => t.id !== id) }));
}

export function announce(announcement: string): void {
  toastStore.setState({ announcement });
}
