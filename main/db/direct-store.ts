import type { PGlite } from '@electric-sql/pglite';
import { DatabaseFault } from './fault.ts';
import { listenForHints } from './hints.ts';
import { OperationRunner, type OperationSet } from './runner.ts';
import { EngineSession } from './sessions.ts';
import type { AnswerOf, ArgsOf, Hint, Operations, Store } from './store.ts';

/**
 * A store over an engine in this thread: the same operations without a worker, a lock or synced files.
 * For tests and tools; closing it closes the engine.
 */
export async function openDirectStore<Ops extends Operations>(
  db: PGlite,
  sets: readonly OperationSet[],
): Promise<Store<Ops>> {
  const session = new EngineSession(db);
  const runner = new OperationRunner(session, sets);
  const listeners = new Set<(hint: Hint) => void>();
  let closing: Promise<void> | null = null;
  await listenForHints(db, (hint) => {
    for (const listener of listeners) queueMicrotask(() => listener(hint));
  });
  return {
    exclusive: true,
    async call<K extends keyof Ops & string>(name: K, args: ArgsOf<Ops[K]>): Promise<AnswerOf<Ops[K]>> {
      if (closing) throw new DatabaseFault('closed', 'The database is closed.');
      const { answer } = await runner.run(name, structuredClone(args));
      return structuredClone(answer) as AnswerOf<Ops[K]>;
    },
    onHint(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      closing ??= session.exclusive(() => db.close());
      return closing;
    },
  };
}
