import type { ChatSummary } from '@shared/model/chat.ts';
import { describe, expect, it } from 'vitest';
import { parseLastKnown, worthKeeping } from './last-known.ts';

function chat(id: string, minute: number, parent: string | null = null): ChatSummary {
  const updated_at = new Date(minute * 60_000).toISOString();
  return { id, updated_at, parent_chat_id: parent } as unknown as ChatSummary;
}

describe('what the window showed last', () => {
  it('is the newest chats, and agents only below their chat', () => {
    const many = Array.from({ length: 200 }, (_, i) => chat(`c${i}`, i));
    const kept = worthKeeping([...many, chat('lost', 500, 'c1'), chat('kid', 501, 'c199')]);
    expect(kept.slice(0, 2).map((c) => c.id)).toEqual(['kid', 'c199']);
    expect(kept.map((c) => c.id)).not.toContain('lost');
    expect(kept.length).toBeLessThanOrEqual(120);
  });

  it.each(['null', '{}', '{"chats":[]}', '[]', '{"chats":1,"workspaces":[]}'])(
    'of another shape is nothing: %s',
    (text) => {
      expect(parseLastKnown(text)).toBeNull();
    },
  );

  it('keeps the theme, if it is one', () => {
    expect(parseLastKnown('{"chats":[],"workspaces":[],"theme":"light"}')?.theme).toBe('light');
    expect(parseLastKnown('{"chats":[],"workspaces":[],"theme":"pink"}')?.theme).toBe('system');
    expect(parseLastKnown(null)).toBeNull();
  });
});
