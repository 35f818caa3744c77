import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { never } from '@shared/util/never.ts';
import type { Log } from '../base/log.ts';
import { errorFields } from '../base/log.ts';
import type { Copied } from './copy-database.ts';
import { DatabaseFault } from './fault.ts';
import { type Ask, fromFailure, type Told, type WorkerStart } from './protocol.ts';
import type { Hint, Operations, Store } from './store.ts';

export interface WorkerStoreOptions extends WorkerStart {
  /** The built `db-worker.js`. */
  readonly workerFile: URL | string;
  readonly log: Log;
}

export interface WorkerStore<Ops extends Operations> extends Store<Ops> {
  /** Resolves when the worker ended though nobody closed the store: every call is refused from then on. */
  readonly lost: Promise<DatabaseFault>;
  /** A copy of the files in a new directory, which recovers when it is opened. Only of an exclusive one. */
  copyTo(directory: string): Promise<Copied>;
}

/**
 * How much a WebAssembly function must have run before it is compiled again, optimised. With V8's own 1.8 MB all
 * that the engine touches once is: a fifth of the processor time of the app's start, beside the window's own.
 */
const TIERING_BUDGET_BYTES = 100_000_000;

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Starts the worker and waits until the database is open. Rejects with the DatabaseFault that says why not. */
export async function openWorkerStore<Ops extends Operations>(
  options: WorkerStoreOptions,
): Promise<WorkerStore<Ops>> {
  const { dataDir, preparedDir, databaseUrl = null } = options;
  const start: WorkerStart = { dataDir, preparedDir, databaseUrl };
  setFlagsFromString(`--wasm-tiering-budget=${TIERING_BUDGET_BYTES}`);
  const worker = new Worker(options.workerFile, { workerData: start });
  const link = new WorkerLink(worker, options.log);
  await link.ready;
  return {
    exclusive: databaseUrl === null,
    lost: link.lost,
    // The worker answers what the operation of that name answers.
    call: (name, args) => link.call(name, args) as never,
    copyTo: (directory) => link.copy(directory) as Promise<Copied>,
    onHint: (listener) => link.onHint(listener),
    close: () => link.close(),
  };
}

class WorkerLink {
  readonly ready: Promise<void>;
  readonly lost: Promise<DatabaseFault>;
  readonly #worker: Worker;
  readonly #log: Log;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Set<(hint: Hint) => void>();
  readonly #ended: Promise<void>;
  #lastId = 0;
  #isClosing = false;
  #hasEnded = false;

  constructor(worker: Worker, log: Log) {
    this.#worker = worker;
    this.#log = log;
    worker.on('error', (error) => log.error('The database worker failed', errorFields(error)));
    this.#ended = new Promise((resolve) => worker.once('exit', () => resolve(this.#end())));
    this.ready = this.#open();
    this.lost = new Promise((resolve) => {
      void this.#ended.then(() => {
        if (!this.#isClosing) resolve(new DatabaseFault('closed', 'The database worker ended.'));
      });
    });
    worker.on('message', (told: Told) => this.#hear(told));
  }

  #open(): Promise<void> {
    return new Promise((resolve, reject) => {
      const onMessage = (told: Told) => {
        if (told.type === 'log') return;
        this.#worker.off('message', onMessage);
        if (told.type === 'refused') reject(fromFailure(told.failure));
        else resolve();
      };
      this.#worker.on('message', onMessage);
      void this.#ended.then(() =>
        reject(new DatabaseFault('closed', 'The database worker did not start.')),
      );
    });
  }

  call(name: string, args: unknown): Promise<unknown> {
    return this.#answered((id) => ({ type: 'call', id, name, args }));
  }

  copy(to: string): Promise<unknown> {
    return this.#answered((id) => ({ type: 'copy', id, to }));
  }

  #answered(ask: (id: number) => Ask): Promise<unknown> {
    if (this.#hasEnded || this.#isClosing) {
      return Promise.reject(new DatabaseFault('closed', 'The database is closed.'));
    }
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      try {
        this.#ask(ask(id));
      } catch (error) {
        // Arguments that cannot be cloned: the caller's bug.
        this.#pending.delete(id);
        reject(error as Error);
      }
    });
  }

  onHint(listener: (hint: Hint) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): Promise<void> {
    if (!this.#isClosing && !this.#hasEnded) this.#ask({ type: 'close' });
    this.#isClosing = true;
    return this.#ended;
  }

  #ask(ask: Ask): void {
    this.#worker.postMessage(ask);
  }

  #hear(told: Told): void {
    switch (told.type) {
      case 'ready':
      case 'refused':
        return;
      case 'answer':
        this.#take(told.id)?.resolve(told.value);
        return;
      case 'failed':
        this.#take(told.id)?.reject(fromFailure(told.failure));
        return;
      case 'hint':
        for (const listener of this.#listeners) listener(told.hint);
        return;
      case 'log':
        this.#log[told.level](told.message, told.fields);
        return;
      default:
        never(told);
    }
  }

  #take(id: number): Pending | undefined {
    const found = this.#pending.get(id);
    this.#pending.delete(id);
    return found;
  }

  #end(): void {
    this.#hasEnded = true;
    for (const { reject } of this.#pending.values()) {
      reject(new DatabaseFault('closed', 'The database worker ended before it answered.'));
    }
    this.#pending.clear();
    this.#listeners.clear();
  }
}
