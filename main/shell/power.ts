import { powerMonitor } from 'electron';

/**
 * Calls `wake` after the machine slept, and when the person comes back to a locked one (told on macOS and Windows).
 * Returns the function that stops it. Needs a ready app.
 */
export function watchPower(wake: () => void): () => void {
  powerMonitor.on('resume', wake);
  powerMonitor.on('unlock-screen', wake);
  return () => {
    powerMonitor.off('resume', wake);
    powerMonitor.off('unlock-screen', wake);
  };
}
