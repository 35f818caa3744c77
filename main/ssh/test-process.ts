import { isAlive, noteOf } from '../../agent/base/process-identity.ts';

/** One process that lives now: its number is soon given to others, so it is known by its start as well. */
export interface TestProcess {
  readonly pid: number;
  isAlive(): Promise<boolean>;
  /** Nothing when it has ended. */
  kill(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Resolves when it has ended. */
  gone(): Promise<void>;
}

const LOOK_MS = 20;

export async function followProcess(pid: number): Promise<TestProcess> {
  const identity = await noteOf(pid);
  return {
    pid,
    isAlive: () => isAlive(identity),
    async kill(signal) {
      if (await isAlive(identity)) process.kill(pid, signal);
    },
    async gone() {
      // The test's own limit bounds it.
      while (await isAlive(identity)) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    },
  };
}
