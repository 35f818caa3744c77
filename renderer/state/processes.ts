import type { ChatProcess } from '@shared/contract/processes.ts';
import type { ChatId } from '@shared/model/ids.ts';
import { useEffect, useState } from 'react';
import { call, watchFeed } from '../lib/bridge.ts';
import { toast } from './toasts.ts';

/** The chat's processes while somebody looks; null until the first list is there. */
export function useProcesses(chatId: ChatId): readonly ChatProcess[] | null {
  const [list, setList] = useState<readonly ChatProcess[] | null>(null);
  useEffect(() => {
    const feed = watchFeed(
      'processes.watch',
      { chatId },
      { onEvents: (lists) => setList(lists.at(-1) ?? null) },
    );
    return () => feed.close();
  }, [chatId]);
  return list;
}

export async function signalProcess(
  chatId: ChatId,
  processId: string,
  signal: 'terminate' | 'kill',
): Promise<void> {
  const answer = await call('process.signal', { chatId, processId, signal });
  if (!answer.ok) toast(answer.error.message);
}
