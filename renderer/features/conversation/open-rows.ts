import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';

/** Rows that a person opened or closed, by tool call or row key: it survives scrolling and the commit. */
const openRows = createStore<{ readonly rows: Readonly<Record<string, boolean>> }>(() => ({ rows: {} }));

export function useOpenRow(key: string, byItself: boolean): readonly [boolean, () => void] {
  const open = useStore(openRows, (s) => s.rows[key]) ?? byItself;
  return [open, () => openRows.setState((s) => ({ rows: { ...s.rows, [key]: !open } }))];
}
