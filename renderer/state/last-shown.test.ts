import type { ChatId } from '@shared/model/ids.ts';
import { expect, test } from 'vitest';
import { readShown, writeShown } from './last-shown.ts';
import type { Route } from './nav.ts';

const chat = (id: string): Route => ({ view: 'chat', chatId: id as ChatId, messageId: null });

test('the chats that a window shows come back, on their sides', () => {
  for (const shown of [
    { route: chat('a'), beside: null, side: 'left' },
    { route: chat('a'), beside: chat('b'), side: 'right' },
    { route: chat('a'), beside: chat('b'), side: 'left' },
  ] as const)
    expect(readShown(writeShown(shown))).toEqual(shown);
});

test('a side without a chat is not kept, and a window without one leaves nothing', () => {
  expect(readShown(writeShown({ route: chat('a'), beside: { view: 'inbox' }, side: 'right' }))).toEqual({
    route: chat('a'),
    beside: null,
    side: 'left',
  });
  expect(readShown(writeShown({ route: { view: 'inbox' }, beside: chat('b'), side: 'left' }))).toBeNull();
  for (const text of [null, '', '{', 'null', '{"chat":7}', '[]']) expect(readShown(text)).toBeNull();
});
