import type { ChatSummary } from '@shared/model/chat.ts';
import type { ChatFault } from '@shared/model/fault.ts';
import { CircleX } from 'lucide-react';
import { useRef } from 'react';
import { useStore } from 'zustand';
import { age } from '../../lib/format.ts';
import { archiveChat } from '../../state/chats.ts';
import { compactContext } from '../../state/context.ts';
import { type Help, helpFor, reconnectAndRetry, retryNow } from '../../state/fault-help.ts';
import { openChat, showSettings } from '../../state/nav.ts';
import { useSeconds } from '../../state/ticks.ts';
import { openInComposer } from '../../state/wishes.ts';
import { workspacesStore } from '../../state/workspaces.ts';
import { Button } from '../../ui/button.tsx';
import { useFocusAfter } from '../../ui/use-focus-after.ts';

interface FailedCardProps {
  readonly chat: ChatSummary;
  readonly fault: ChatFault;
  /** Takes the focus when the card goes away with it. */
  readonly onGone: () => void;
}

/** A chat that stands still because something failed: why, and the one action that helps, away from the chat. */
export function FailedCard({ chat, fault, onGone }: FailedCardProps) {
  const card = useRef<HTMLDivElement>(null);
  useFocusAfter(card, onGone);
  const now = useSeconds(false);
  const place = useStore(
    workspacesStore,
    (s) => s.list?.find(({ id }) => id === chat.workspace_id)?.name ?? null,
  );
  const help = helpFor(fault.kind);
  return (
    <div ref={card} className="ask failed" role="group" tabIndex={-1} aria-label={`Error: ${chat.title}`}>
      <div className="q">
        <span className="err">
          <CircleX className="i" aria-hidden="true" />
        </span>
        <span className="q-where">
          “{chat.title}”{place !== null && <span className="meta"> · {place}</span>}
        </span>
        <span className="pos num">{age(chat.updated_at, now)}</span>
      </div>
      <p className="cause">
        {fault.message}
        {fault.detail && <span className="detail">{fault.detail}</span>}
      </p>
      <div className="btns">
        {help !== 'retry' && <Button onClick={() => assist(help, chat)}>{HELP_WORDS[help]}</Button>}
        <Button look={help === 'retry' ? 'plain' : 'quiet'} onClick={() => void retryNow(chat.id)}>
          Retry
        </Button>
        <Button look="quiet" onClick={() => void archiveChat(chat, true)}>
          Archive chat
        </Button>
        <Button look="quiet" className="end" onClick={() => openChat(chat.id)}>
          Open chat
        </Button>
      </div>
    </div>
  );
}

type Other = Exclude<Help, 'retry'>;

const HELP_WORDS: Readonly<Record<Other, string>> = {
  settings: 'Open model settings',
  model: 'Switch model',
  reconnect: 'Reconnect',
  compact: 'Compact',
};

function assist(help: Other, chat: ChatSummary): void {
  switch (help) {
    case 'settings':
      return showSettings('accounts');
    case 'model':
      // There, when its message box is: the list of models belongs to it.
      openChat(chat.id);
      return openInComposer.makeSoon('Model');
    case 'reconnect':
      return void reconnectAndRetry(chat.id, chat.workspace_id);
    case 'compact':
      return void compactContext(chat.id);
  }
}
