import type { Message } from '@shared/model/message.ts';

/** What the agent wrote last, as Markdown; empty: nothing yet. */
export function lastAnswer(messages: readonly Pick<Message, 'role' | 'content'>[]): string {
  for (const { role, content } of messages.toReversed()) {
    if (role !== 'assistant') continue;
    const text = content
      .flatMap((part) => (part.type === 'text' ? [part.text] : []))
      .join('\n\n')
      .trim();
    if (text !== '') return text;
  }
  return '';
}
