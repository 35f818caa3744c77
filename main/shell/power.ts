import { powerMonitor } from 'electron';

/** Calls `wake` after the machine slept. Returns the function that stops it. Needs a ready app. */
export function watchPower(wake: () => void): () => void {
  powerMonitor.on('resume', wake);
  return () => {
    powerMonitor.off('resume', wake);
  };
}
