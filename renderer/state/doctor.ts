import { createStore } from 'zustand/vanilla';

/** Whose connection is looked at. */
export interface Patient {
  /** The host's name, as the person typed or chose it. */
  readonly target: string;
  /** Of a host that was not used yet. */
  readonly identityFile: string | null;
}

/** Null: the doctor is not open. */
export const doctorStore = createStore<{ readonly patient: Patient | null }>(() => ({ patient: null }));

export function openDoctor(target: string, identityFile: string | null = null): void {
  doctorStore.setState({ patient: { target, identityFile } });
}

export function closeDoctor(): void {
  doctorStore.setState({ patient: null });
}
