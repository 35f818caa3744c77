import type { StartProcessRequest } from '@shared/agent-protocol/index.ts';
import type { ProcessTable } from './process-table.ts';

interface CallOf {
  readonly key: string;
  readonly chatId: string | null;
}

/** Starting is safe to repeat: `runs/<id of the key>/started` is created once. */
export function startEffect(table: ProcessTable, request: StartProcessRequest, { key, chatId }: CallOf) {
  const id = table.idOf(key);
  const start = async () => {
    await table.start(id, request, chatId);
    return { id, started: true };
  };
  return {
    plan: () => table.prepare(request),
    changes: () => [],
    apply: start,
    recover: () => (table.has(id) ? Promise.resolve({ id, started: true }) : start()),
  };
}

export interface SignalCall {
  readonly id: string;
  readonly chatId: string | null;
  readonly signal: 'SIGTERM' | 'SIGKILL';
  readonly ends: AbortSignal;
}

export function signalEffect(table: ProcessTable, { id, chatId, signal, ends }: SignalCall) {
  const send = async () => {
    await table.signal(id, chatId, signal, ends);
    return { message: `sent ${signal} to process ${id}` };
  };
  return {
    plan: () => table.refuseExited(id, chatId),
    changes: () => [],
    apply: send,
    /** Whether it was sent is not known; a process that still runs gets it (again), one that ended needs none. */
    recover: async () =>
      (await table.find(id, chatId).loadExit()) === null ? send() : { message: `process ${id} has exited` },
  };
}
