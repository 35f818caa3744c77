import type { Message } from '@shared/model/message.ts';
import type { Found } from '../../state/found.ts';
import type { ToolItem } from './rows.ts';
import type { AnyRow } from './use-rows.ts';

type Place = Pick<Found, 'messageId' | 'part'>;

/** Which row shows that part of that message; -1: none that is held. */
export function foundRow(
  rows: readonly AnyRow[],
  messages: readonly Message[],
  { messageId, part }: Place,
): number {
  const message = messages.find((one) => one.id === messageId);
  const content = message?.content[part];
  const callId = content?.type === 'tool-result' ? content.tool_call_id : null;
  const isAnswered = (item: ToolItem) =>
    item.resultMessageId === messageId && (callId === null || item.call.tool_call_id === callId);
  const key = `m${messageId}`;
  const exact = rows.findIndex((row) => {
    if (row.kind === 'tool') return row.key === `${key}.${part}` || isAnswered(row.item);
    if (row.kind === 'explored')
      return row.items.some((item) => item.key === `${key}.${part}` || isAnswered(item));
    if (row.kind === 'agent')
      return row.message.id === messageId && content !== undefined && row.parts.includes(content);
    return row.key === key || row.key === `${key}.${part}`;
  });
  return exact >= 0 ? exact : rows.findIndex((row) => row.key.startsWith(`${key}.`));
}

/** What must stand open for the part to be seen, as `useOpenRow` calls it. */
export function keysToOpen(row: AnyRow, chatId: string, { messageId, part }: Place): readonly string[] {
  if (row.kind === 'tool' || row.kind === 'thought') return [`${chatId}.${row.key}`];
  if (row.kind === 'divider') return [row.key];
  if (row.kind !== 'explored') return [];
  const inner = row.items.filter(
    (item) => item.resultMessageId === messageId || item.key === `m${messageId}.${part}`,
  );
  return [`${chatId}.${row.items[0]?.key ?? ''}.explored`, ...inner.map((item) => `${chatId}.${item.key}`)];
}
