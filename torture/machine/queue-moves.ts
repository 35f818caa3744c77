import { isIn, type Mover, refusals, scopeOf, text, type World } from './move.ts';
import * as ref from './reference.ts';
import { codeOf } from './reference.ts';

/** A row of the queue, or one that is not there. */
function someQueued(world: World, chat: ref.Chat): ref.Queued | null {
  return chat.queue.length > 0 && world.chance.hit(0.95) ? world.chance.pick(chat.queue) : null;
}

function queueMover(
  name: string,
  work: (world: World, chat: ref.Chat, row: ref.Queued) => { args?: object; change: () => void },
): Mover {
  return (world, chat) => {
    const row = someQueued(world, chat);
    const { scope, isMissing } = scopeOf(world, chat);
    const found = row && work(world, chat, row);
    const blank = { content: text('unknown row'), by: 1 };
    return {
      name,
      args: { ...scope, queuedId: row?.id ?? 9_999_999, ...(found ? found.args : blank) },
      apply() {
        if (isMissing) return ['not-found'];
        const wrong = refusals(
          !isIn(codeOf(chat), 'queue') && 'not-allowed',
          !found && 'message-not-found',
        );
        if (wrong || !found) return wrong;
        chat.snapshot += 1;
        found.change();
        return null;
      },
    };
  };
}

const deleteQueued = queueMover('deleteQueued', (_, chat, row) => ({
  change() {
    ref.changeQueue(
      chat,
      chat.queue.filter((other) => other !== row),
    );
    chat.sent.delete(row.sendKey);
  },
}));

const editQueued = queueMover('editQueued', (world, chat, row) => {
  const words = `queued anew ${world.next()}`;
  return {
    args: { content: text(words) },
    change() {
      row.tag = words;
      ref.changeQueue(chat, chat.queue);
    },
  };
});

const moveQueued = queueMover('moveQueued', (world, chat, row) => {
  const by = world.chance.hit(0.5) ? 1 : -1;
  return {
    args: { by },
    change() {
      const at = chat.queue.indexOf(row);
      const neighbour = chat.queue[at + by];
      if (!neighbour) return;
      const queue = [...chat.queue];
      queue[at] = neighbour;
      queue[at + by] = row;
      ref.changeQueue(chat, queue);
    },
  };
});

const promoteQueued = queueMover('promoteQueued', (_, chat, row) => ({
  change() {
    if (chat.status === 'running' || chat.status === 'interrupting') {
      ref.changeQueue(chat, [row, ...chat.queue.filter((other) => other !== row)]);
      ref.interruptStep(chat);
      chat.stoppedFromAbove = false;
      return;
    }
    ref.closeActions(chat);
    ref.insertPromoted(chat, row);
    ref.run(chat);
  },
}));

export const queueMoves = { deleteQueued, editQueued, moveQueued, promoteQueued };
