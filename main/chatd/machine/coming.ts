import { operation, type Tx } from '../../db/store.ts';
import type { ChatOperations } from './types.ts';

type Coming =
  | 'completeRequiresAction'
  | 'interruptTree'
  | 'reconcileInvalidState'
  | 'cancelOverdueActions'
  | 'listViolations';

type ArgsOf<K extends Coming> = Parameters<ChatOperations[K]>[0];
type AnswerOf<K extends Coming> = Awaited<ReturnType<ChatOperations[K]>>;

function coming<K extends Coming>(name: K) {
  return operation('durable', (_tx: Tx, _args: ArgsOf<K>): Promise<AnswerOf<K>> => {
    throw new Error(`${name} is not built yet`);
  });
}

export const completeRequiresAction = coming('completeRequiresAction');
export const interruptTree = coming('interruptTree');
export const reconcileInvalidState = coming('reconcileInvalidState');
export const cancelOverdueActions = coming('cancelOverdueActions');
export const listViolations = coming('listViolations');
