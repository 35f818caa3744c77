import { randomUUID } from 'node:crypto';
import type { ChatId } from '../../shared/model/ids.ts';
import type { ChatView } from '../../shared/model/reducer.ts';
import type { TortureDaemon } from '../harness/daemon.ts';
import type { Chance } from '../random.ts';

type Act = (daemon: TortureDaemon, chatId: ChatId, view: ChatView, chance: Chance) => Promise<unknown>;

const text = (chance: Chance) => `Do your part, please (${chance.uuid()}).`;

const send =
  (busy: 'queue' | 'interrupt'): Act =>
  (daemon, chatId, _view, chance) =>
    daemon.call('chat.send', { chatId, text: text(chance), busy, sendKey: randomUUID() });

/** What a person does at a random moment. Refusals are answers: another one may have been faster. */
const ACTS: Readonly<Record<string, Act>> = {
  send: send('queue'),
  sendAgain: send('queue'),
  interruptAndSend: send('interrupt'),
  interrupt: (daemon, chatId) => daemon.call('chat.interrupt', { chatId }),
  stopTree: (daemon, chatId) => daemon.call('chat.interruptTree', { chatId }),
  retryNow: (daemon, chatId) => daemon.call('chat.retry', { chatId }),
  async edit(daemon, chatId, view, chance) {
    const mine = view.messages.filter((m) => m.role === 'user');
    if (mine.length === 0) return;
    await daemon.call('chat.edit', { chatId, messageId: chance.pick(mine).id, text: text(chance) });
  },
  async changeQueue(daemon, chatId, view, chance) {
    if (view.queue.length === 0) return;
    const { id: queuedId } = chance.pick(view.queue);
    await chance.pick([
      () => daemon.call('queue.delete', { chatId, queuedId }),
      () => daemon.call('queue.move', { chatId, queuedId, by: chance.pick([-1, 1] as const) }),
      () => daemon.call('queue.edit', { chatId, queuedId, text: text(chance) }),
      () => daemon.call('queue.promote', { chatId, queuedId }),
    ])();
  },
  rename: (daemon, chatId, _view, chance) =>
    daemon.call('chat.rename', { chatId, title: `Title ${chance.between(1, 99)}` }),
  clear: (daemon, chatId) => daemon.call('chat.clear', { chatId }),
  compact: (daemon, chatId) => daemon.call('chat.compact', { chatId }),
  undo: (daemon, chatId) => daemon.call('chat.undoCompaction', { chatId }),
};

export const ACT_NAMES: readonly string[] = Object.keys(ACTS);

export async function actAtRandom(
  daemon: TortureDaemon,
  chatId: ChatId,
  view: ChatView,
  chance: Chance,
): Promise<string> {
  const name = chance.pick(ACT_NAMES);
  await ACTS[name]?.(daemon, chatId, view, chance);
  return name;
}
