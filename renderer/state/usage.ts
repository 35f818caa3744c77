import type { BudgetSettings, UsageNow, UsageRow } from '@shared/contract/usage.ts';
import type { ChatCost, ChatSummary } from '@shared/model/chat.ts';
import type { ChatId } from '@shared/model/ids.ts';
import { createStore } from 'zustand/vanilla';
import { call, watchFeed } from '../lib/bridge.ts';
import type { ChatMap } from './chats.ts';
import { toast } from './toasts.ts';

/** Null until the first word of it arrived. */
export const usageStore = createStore<{ readonly now: UsageNow | null }>(() => ({ now: null }));

export function startUsage(): void {
  watchFeed(
    'usage.watch',
    {},
    {
      onEvents: (events) => {
        const last = events.at(-1);
        if (last) usageStore.setState({ now: last });
      },
    },
  );
}

/** Newest day first; null when it could not be read, which is said. */
export async function loadUsage(days: number): Promise<readonly UsageRow[] | null> {
  const answer = await call('usage.load', { days });
  if (answer.ok) return answer.value.rows;
  toast(answer.error.message);
  return null;
}

export async function setBudget(budget: BudgetSettings): Promise<boolean> {
  const answer = await call('budget.set', budget);
  if (!answer.ok) toast(answer.error.message);
  return answer.ok;
}

/** Of the tree that the chat is in; `usual`: what the settings say. */
export async function setChatBudget(chatId: ChatId, capMicros: number | null | 'usual'): Promise<void> {
  const answer = await call('chat.setBudget', { chatId, capMicros });
  if (!answer.ok) toast(answer.error.message);
}

export interface TreeCost {
  readonly own: ChatCost;
  readonly agents: ChatCost;
  readonly all: ChatCost;
}

const NOTHING: ChatCost = { micros: 0, unpriced: 0 };

/** What the chat cost, and all that it started. */
export function treeCost(chats: ChatMap | null, chat: ChatSummary): TreeCost {
  const own = chats?.get(chat.id)?.cost ?? chat.cost ?? NOTHING;
  const agents = [...(chats?.values() ?? [])]
    .filter((other) => other.id !== chat.id && isBelow(chats, other, chat.id))
    .reduce((sum, { cost }) => plus(sum, cost ?? NOTHING), NOTHING);
  return { own, agents, all: plus(own, agents) };
}

function isBelow(chats: ChatMap | null, chat: ChatSummary, above: ChatId): boolean {
  if (chat.root_chat_id === above) return true;
  for (let at: ChatSummary | undefined = chat; at?.parent_chat_id; at = chats?.get(at.parent_chat_id))
    if (at.parent_chat_id === above) return true;
  return false;
}

function plus(a: ChatCost, b: ChatCost): ChatCost {
  return { micros: a.micros + b.micros, unpriced: a.unpriced + b.unpriced };
}

/** The cap of the tree that the chat is in; `isOwn`: not the usual one. */
export function capOf(
  chats: ChatMap | null,
  chat: ChatSummary,
  budget: BudgetSettings | null,
): { readonly micros: number | null; readonly isOwn: boolean } {
  const root = chat.root_chat_id === null ? chat : (chats?.get(chat.root_chat_id) ?? chat);
  const { cap_micros: own } = chats?.get(root.id) ?? root;
  return own === undefined
    ? { micros: budget?.chatCapMicros ?? null, isOwn: false }
    : { micros: own, isOwn: true };
}
