import type { Account, AccountOffer, Effort, ModelChoice } from '@shared/model/account.ts';
import type { ModelConfigId } from '@shared/model/ids.ts';
import { createStore } from 'zustand/vanilla';
import { call, watchFeed } from '../lib/bridge.ts';
import { toast } from './toasts.ts';

export interface Models {
  /** Null until the first list arrived. */
  readonly models: readonly ModelChoice[] | null;
  readonly accounts: readonly Account[];
  /** Keys and servers that were found and could be added as they are. */
  readonly offers: readonly AccountOffer[];
}

export const modelsStore = createStore<Models>(() => ({ models: null, accounts: [], offers: [] }));

export function startModels(): void {
  watchFeed(
    'models.watch',
    {},
    {
      onEvents: (events) => {
        const last = events.at(-1);
        if (last) modelsStore.setState(last);
      },
    },
  );
  void lookForOffers();
}

/** Takes a second at most. When the window opens, and when a person is about to choose. */
export async function lookForOffers(): Promise<void> {
  const answer = await call('accounts.offers', {});
  if (answer.ok) modelsStore.setState({ offers: answer.value.offers });
}

/** Its first model, when it was added. */
export async function acceptOffer(offer: AccountOffer): Promise<ModelConfigId | null> {
  const answer = await call('accounts.accept', { preset: offer.preset });
  void lookForOffers();
  if (answer.ok) return answer.value.modelConfigId;
  toast(answer.error.message);
  return null;
}

export function findModel(s: Models, id: ModelConfigId | null): ModelChoice | null {
  return s.models?.find((m) => m.id === id) ?? null;
}

/** What a model is called here; any other text stays as it is. */
export function findModelName(s: Models, model: string): string {
  return s.models?.find((m) => m.model === model)?.name ?? model;
}

/** The model that a new chat starts with: what was chosen last, the default, else the first that can answer. */
export function defaultModel(s: Models): ModelChoice | null {
  const models = s.models ?? [];
  const usable = (m: ModelChoice) => m.unavailable === null;
  const last = lastChosen();
  return (
    models.find((m) => m.id === last && usable(m)) ??
    models.find((m) => m.isDefault && usable(m)) ??
    models.find(usable) ??
    models[0] ??
    null
  );
}

const LAST = 'gaffer.last-model';
const EFFORTS_KEY = 'gaffer.efforts';

function lastChosen(): string | null {
  return typeof localStorage === 'undefined' ? null : localStorage.getItem(LAST);
}

/** What the person picks is what the next new chat starts with. */
export function rememberModel(id: ModelConfigId): void {
  localStorage.setItem(LAST, id);
}

/** The default counts again. */
export async function setDefaultModel(id: ModelConfigId): Promise<void> {
  const answer = await call('models.setDefault', { modelConfigId: id });
  if (answer.ok) localStorage.removeItem(LAST);
  else toast(answer.error.message);
}

/** The effort that was chosen for this model last. */
export function effortFor(id: ModelConfigId | null): Effort | null {
  return id === null ? null : asEffort(efforts()[id]);
}

export function rememberEffort(id: ModelConfigId, effort: Effort | null): void {
  const { [id]: _, ...rest } = efforts();
  localStorage.setItem(EFFORTS_KEY, JSON.stringify(effort === null ? rest : { ...rest, [id]: effort }));
}

function efforts(): Readonly<Record<string, string>> {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(EFFORTS_KEY) ?? '{}');
    return typeof stored === 'object' && stored !== null ? (stored as Record<string, string>) : {};
  } catch {
    return {};
  }
}

export const EFFORTS = ['minimal', 'low', 'medium', 'high'] as const satisfies readonly Effort[];
export type { Effort } from '@shared/model/account.ts';

export function asEffort(value: string | null | undefined): Effort | null {
  return EFFORTS.find((e) => e === value) ?? null;
}
