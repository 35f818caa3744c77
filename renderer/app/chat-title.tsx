import type { ChatSummary } from '@shared/model/chat.ts';
import { ChevronDown } from 'lucide-react';
import { useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { renameChat } from '../state/chats.ts';
import type { CommandId } from '../state/commands/registry.ts';
import { useWish } from '../state/wish.ts';
import { editTitle } from '../state/wishes.ts';
import { TitleField } from '../ui/title-field.tsx';
import { CommandMenu } from './command-menu.tsx';

const ACTIONS: readonly CommandId[] = [
  'chat.rename',
  'chat.regenerateTitle',
  'chat.copyTitle',
  'chat.copyAnswer',
  'chat.newWindow',
  'chat.compact',
  'chat.clear',
  'chat.archive',
  'chat.restore',
];

/** The title of the chat that has the attention: a menu of what can be done with it, and a text field. */
export function ChatTitle({ chat }: { readonly chat: ChatSummary }) {
  const [editing, setEditing] = useState(false);
  const box = useRef<HTMLSpanElement>(null);
  useWish(editTitle, () => setEditing(true));
  return (
    <span ref={box} className={`chat-title ${editing ? 'editing' : ''}`}>
      {editing ? (
        <TitleField
          label="Chat title"
          className="title-field"
          value={chat.title}
          onSave={(title) => void renameChat(chat.id, title)}
          onDone={(how) => {
            if (how === 'blur') return setEditing(false);
            // At once: later it would take the focus from where the person has gone meanwhile.
            flushSync(() => setEditing(false));
            box.current?.querySelector('button')?.focus();
          }}
        />
      ) : (
        <>
          <h1>{chat.title}</h1>
          <ChevronDown className="i xs" aria-hidden="true" />
          <CommandMenu label="Chat actions" title={chat.title} className="cover" commands={ACTIONS}>
            {null}
          </CommandMenu>
        </>
      )}
    </span>
  );
}
