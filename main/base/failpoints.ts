import {
  createTrigger,
  FAILPOINT_VARIABLE,
  type Failpoint,
  parseFailpoint,
} from '@shared/util/failpoints.ts';

/** Read at the first use, so that a packaged app can forget it before. Each thread counts for itself. */
let strikes: ((name: Failpoint, of?: string) => boolean) | null = null;

/** A packaged app has no failpoints: comes before anything that may pass one, and before threads and agents start. */
export function forgetFailpoints(): void {
  delete process.env[FAILPOINT_VARIABLE];
}

/** Ends this process as a crash would, where a test has asked for it. `of`: the tool that a call is of; '': none. */
export function failpoint(name: Failpoint, of?: string): void {
  strikes ??= createTrigger(parseFailpoint(process.env[FAILPOINT_VARIABLE]));
  if (!strikes(name, of)) return;
  process.kill(process.pid, 'SIGKILL');
  // The signal is delivered asynchronously on some systems: nothing after this line may happen.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10_000);
}

/** What the agent of this computer is told, so that its own failpoints strike. */
export function failpointEnv(): Readonly<Record<string, string>> {
  const armed = process.env[FAILPOINT_VARIABLE];
  return armed ? { [FAILPOINT_VARIABLE]: armed } : {};
}
