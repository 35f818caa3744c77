import type { Effort } from '@shared/model/account.ts';
import type { ChatId, ModelConfigId } from '@shared/model/ids.ts';
import { createStore } from 'zustand/vanilla';
import { call } from '../lib/bridge.ts';
import { effortFor, rememberEffort, rememberModel } from './models.ts';
import { toast } from './toasts.ts';

export interface Chosen {
  readonly modelConfigId: ModelConfigId;
  readonly effort: Effort | null;
}

/**
 * What was chosen while the chat works: it goes with the next message, so that the answer that is being given is
 * finished by the model that began it. From that message on it is the chat's.
 */
export const nextModelStore = createStore<{ readonly of: ReadonlyMap<ChatId, Chosen> }>(() => ({
  of: new Map(),
}));

/** Another model comes with the effort that was chosen for it last. */
export function chooseModel(chatId: ChatId, id: ModelConfigId, busy: boolean): void {
  rememberModel(id);
  choose(chatId, { modelConfigId: id, effort: effortFor(id) }, busy);
}

export function chooseEffort(chatId: ChatId, chosen: Chosen, busy: boolean): void {
  rememberEffort(chosen.modelConfigId, chosen.effort);
  choose(chatId, chosen, busy);
}

function choose(chatId: ChatId, chosen: Chosen, busy: boolean): void {
  if (busy) return keep(chatId, chosen);
  keep(chatId, null);
  void call('chat.setModel', { chatId, ...chosen }).then((answer) => {
    if (!answer.ok) toast(answer.error.message);
  });
}

/** For the message that is being sent; whoever fails to send it gives it back. */
export function takeNextModel(chatId: ChatId): Chosen | null {
  const chosen = nextModelStore.getState().of.get(chatId) ?? null;
  if (chosen) keep(chatId, null);
  return chosen;
}

export function keepNextModel(chatId: ChatId, chosen: Chosen): void {
  keep(chatId, chosen);
}

function keep(chatId: ChatId, chosen: Chosen | null): void {
  nextModelStore.setState(({ of }) => {
    const next = new Map(of);
    if (chosen) next.set(chatId, chosen);
    else next.delete(chatId);
    return { of: next };
  });
}
