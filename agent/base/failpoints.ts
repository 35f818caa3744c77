import {
  createTrigger,
  FAILPOINT_VARIABLE,
  type Failpoint,
  parseFailpoint,
} from '@shared/util/failpoints.ts';

const strikes = createTrigger(parseFailpoint(process.env[FAILPOINT_VARIABLE]));

/** Ends this process as a crash would, where a test has asked for it. The app hands the variable on unpackaged only. */
export function failpoint(name: Failpoint): void {
  if (!strikes(name)) return;
  process.kill(process.pid, 'SIGKILL');
  // The signal is delivered asynchronously on some systems: nothing after this line may happen.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10_000);
}
