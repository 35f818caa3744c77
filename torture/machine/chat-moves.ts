import { isIn, type Mover, refusals, scopeOf, text, type World } from './move.ts';
import * as ref from './reference.ts';
import { codeOf } from './reference.ts';

/** Of one chat, with nothing to choose. */
function plainMover(name: string, group: string, change: (chat: ref.Chat) => boolean | void): Mover {
  return (world, chat) => {
    const { scope, isMissing } = scopeOf(world, chat);
    return {
      name,
      args: { ...scope, fault: null },
      apply() {
        if (isMissing) return ['not-found'];
        if (!isIn(codeOf(chat), group)) return ['not-allowed'];
        chat.snapshot += 1;
        const isDone = change(chat) !== false;
        if (isDone) return null;
        chat.snapshot -= 1;
        return ['invalid'];
      },
    };
  };
}

const interrupt = plainMover('interrupt', 'interrupt', (chat) => {
  if (chat.status === 'running') ref.interruptStep(chat);
  else ref.stopWaiting(chat);
});

const retryError = plainMover('retryError', 'error', (chat) => {
  chat.status = 'running';
  chat.error = null;
  chat.compactionRequested = false;
  ref.moveHistory(chat);
});

const skipRetryWait: Mover = (world, chat) => {
  const { scope, isMissing } = scopeOf(world, chat);
  return {
    name: 'skipRetryWait',
    args: scope,
    apply() {
      if (isMissing) return ['not-found'];
      if (!isIn(codeOf(chat), 'running') || !chat.hasRetry) return ['not-allowed'];
      chat.snapshot += 1;
      ref.setRetry(chat, true);
      return null;
    },
  };
};

/** Rows that the model reads since the newest boundary. */
function isSince(chat: ref.Chat, which: (row: ref.Row) => boolean): boolean {
  return chat.rows.some(
    (row, at) => at > ref.boundaryOf(chat) && !row.compressed && row.visibility !== 'user' && which(row),
  );
}

const requestCompaction = plainMover('requestCompaction', 'idle', (chat) => {
  if (!isSince(chat, (row) => row.role === 'assistant')) return false;
  ref.run(chat);
  chat.runnerId = null;
  ref.moveHistory(chat);
  chat.compactionRequested = true;
  return true;
});

const clearContext = plainMover('clearContext', 'clear', (chat) => {
  if (!isSince(chat, (row) => row.role !== 'system')) return false;
  ref.resolve(chat);
  const compressed = true;
  ref.append(chat, { role: 'system', tag: 'boundary', visibility: 'model', compressed });
  ref.append(chat, { role: 'assistant', tag: 'chat_cleared', visibility: 'user', compressed });
  ref.append(chat, { role: 'tool', tag: 'chat_cleared', compressed, answers: 'chat_cleared' });
  chat.status = 'waiting';
  chat.error = null;
  chat.compactionRequested = false;
  return true;
});

const undoCompaction = plainMover('undoCompaction', 'idle', (chat) => {
  const boundary = chat.rows[ref.boundaryOf(chat)];
  if (!boundary) return false;
  const isIdle = chat.queue.length === 0;
  if (isIdle) ref.resolve(chat);
  const from = chat.rows.indexOf(boundary);
  const { revision } = boundary;
  chat.rows = chat.rows.filter((row, at) => {
    const belongs = row.compressed || (row.role === 'user' && row.visibility === 'model');
    return at < from || row.revision !== revision || !belongs;
  });
  ref.moveHistory(chat);
  if (isIdle) {
    chat.status = 'waiting';
    chat.error = null;
  }
  chat.compactionRequested = false;
  chat.compactionHeld = true;
  return true;
});

/** No operation makes a state that this one would mend. */
const reconcile = plainMover('reconcileInvalidState', 'none', () => undefined);

function anyStateMover(
  name: string,
  make: (world: World, chat: ref.Chat) => { args: object; isWrong: string | false; change(): void },
): Mover {
  return (world, chat) => {
    const { scope, isMissing } = scopeOf(world, chat);
    const { args, isWrong, change } = make(world, chat);
    return {
      name,
      args: { ...scope, ...args },
      apply() {
        if (isMissing) return ['not-found'];
        if (isWrong) return [isWrong];
        chat.snapshot += 1;
        change();
        return null;
      },
    };
  };
}

const setModel = anyStateMover('setModel', ({ chance, modelId }) => {
  const isUnknown = chance.hit(0.2);
  return {
    args: { modelConfigId: isUnknown ? chance.uuid() : modelId, effort: chance.hit(0.5) ? 'low' : null },
    isWrong: isUnknown && 'unknown-model',
    change: () => undefined,
  };
});

const renameChat = anyStateMover('renameChat', ({ chance }, chat) => {
  const isBlank = chance.hit(0.2);
  return {
    args: { title: isBlank ? ' ' : 'Named' },
    isWrong: isBlank && 'invalid',
    change: () => (chat.isTitled = true),
  };
});

