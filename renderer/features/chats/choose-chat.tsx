import type { ChatSummary } from '@shared/model/chat.ts';
import { Columns2 } from 'lucide-react';
import { useMemo } from 'react';
import { useStore } from 'zustand';
import { chatsStore } from '../../state/chats.ts';
import { navStore, openChat, openNew, shownChats } from '../../state/nav.ts';
import { statusLook } from '../../state/status.ts';
import { useSeconds } from '../../state/ticks.ts';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';

const OFFERED = 8;

/** The other side before it shows anything: the chats that were at work last. */
export function ChooseChat() {
  const live = useStore(chatsStore, (s) => s.live);
  const chats = useMemo(() => latest(live?.values() ?? []), [live]);
  return (
    <div className="choose">
      <Empty icon={<Columns2 className="i" aria-hidden="true" />} text="A chat for this side">
        {chats.length > 0 && (
          <ul className="choose-list" aria-label="Chats to choose from">
            {chats.map((chat, i) => (
              <Offer key={chat.id} chat={chat} first={i === 0} />
            ))}
          </ul>
        )}
        <Button autoFocus={chats.length === 0} onClick={() => openNew()}>
          New chat
        </Button>
      </Empty>
    </div>
  );
}

function latest(chats: Iterable<ChatSummary>): readonly ChatSummary[] {
  const shown = shownChats(navStore.getState());
  return [...chats]
    .filter((c) => c.parent_chat_id === null && !c.archived && !shown.includes(c.id))
    .sort((a, b) => b.updated_at.localeCompare(a.updated_at))
    .slice(0, OFFERED);
}

function Offer({ chat, first }: { readonly chat: ChatSummary; readonly first: boolean }) {
  const look = statusLook(chat, useSeconds(false));
  return (
    <li>
      <button
        type="button"
        className="choose-row"
        // biome-ignore lint/a11y/noAutofocus: the pane was asked for just now
        autoFocus={first}
        onClick={() => openChat(chat.id)}
      >
        <StatusMark glyph={look.glyph} step={chat.snapshot_version} />
        <span className="choose-title">{chat.title}</span>
        {look.words !== '' && <span className="meta">{look.words}</span>}
      </button>
    </li>
  );
}
