import type { Account, ModelChoice } from '@shared/model/account.ts';
import type { ModelConfigId } from '@shared/model/ids.ts';
import { createStore } from 'zustand/vanilla';
import { watchFeed } from '../lib/bridge.ts';

export interface Models {
  /** Null until the first list arrived. */
  readonly models: readonly ModelChoice[] | null;
  readonly accounts: readonly Account[];
}

export const modelsStore = createStore<Models>(() => ({ models: null, accounts: [] }));

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
}

export function findModel(s: Models, id: ModelConfigId | null): ModelChoice | null {
  return s.models?.find((m) => m.id === id) ?? null;
}

/** The model that a new chat starts with: the default, else the first that can answer. */
export function defaultModel(s: Models): ModelChoice | null {
  const models = s.models ?? [];
  return (
    models.find((m) => m.isDefault && m.unavailable === null) ??
    models.find((m) => m.unavailable === null) ??
    models[0] ??
    null
  );
}

export const EFFORTS = ['minimal', 'low', 'medium', 'high'] as const;
export type Effort = (typeof EFFORTS)[number];

export function asEffort(value: string | null | undefined): Effort | null {
  return EFFORTS.find((e) => e === value) ?? null;
}
