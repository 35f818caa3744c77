import type { Message } from '@shared/model/message.ts';
import type { Part } from '@shared/model/part.ts';
import { marksOf } from '@shared/search/marks.ts';
import { partText } from '@shared/search/part-text.ts';
import type { Term } from '@shared/search/query.ts';
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

/** How many marks stand in the row before those of the part: a row may show several parts. */
export function marksBefore(
  row: AnyRow,
  messages: readonly Message[],
  { messageId, part }: Place,
  terms: readonly Term[],
): number {
  const shown = partsOf(row);
  const content = messages.find((one) => one.id === messageId)?.content[part];
  const at = content ? shown.indexOf(content) : -1;
  // Whose words they are changes how a part is called, not its text.
  return shown
    .slice(0, Math.max(0, at))
    .reduce((sum, one) => sum + marksOf(partText('assistant', one)?.text ?? '', terms).length, 0);
}

function partsOf(row: AnyRow): readonly Part[] {
  if (row.kind === 'agent') return row.parts;
  if (row.kind === 'user') return row.message.content;
  const items = row.kind === 'tool' ? [row.item] : row.kind === 'explored' ? row.items : [];
  return items.flatMap(({ call, result }) => (result ? [call, result] : [call]));
}
