import { operation, type Tx } from '../../db/store.ts';
import type { ChatOperations } from './types.ts';

type Coming =
  | 'answerAction'
  | 'completeRequiresAction'
  | 'interruptTree'
  | 'requestCompaction'
  | 'clearContext'
  | 'undoCompaction'
  | 'reconcileInvalidState'
  | 'cancelOverdueActions'
  | 'listViolations'
  | 'spawnAgent'
  | 'messageAgent'
  | 'loadAgent'
  | 'listAgents'
  | 'listChildren';

type ArgsOf<K extends Coming> = Parameters<ChatOperations[K]>[0];
type AnswerOf<K extends Coming> = Awaited<ReturnType<ChatOperations[K]>>;

function coming<K extends Coming>(name: K) {
  return operation('durable', (_tx: Tx, _args: ArgsOf<K>): Promise<AnswerOf<K>> => {
    throw new Error(`${name} is not built yet`);
  });
}

export const answerAction = coming('answerAction');
export const completeRequiresAction = coming('completeRequiresAction');
export const interruptTree = coming('interruptTree');
export const requestCompaction = coming('requestCompaction');
export const clearContext = coming('clearContext');
export const undoCompaction = coming('undoCompaction');
export const reconcileInvalidState = coming('reconcileInvalidState');
export const cancelOverdueActions = coming('cancelOverdueActions');
export const listViolations = coming('listViolations');
export const spawnAgent = coming('spawnAgent');
export const messageAgent = coming('messageAgent');
export const loadAgent = coming('loadAgent');
export const listAgents = coming('listAgents');
export const listChildren = coming('listChildren');
