import { createChat } from './create.ts';
import { editMessage } from './edit.ts';
import { forkChat } from './fork.ts';
import { pinChat } from './pins.ts';
import { deleteQueued, editQueued, moveQueued, pauseQueue, promoteQueued } from './queue.ts';
import { sendMessage } from './send.ts';

/** What a person writes, and where they put it. */
export const personOperations = {
  createChat,
  forkChat,
  sendMessage,
  editMessage,
  deleteQueued,
  editQueued,
  moveQueued,
  pauseQueue,
  promoteQueued,
  pinChat,
};
