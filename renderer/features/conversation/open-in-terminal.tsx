import type { ChatId } from '@shared/model/ids.ts';
import { SquareTerminal } from 'lucide-react';
import { useStore } from 'zustand';
import { chatsStore, findChat } from '../../state/chats.ts';
import { openInTerminal } from '../../state/terminals.ts';
import { record, text } from './json.ts';
import type { ToolFacts } from './tool-view.ts';

/** A terminal of one's own where a command ran. Other tools run nowhere in particular. */
export function OpenInTerminal({ chatId, facts }: { readonly chatId: ChatId; readonly facts: ToolFacts }) {
  const workspaceId = useStore(chatsStore, (s) => findChat(s, chatId)?.workspace_id ?? null);
  if (facts.tool !== 'execute' || !workspaceId) return null;
  const directory = text(record(facts.args)['workdir']) || null;
  return (
    <button
      type="button"
      className="mini"
      aria-label="Open in Terminal"
      title="Open in Terminal"
      onClick={() => void openInTerminal(workspaceId, directory)}
    >
      <SquareTerminal className="i s" aria-hidden="true" />
    </button>
  );
}
