import type { ChatFault } from '@shared/model/fault.ts';
import type { ChatId } from '@shared/model/ids.ts';
import { useEffect, useRef } from 'react';
import type { ChatSession } from '../../state/live.ts';
import { announce } from '../../state/toasts.ts';

const openedAt = Date.now();
const said = new Set<ChatId>();

/**
 * What failed is said when it fails, or when it is first come upon if that was while this window was open; not each time
 * that its chat is opened. Null: nothing has failed.
 */
export function useFailureSaid({ chatId, store }: ChatSession, fault: ChatFault | null): void {
  const before = useRef<ChatFault | 'first' | null>('first');
  useEffect(() => {
    const was = before.current;
    before.current = fault;
    if (!fault) return;
    const failedAt = Date.parse(store.getState().view?.chat.updated_at ?? '');
    const isNew = was === 'first' ? failedAt >= openedAt && !said.has(chatId) : was === null;
    if (isNew) announce(fault.message);
    said.add(chatId);
  }, [chatId, store, fault]);
}
