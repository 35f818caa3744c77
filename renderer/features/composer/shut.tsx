import { useStore } from 'zustand';
import { archiveChat } from '../../state/chats.ts';
import type { ChatSession } from '../../state/live.ts';
import { Button } from '../../ui/button.tsx';

/** In place of the message box of an archived chat. An agent comes back with the chat that started it. */
export function Shut({ session }: { readonly session: ChatSession }) {
  const chat = useStore(session.store, (s) => s.view?.chat ?? null);
  if (!chat) return null;
  const isRoot = chat.parent_chat_id === null;
  return (
    <div className="comp shut">
      <span>
        {isRoot ? 'This chat is archived.' : 'This chat is archived with the one that started it.'}
      </span>
      {isRoot && <Button onClick={() => void archiveChat(chat, false)}>Restore chat</Button>}
    </div>
  );
}
