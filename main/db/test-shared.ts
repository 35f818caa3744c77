import { type Log, silentLog } from '../base/log.ts';
import { DatabaseFault } from './fault.ts';
import type { OperationSet } from './runner.ts';
import { openShared } from './shared-database.ts';
import type { AnswerOf, ArgsOf, Hint, Operations, Store } from './store.ts';

/** A store on a shared server, in this thread: one replica's view of it. */
export async function openSharedStore<Ops extends Operations>(
  url: string,
  sets: readonly OperationSet[],
  log: Log = silentLog,
): Promise<Store<Ops>> {
  const database = await openShared({ url, log }, sets);
  const listeners = new Set<(hint: Hint) => void>();
  let closing: Promise<void> | null = null;
  await database.listen((hint) => {
    for (const listener of listeners) listener(hint);
  });
  const running = new Set<Promise<unknown>>();
  return {
    exclusive: false,
    async call<K extends keyof Ops & string>(name: K, args: ArgsOf<Ops[K]>): Promise<AnswerOf<Ops[K]>> {
      if (closing) throw new DatabaseFault('closed', 'The database is closed.');
      const ran = database.run(name, structuredClone(args));
      running.add(ran);
      try {
        return structuredClone(await ran) as AnswerOf<Ops[K]>;
      } finally {
        running.delete(ran);
      }
    },
    onHint(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      closing ??= Promise.allSettled(running).then(() => database.close());
      return closing;
    },
  };
}