/** Answers whether it was taken, whatever the chat does. */
const setModelTitle: Mover = (world, chat) => {
  const force = world.chance.hit(0.1);
  return {
    name: 'setModelTitle',
    args: { chatId: chat.id, title: 'By the model', force, costMicros: 3 },
    apply(value) {
      const isTaken = chat.exists && (force || !chat.isTitled);
      if (value !== isTaken) return ['the title should be taken, or not'];
      if (!isTaken) return null;
      chat.snapshot += 1;
      chat.isTitled = true;
      return null;
    },
  };
};

function familyOf(world: World, chat: ref.Chat): readonly ref.Chat[] {
  const rootId = chat.rootId ?? chat.id;
  return world.chats.filter((other) => other.exists && (other.id === rootId || other.rootId === rootId));
}

const setArchived: Mover = (world, chat) => {
  const archived = chat.archived ? world.chance.hit(0.2) : world.chance.hit(0.8);
  const { scope, isMissing } = scopeOf(world, chat);
  return {
    name: 'setArchived',
    way: String(archived),
    args: { ...scope, archived },
    apply() {
      if (isMissing) return ['not-found'];
      const family = familyOf(world, chat);
      const group = archived ? 'idle' : 'archived';
      if (!family.every((member) => isIn(codeOf(member), group))) return ['not-allowed'];
      for (const member of family) {
        member.archived = archived;
        member.snapshot += 1;
      }
      return null;
    },
  };
};

const interruptTree: Mover = (world, chat) => {
  const { scope, isMissing } = scopeOf(world, chat);
  return {
    name: 'interruptTree',
    args: scope,
    apply(value) {
      if (isMissing) return ['not-found'];
      const below = world.chats.filter((other) => other.exists && other.rootId === chat.id);
      const tree = [chat, ...below.toSorted((a, b) => (a.id < b.id ? -1 : 1))];
      const stopped = tree.filter((member) => isStopped(member, member === chat));
      if (stopped.length === 0) return ['not-allowed'];
      const told = (value as { stopped: readonly string[] } | null)?.stopped ?? [];
      if (told.join() !== stopped.map(({ id }) => id).join()) return ['other chats should be stopped'];
      for (const member of stopped) stop(member, member === chat);
      return null;
    },
  };
};

/** Below the chat also what was interrupted for its queue, which it would go on with. */
function isStopped(chat: ref.Chat, isAsked: boolean): boolean {
  const code = codeOf(chat);
  return isIn(code, 'interrupt') || (!isAsked && code === 'I1' && !chat.stoppedFromAbove);
}

function stop(chat: ref.Chat, isAsked: boolean): void {
  chat.snapshot += 1;
  const keepsQueue = !isAsked && chat.queue.length > 0;
  if (chat.status !== 'requires_action') {
    ref.interruptStep(chat);
    if (keepsQueue) chat.stoppedFromAbove = true;
    return;
  }
  if (!keepsQueue) return ref.stopWaiting(chat);
  ref.closeActions(chat);
  chat.deadline = 'none';
  ref.endStopped(chat);
}

const createChat: Mover = (world, chat) => {
  const { chance } = world;
  const parent = world.chats.find((other) => other.id === chat.rootId);
  const status = chance.pick(['running', 'running', 'running', 'waiting', 'error'] as const);
  const isDefault = status === 'running' && chance.hit(0.5);
  const isEmpty = chance.hit(0.05);
  const words = `asked ${world.next()}`;
  return {
    name: 'createChat',
    way: status,
    args: {
      chatId: chat.exists ? chance.uuid() : chat.id,
      ownerId: chat.ownerId,
      workspaceId: null,
      parentChatId: chat.rootId,
      title: 'Chat',
      modelConfigId: null,
      effort: null,
      spawnKey: chat.spawnKey,
      messages: isEmpty ? [] : [{ role: 'user', content: text(words) }],
      ...(isDefault ? {} : { status }),
      dynamicTools: [{ name: 'pick', description: 'Picks', parameters: { type: 'object' } }],
    },
    apply() {
      if (chat.exists) return null;
      const wrong = refusals(
        (isEmpty || status === 'error') && 'invalid',
        parent !== undefined && !parent.exists && 'not-found',
        parent?.archived === true && 'invalid',
      );
      if (wrong) return wrong;
      Object.assign(chat, { exists: true, status, snapshot: 1 });
      ref.append(chat, { role: 'user', tag: words });
      return null;
    },
  };
};

export const chatMoves = {
  interrupt,
  retryError,
  skipRetryWait,
  requestCompaction,
  clearContext,
  undoCompaction,
  reconcile,
  setModel,
  renameChat,
  setModelTitle,
  setArchived,
  interruptTree,
  createChat,
};
