import type { Operation, Operations, Store } from '../../db/store.ts';
import type { ChatOperations } from './types.ts';

/** The map of operations that implements ChatOperations; `main/db-worker.ts` serves it. */
export type ChatOperationMap = {
  readonly [K in keyof ChatOperations]: ChatOperations[K] extends (args: infer A) => Promise<infer R>
    ? Operation<A, R>
    : never;
} & Operations;

export type ChatStore = Store<ChatOperationMap>;
