import type { NewRule } from '@shared/contract/schemas.ts';
import type { ChatId } from '@shared/model/ids.ts';
import { useState } from 'react';
import { call } from '../../lib/bridge.ts';
import { toast } from '../../state/toasts.ts';
import type { Ask } from './approval-card.tsx';

export type Answer =
  | { readonly decision: 'allow'; readonly rule?: NewRule }
  | { readonly decision: 'deny'; readonly note: string };

/** Whether an answer is under way, and the way to give one. It is bound to the hash of what was shown. */
export function useAnswer(chatId: ChatId, { state, approval }: Ask) {
  const [sending, setSending] = useState(false);
  const send = async (answer: Answer) => {
    setSending(true);
    const note = answer.decision === 'deny' ? answer.note.trim() : '';
    const rule = answer.decision === 'allow' ? answer.rule : undefined;
    const result = await call('chat.answer', {
      chatId,
      key: state.key,
      hash: approval.hash,
      decision: answer.decision,
      ...(note === '' ? {} : { note }),
      ...(rule === undefined ? {} : { rule }),
    });
    setSending(false);
    if (!result.ok) toast(result.error.message);
  };
  return [sending, send] as const;
}
