import { closeAgent, listAgents, listChildren, loadAgent, messageAgent, spawnAgent } from './agents.ts';
import { setChatBudget } from './chat-budget.ts';
import {
  markRead,
  renameChat,
  retryError,
  setArchived,
  setChatWorkspace,
  setModel,
  setModelTitle,
} from './chat-row.ts';
import { cancelOverdueActions, completeRequiresAction } from './client-results.ts';
import { clearContext, requestCompaction, undoCompaction } from './compaction.ts';
import { getDraft, setDraft } from './drafts.ts';
import { addFile, listPresentFiles, loadFile, removeFile } from './files.ts';
import { finishInterruption, interrupt } from './interrupt.ts';
import { answerCall, commitResults, dispatchCalls, setCallProcess, settleCall } from './ledger.ts';
import { abandon, acquire, heartbeat, listCandidates, loadFacts } from './ownership.ts';
import { personOperations } from './person-operations.ts';
import { loadDropped, loadMessage, loadPage, loadProcessChat, loadSnapshot, loadSync } from './reads.ts';
import { reconcileInvalidState } from './repair.ts';
import { answerAction, enterRequiresAction } from './requires-action.ts';
import { loadPrompt, loadStep } from './step-view.ts';
import { commitStep, finishError, finishTurn, recordAttempt, recordRetry, skipRetryWait } from './steps.ts';
import type { ChatOperationMap } from './store.ts';
import { listChats, loadSummaries, loadSummary } from './summary.ts';
import { interruptAll, interruptTree } from './tree.ts';
import { listViolations } from './violations.ts';

/** Every transaction of the chat daemon; the database serves them as the daemon's role. */
export const chatOperations: ChatOperationMap = {
  ...personOperations,
  interrupt,
  retryError,
  answerCall,
  setModel,
  setChatBudget,
  renameChat,
  setArchived,
  markRead,
  loadDropped,
  getDraft,
  setDraft,
  addFile,
  removeFile,
  loadFile,
  listPresentFiles,
  listCandidates,
  acquire,
  abandon,
  heartbeat,
  loadFacts,
  loadStep,
  loadPrompt,
  recordAttempt,
  recordRetry,
  skipRetryWait,
  commitStep,
  dispatchCalls,
  setCallProcess,
  settleCall,
  commitResults,
  enterRequiresAction,
  finishTurn,
  finishError,
  finishInterruption,
  setModelTitle,
  loadSnapshot,
  loadSync,
  loadPage,
  loadMessage,
  listChats,
  loadSummary,
  loadSummaries,
  loadProcessChat,
  answerAction,
  completeRequiresAction,
  interruptTree,
  interruptAll,
  requestCompaction,
  clearContext,
  undoCompaction,
  reconcileInvalidState,
  cancelOverdueActions,
  listViolations,
  setChatWorkspace,
  spawnAgent,
  messageAgent,
  closeAgent,
  loadAgent,
  listAgents,
  listChildren,
};
