import type { Part } from '@shared/model/part.ts';
import { codeBlocks } from '../../lib/markdown.ts';
import { editMessage } from '../../state/composing.ts';
import { forkChat } from '../../state/fork.ts';
import type { ChatSession } from '../../state/live.ts';
import { toast } from '../../state/toasts.ts';
import type { MenuItem } from '../../ui/menu.tsx';
import type { AnyRow } from './use-rows.ts';

export function textOf(content: readonly Part[]): string {
  return content
    .map((p) => (p.type === 'text' ? p.text : ''))
    .filter((t) => t !== '')
    .join('\n\n');
}

/** What can be done with a row, with the key that does it while the row has the focus. */
export interface RowAction extends MenuItem {
  readonly keys: string;
}

/** The same for the menu of a row and for its keys; the buttons beside it are the ones that are used most. */
export function rowActions(session: ChatSession, row: AnyRow): readonly RowAction[] {
  const text = markdownOf(row);
  const code = text === '' ? [] : codeBlocks(text);
  const archived = session.store.getState().view?.chat.archived ?? false;
  return [
    ...(text === '' ? [] : [{ label: 'Copy as Markdown', keys: 'C', run: () => void copy(text) }]),
    ...(code.length === 0
      ? []
      : [{ label: 'Copy code', keys: 'X', run: () => void copy(code.join('\n\n')) }]),
    ...(row.kind === 'user' && !archived
      ? [{ label: 'Edit message', keys: 'E', run: () => void editMessage(session, row.message) }]
      : []),
    ...(row.kind === 'user' || row.kind === 'agent'
      ? [{ label: FORK, keys: 'F', run: () => void forkChat(session.chatId, row.message.id) }]
      : []),
  ];
}

export const FORK = 'Fork from here';

function markdownOf(row: AnyRow): string {
  if (row.kind === 'user') return textOf(row.message.content);
  if (row.kind === 'agent') return textOf(row.parts);
  return row.kind === 'thought' ? row.part.text : '';
}

async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toast('Copied');
  } catch {
    toast('The clipboard could not be written.');
  }
}
