import path from 'node:path';
import { Worker } from 'node:worker_threads';

const root = path.resolve(import.meta.dirname, '../..');

/** Where the record of a directory's changes goes. */
export interface Recording {
  readonly root: string;
  readonly log: string;
}

/** The built database worker behind its front door: the messages that the main process sends. */
export interface PowerStore {
  /** Answers the value and the id under which the answer stands in the record. */
  call<T>(name: string, args: unknown): Promise<{ readonly value: T; readonly id: number }>;
  /** In order, as when the app quits. */
  close(): Promise<void>;
  /** At once, as a kill of the process does it. */
  kill(): Promise<void>;
}

type Told =
  | { readonly type: 'ready' | 'hint' }
  | { readonly type: 'log'; readonly level: string; readonly message: string; readonly fields?: unknown }
  | { readonly type: 'refused'; readonly failure: { readonly message: string } }
  | { readonly type: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly type: 'failed'; readonly id: number; readonly failure: { readonly message: string } };

interface Pending {
  resolve(answer: { value: unknown; id: number }): void;
  reject(error: Error): void;
}

/** Ids of one record are never given twice, however often the database is opened. */
let lastId = 0;

/** Opens the database in `dataDir`; recorded, `node:fs` of the worker is wrapped before anything else runs in it. */
export async function openPowerStore(dataDir: string, recording: Recording | null): Promise<PowerStore> {
  const worker = new Worker(path.join(root, 'out/main/db-worker.js'), {
    workerData: { dataDir, preparedDir: path.join(root, 'out/resources') },
    execArgv: recording ? ['--import', path.join(import.meta.dirname, 'recorder.mjs')] : [],
    env: {
      ...process.env,
      ...(recording ? { GAFFER_RECORD_ROOT: recording.root, GAFFER_RECORD_LOG: recording.log } : {}),
    },
  });
  const pending = new Map<number, Pending>();
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  let dead: Error | null = null;
  const failAll = (error: Error) => {
    dead ??= error;
    for (const { reject } of pending.values()) reject(error);
    pending.clear();
  };
  await new Promise<void>((resolve, reject) => {
    worker.once('error', (error) => {
      reject(error);
      failAll(error);
    });
    void ended.then(() => {
      reject(new Error('the database worker ended'));
      failAll(new Error('the database worker ended'));
    });
    worker.on('message', (told: Told) => {
      if (told.type === 'ready') resolve();
      else if (told.type === 'refused') reject(new Error(told.failure.message));
      else if (told.type === 'answer') take(told.id)?.resolve({ value: told.value, id: told.id });
      else if (told.type === 'failed') take(told.id)?.reject(new Error(told.failure.message));
      else if (told.type === 'log' && told.level === 'error')
        failAll(new Error(`${told.message} ${JSON.stringify(told.fields)}`));
    });
  });
  function take(id: number): Pending | undefined {
    const found = pending.get(id);
    pending.delete(id);
    return found;
  }
  return {
    call<T>(name: string, args: unknown) {
      lastId += 1;
      const id = lastId;
      return new Promise<{ value: T; id: number }>((resolve, reject) => {
        if (dead) {
          reject(dead);
          return;
        }
        pending.set(id, { resolve: resolve as Pending['resolve'], reject });
        worker.postMessage({ type: 'call', id, name, args });
      });
    },
    close() {
      worker.postMessage({ type: 'close' });
      return ended;
    },
    async kill() {
      await worker.terminate();
    },
  };
}
