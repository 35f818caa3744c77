import { asId, type ChatId, type MessageId, type QueuedId } from '@shared/model/ids.ts';
import { err } from '@shared/util/result.ts';
import { expect, test } from 'vitest';
import type { Refusal } from '../chatd/machine/types.ts';
import { type ChatHandlerDeps, chatCalls } from './chats.ts';

/** The chat calls over a database that refuses everything in one way. */
function refused(refusal: Refusal) {
  return chatCalls({
    store: { call: async () => err(refusal) },
    random: { uuid: () => chatId },
  } as unknown as ChatHandlerDeps);
}

const chatId = asId<ChatId>('3f0f3a0e-6f0f-4a53-9a3e-0f5d4d2b8f11');

test('every call that makes a model answer says that none is set up', async () => {
  const calls = refused({ kind: 'no-model' });
  const answers = [
    await calls['chat.create']({ workspaceId: null, text: 'hello', files: [], sendKey: chatId }),
    await calls['chat.send']({ chatId, text: 'more', files: [], busy: 'queue', sendKey: chatId }),
    await calls['chat.edit']({ chatId, messageId: asId<MessageId>(1), text: 'again', files: [] }),
    await calls['queue.promote']({ chatId, queuedId: asId<QueuedId>(1) }),
  ];
  for (const answer of answers) {
    expect(answer).toEqual(
      err({ code: 'no-model', message: 'No model is set up. Add an account in Settings.' }),
    );
  }
});
