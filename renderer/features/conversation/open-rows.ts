import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';

/** Rows that a person opened or closed, by tool call or row key: it survives scrolling and the commit. */
const openRows = createStore<{ readonly rows: Readonly<Record<string, boolean>> }>(() => ({ rows: {} }));

export function useOpenRow(key: string, byItself: boolean): readonly [boolean, () => void] {
  const open = useStore(openRows, (s) => s.rows[key]) ?? byItself;
  return [open, () => openRows.setState((s) => ({ rows: { ...s.rows, [key]: !open } }))];
}

/** What was looked for stands in it. */
export function openRow(key: string): void {
  if (openRows.getState().rows[key] !== true)
    openRows.setState((s) => ({ rows: { ...s.rows, [key]: true } }));
}

/** A row stands under another key from now on; null: it is gone, and what comes under its key is another one. */
export function renameOpen(from: string, to: string | null): void {
  const { [from]: open, ...rows } = openRows.getState().rows;
  if (open === undefined) return;
  openRows.setState({ rows: to === null ? rows : { ...rows, [to]: open } });
}
