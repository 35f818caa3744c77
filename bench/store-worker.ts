import fs from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { root } from '../e2e/fixtures/app.ts';

export interface Hint {
  readonly channel: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** The built database worker, asked as the main process asks it: its messages are its front door. */
export interface StoreWorker {
  call<T>(name: string, args: unknown): Promise<T>;
  /** Hints leave when a transaction commits; a durable answer leaves later, when the log is on the disk. */
  onHint(listener: (hint: Hint) => void): () => void;
  close(): Promise<void>;
}

type Told =
  | { readonly type: 'ready' | 'log' }
  | { readonly type: 'refused'; readonly failure: { readonly message: string } }
  | { readonly type: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly type: 'failed'; readonly id: number; readonly failure: { readonly message: string } }
  | { readonly type: 'hint'; readonly hint: Hint };

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** `databaseUrl`: a PostgreSQL server, in place of the engine in the data directory. */
export async function openStoreWorker(
  dataDir: string,
  databaseUrl: string | null = null,
): Promise<StoreWorker> {
  const worker = new Worker(path.join(root, 'out/main/db-worker.js'), {
    workerData: { dataDir, preparedDir: path.join(root, 'out/resources'), databaseUrl },
  });
  const pending = new Map<number, Pending>();
  const listeners = new Set<(hint: Hint) => void>();
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  let lastId = 0;
  await new Promise<void>((resolve, reject) => {
    worker.once('error', reject);
    worker.on('message', (told: Told) => {
      if (told.type === 'ready') resolve();
      else if (told.type === 'refused') reject(new Error(told.failure.message));
      else if (told.type === 'hint') for (const listener of listeners) listener(told.hint);
      else if (told.type === 'answer') take(told.id)?.resolve(told.value);
      else if (told.type === 'failed') take(told.id)?.reject(new Error(told.failure.message));
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
      return new Promise<T>((resolve, reject) => {
        pending.set(id, { resolve: resolve as (value: unknown) => void, reject });
        worker.postMessage({ type: 'call', id, name, args });
      });
    },
    onHint(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      worker.postMessage({ type: 'close' });
      return ended;
    },
  };
}

/** Names the database's schema: the prepared archive is made anew when the migrations or the engine change. */
export function schemaName(): string {
  const found = fs.readdirSync(path.join(root, 'out/resources')).find((name) => name.endsWith('.tar.gz'));
  if (found === undefined)
    throw new Error('There is no prepared database in out/resources: npm run build.');
  return found.replace('.tar.gz', '');
}
