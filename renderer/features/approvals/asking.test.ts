import type { ChatSummary } from '@shared/model/chat.ts';
import { asId, type ChatId } from '@shared/model/ids.ts';
import { expect, it } from 'vitest';
import { asking, askingIn } from './asking.ts';

const id = (name: string) => asId<ChatId>(name);
const chat = (name: string, asks: number, updated_at: string, parent: string | null = null) =>
  ({ id: id(name), asks, updated_at, parent_chat_id: parent === null ? null : id(parent) }) as ChatSummary;

const chats = [chat('a', 0, '1'), chat('b', 1, '3'), chat('kid', 2, '2', 'a'), chat('other', 1, '0', 'b')];

it('the longest waiting comes first, and who asks nothing is left out', () => {
  expect(asking(chats).map((c) => c.id)).toEqual(['other', 'kid', 'b']);
});

it('a chat has the questions of what it started', () => {
  const map = new Map(chats.map((c) => [c.id, c]));
  expect(askingIn(map, id('a')).map((c) => c.id)).toEqual(['kid']);
  expect(askingIn(map, id('kid'))).toEqual([]);
});
