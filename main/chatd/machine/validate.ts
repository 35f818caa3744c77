import type { UserPart } from '@shared/model/message.ts';
import { refuse } from './exec-state.ts';

/** At least one part, and no blank text (CHATD 2.7). */
export function requireUserContent(content: readonly UserPart[]): void {
  const blank = content.some((part) => part.type === 'text' && part.text.trim() === '');
  if (content.length === 0 || blank) refuse({ kind: 'invalid', message: 'A message must not be empty' });
}
