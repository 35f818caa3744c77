import { Worker } from 'node:worker_threads';
import type { Done, Task } from './tasks.ts';

/** Runs a task in a worker of its own. Throws what the worker threw; the signal ends it where it is. */
export function runInWorker(workerFile: string, task: Task, signal: AbortSignal): Promise<Done> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const worker = new Worker(workerFile, { workerData: task });
    let done: Done | null = null;
    let failure: unknown = null;
    const end = () => void worker.terminate();
    signal.addEventListener('abort', end, { once: true });
    worker.once('message', (message: Done) => {
      done = message;
    });
    worker.once('error', (error) => {
      failure = error;
    });
    worker.once('exit', () => {
      signal.removeEventListener('abort', end);
      if (done) resolve(done);
      else reject((failure ?? signal.reason ?? new Error('The backup worker ended.')) as Error);
    });
  });
}
